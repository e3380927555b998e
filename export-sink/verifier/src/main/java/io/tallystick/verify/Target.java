// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleLayout;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What lies at the path to be verified.
 *
 * @param kind what it is taken for
 * @param tenants bundles by folder of a tenant; one element unless a bucket
 * @param registry the leaves that belong to it by its place, if any
 */
record Target(Kind kind, List<Tenant> tenants, Optional<Path> registry) {
    private static final String TENANT = "tenant=";
    private static final int DEPTH_MAX = 4;

    enum Kind {
        BUNDLE,
        TENANT,
        BUCKET
    }

    /**
     * One tenant's folder.
     *
     * @param name as the folder says; absent if it was renamed
     * @param bundles folders with a checkpoint, in no particular order
     * @param uncommitted bundle-like folders without one: not there
     */
    record Tenant(Optional<String> name, Path folder, List<Path> bundles, List<Path> uncommitted) {}

    static Target of(Path path) throws IOException {
        Path absolute = path.toRealPath();
        Path inside = absolute.resolve(BundleLayout.ROOT);
        if (isBucket(inside)) {
            return bucket(inside);
        }
        if (isBucket(absolute)) {
            return bucket(absolute);
        }
        if (isBundleLike(absolute)) {
            Tenant tenant = new Tenant(Optional.empty(), absolute, new ArrayList<>(), new ArrayList<>());
            (isCommitted(absolute) ? tenant.bundles() : tenant.uncommitted()).add(absolute);
            return new Target(Kind.BUNDLE, List.of(tenant), registryOf(up(absolute, 3), up(absolute, 2)));
        }
        return new Target(Kind.TENANT, List.of(tenant(absolute)), registryOf(up(absolute, 1), Optional.of(absolute)));
    }

    private static Optional<Path> up(Path path, int levels) {
        Optional<Path> folder = Optional.of(path);
        for (int i = 0; i < levels; i++) {
            folder = folder.map(Path::getParent);
        }
        return folder;
    }

    /** The registry beside the tenant's folder, if the folders are named as in a bucket. */
    private static Optional<Path> registryOf(Optional<Path> bucket, Optional<Path> tenant) {
        boolean named = tenant.filter(folder -> tenantName(folder).isPresent()).isPresent();
        return bucket.filter(folder -> named)
                .map(folder -> folder.resolve("registry"))
                .filter(RegistryFolder::isDirectory);
    }

    private static boolean isBucket(Path path) throws IOException {
        if (!RegistryFolder.isDirectory(path)) {
            return false;
        }
        try (DirectoryStream<Path> tenants = Files.newDirectoryStream(path, TENANT + "*")) {
            return tenants.iterator().hasNext() || RegistryFolder.isDirectory(path.resolve("registry"));
        }
    }

    private static Target bucket(Path root) throws IOException {
        List<Tenant> tenants = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, TENANT + "*")) {
            for (Path folder : folders) {
                if (RegistryFolder.isDirectory(folder)) {
                    tenants.add(tenant(folder));
                }
            }
        }
        tenants.sort((a, b) -> a.folder().compareTo(b.folder()));
        Optional<Path> registry = Optional.of(root.resolve("registry")).filter(RegistryFolder::isDirectory);
        return new Target(Kind.BUCKET, tenants, registry);
    }

    private static Tenant tenant(Path folder) throws IOException {
        Tenant tenant = new Tenant(tenantName(folder), folder, new ArrayList<>(), new ArrayList<>());
        collect(folder, DEPTH_MAX, tenant);
        return tenant;
    }

    private static Optional<String> tenantName(Path folder) {
        return Optional.ofNullable(folder.getFileName())
                .map(Path::toString)
                .filter(name -> name.startsWith(TENANT))
                .map(name -> name.substring(TENANT.length()));
    }

    private static void collect(Path folder, int depth, Tenant tenant) throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                if (!RegistryFolder.isDirectory(child)) {
                    continue;
                }
                if (isCommitted(child)) {
                    tenant.bundles().add(child);
                } else if (isBundleLike(child)) {
                    tenant.uncommitted().add(child);
                } else if (depth > 1) {
                    collect(child, depth - 1, tenant);
                }
            }
        }
    }

    private static boolean isCommitted(Path folder) {
        // The registry's folders have a checkpoint as well, beside their leaves.
        return isFile(folder.resolve(BundleLayout.CHECKPOINT)) && !isFile(folder.resolve(BundleLayout.LEAVES));
    }

    private static boolean isBundleLike(Path folder) throws IOException {
        for (String name : List.of(
                BundleLayout.CHECKPOINT,
                BundleLayout.MANIFEST,
                BundleLayout.SUMS,
                BundleLayout.DSSE,
                BundleLayout.EXPORT)) {
            if (isFile(folder.resolve(name)) && !isFile(folder.resolve(BundleLayout.LEAVES))) {
                return true;
            }
        }
        try (DirectoryStream<Path> data = Files.newDirectoryStream(folder, "chain-*")) {
            return data.iterator().hasNext();
        }
    }

    private static boolean isFile(Path path) {
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
    }
}

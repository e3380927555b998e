// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.entry.ChainId;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What lies at the path to be verified. The path itself comes first: a bundle's folder is a bundle whatever else lies in
 * it, and where two readings apply, that is a fault and not a choice.
 *
 * @param kind what it is taken for
 * @param tenants bundles by folder of a tenant; one element unless a bucket
 * @param registry the leaves that belong to it by its place, if any
 * @param faults what must not lie there, by path relative to the target
 * @param archive whether it is what {@link EvidenceArchive} packs: a bucket of one tenant, which is not asked for others
 */
record Target(Kind kind, List<Tenant> tenants, Optional<Path> registry, List<Fault> faults, boolean archive) {
    private static final String TENANT = "tenant=";
    private static final String REGISTRY = "registry";
    private static final String ANCHORS = "anchors";
    private static final String STRAY = "does not belong in a bucket";
    static final String LINK = "a symbolic link, not followed";
    private static final int DEPTH_MAX = 4;
    private static final Set<String> BUCKET_FOLDERS = Set.of(REGISTRY, ANCHORS, "keys", "sql");
    private static final Pattern BUCKET_FILES = Pattern.compile("README\\.md|trust-root-[0-9]+\\.json");

    enum Kind {
        BUNDLE("bundle"),
        TENANT("tenant"),
        BUCKET("bucket");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** As a transcript names it. */
        @Override
        public String toString() {
            return text;
        }
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
        return new Search(path.toRealPath()).target();
    }

    private static Optional<String> tenantName(Path folder) {
        return Optional.of(nameOf(folder))
                .filter(name -> name.startsWith(TENANT))
                .map(name -> name.substring(TENANT.length()));
    }

    static String nameOf(Path path) {
        return Optional.ofNullable(path.getFileName()).map(Path::toString).orElse("");
    }

    private static boolean isCommitted(Path folder) {
        return isFile(folder.resolve(BundleLayout.CHECKPOINT));
    }

    private static boolean isBundleLike(Path folder) throws IOException {
        return isFile(folder.resolve(BundleLayout.SUMS)) || isBundleWithoutSums(folder);
    }

    private static boolean isBundleWithoutSums(Path folder) throws IOException {
        for (String name :
                List.of(BundleLayout.CHECKPOINT, BundleLayout.MANIFEST, BundleLayout.DSSE, BundleLayout.EXPORT)) {
            if (isFile(folder.resolve(name))) {
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

    private static boolean isBucket(List<Path> children) {
        return children.stream().anyMatch(Target::isOfBucket);
    }

    private static boolean isOfBucket(Path child) {
        return nameOf(child).equals(REGISTRY) || tenantName(child).isPresent();
    }

    /** Sorted by name: what is reported does not depend on the file system's order. */
    static List<Path> children(Path folder) throws IOException {
        List<Path> children = new ArrayList<>();
        if (RegistryFolder.isDirectory(folder)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
                all.forEach(children::add);
            }
        }
        Collections.sort(children);
        return children;
    }

    private static final class Search {
        private final Path base;
        private final Set<Fault> faults = new LinkedHashSet<>();
        private final BucketFolders folders = new BucketFolders(this::stray);

        Search(Path base) {
            this.base = base;
        }

        Target target() throws IOException {
            List<Path> children = children(base);
            Path inside = base.resolve(BundleLayout.ROOT);
            boolean inner = isBucket(children(inside));
            boolean outer = isBucket(children);
            // A list of digests alone makes no bundle where it can be that of the archive the bucket lies in.
            if (inner ? isBundleWithoutSums(base) : isBundleLike(base)) {
                requireOneReading("a bundle", inner, outer, children);
                Tenant tenant = new Tenant(Optional.empty(), base, new ArrayList<>(), new ArrayList<>());
                (isCommitted(base) ? tenant.bundles() : tenant.uncommitted()).add(base);
                return target(Kind.BUNDLE, List.of(tenant), registryOf(up(3), up(2)));
            }
            Tenant loose = new Tenant(tenantName(base), base, new ArrayList<>(), new ArrayList<>());
            Optional<Path> beside = registryOf(up(1), Optional.of(base));
            for (Path child : children) {
                if (!nameOf(child).equals(BundleLayout.ROOT) && !isOfBucket(child)) {
                    if (beside.isPresent()) {
                        day(child, loose);
                    } else {
                        collect(child, DEPTH_MAX, loose);
                    }
                }
            }
            boolean bundles = !loose.bundles().isEmpty() || !loose.uncommitted().isEmpty();
            if (bundles || children.stream().anyMatch(child -> nameOf(child).startsWith("dt="))) {
                requireOneReading("a tenant's folder", inner, outer, children);
                return target(Kind.TENANT, List.of(loose), beside);
            }
            faults.clear(); // links beside a bucket: nothing beside it was looked for
            if (outer) {
                if (inner) {
                    faults.add(Fault.in(
                            ".",
                            "two readings: a bucket, and the bucket in " + BundleLayout.ROOT + "; name the one meant"));
                }
                return bucket(base);
            }
            return inner ? inside(inside) : target(Kind.TENANT, List.of(loose), beside);
        }

        private Target target(Kind kind, List<Tenant> tenants, Optional<Path> registry) {
            return new Target(kind, tenants, registry, List.copyOf(faults), false);
        }

        /** The bucket in a folder. In an archive of one tenant nobody else's bundles can be missing. */
        private Target inside(Path root) throws IOException {
            Target found = bucket(root);
            return found.tenants().size() == 1 && EvidenceArchive.isUnpacked(base)
                    ? new Target(Kind.TENANT, found.tenants(), found.registry(), found.faults(), true)
                    : found;
        }

        private void requireOneReading(String what, boolean inner, boolean outer, List<Path> children) {
            boolean version = children.stream().anyMatch(child -> nameOf(child).equals(BundleLayout.ROOT));
            if (outer || version) {
                String other = outer
                        ? "a bucket, with "
                                + nameOf(children.stream()
                                        .filter(Target::isOfBucket)
                                        .findFirst()
                                        .orElseThrow())
                        : (inner ? "the bucket in " : "a bucket's folder ") + BundleLayout.ROOT;
                faults.add(Fault.in(".", "two readings: " + what + ", and " + other + "; name the one meant"));
            }
        }

        private Optional<Path> up(int levels) {
            Optional<Path> folder = Optional.of(base);
            for (int i = 0; i < levels; i++) {
                folder = folder.map(Path::getParent);
            }
            return folder;
        }

        /** The registry beside the tenant's folder, if the folders are named as in a bucket. */
        private static Optional<Path> registryOf(Optional<Path> bucket, Optional<Path> tenant) {
            boolean named =
                    tenant.filter(folder -> tenantName(folder).isPresent()).isPresent();
            return bucket.filter(folder -> named)
                    .map(folder -> folder.resolve(REGISTRY))
                    .filter(RegistryFolder::isDirectory);
        }

        private Target bucket(Path root) throws IOException {
            List<Tenant> tenants = new ArrayList<>();
            for (Path child : children(root)) {
                Optional<String> tenant = tenantName(child).filter(ChainId::isTenant);
                if (RegistryFolder.isDirectory(child) && tenant.isPresent()) {
                    Tenant found = new Tenant(tenant, child, new ArrayList<>(), new ArrayList<>());
                    for (Path inTenant : children(child)) {
                        day(inTenant, found);
                    }
                    tenants.add(found);
                } else if (!isKnown(child)) {
                    fault(child, STRAY);
                }
            }
            folders.registry(root.resolve(REGISTRY));
            folders.anchors(root.resolve(ANCHORS));
            Optional<Path> registry = Optional.of(root.resolve(REGISTRY)).filter(RegistryFolder::isDirectory);
            return target(Kind.BUCKET, tenants, registry);
        }

        /** In a tenant's folder of a bucket. What has no place there is a fault, and is looked at nevertheless. */
        private void day(Path day, Tenant tenant) throws IOException {
            if (BucketFolders.isDay(day)) {
                for (Path window : children(day)) {
                    window(window, tenant);
                }
            } else {
                stray(day);
                collect(day, DEPTH_MAX, tenant);
            }
        }

        private void window(Path window, Tenant tenant) throws IOException {
            if (!BucketFolders.isWindow(window)) {
                stray(window);
            } else if (!isBundleLike(window)) {
                folders.unfinished(window);
            }
            collect(window, DEPTH_MAX - 1, tenant);
        }

        private static boolean isKnown(Path child) {
            return RegistryFolder.isDirectory(child)
                    ? BUCKET_FOLDERS.contains(nameOf(child))
                    : isFile(child) && BUCKET_FILES.matcher(nameOf(child)).matches();
        }

        private void collect(Path folder, int depth, Tenant tenant) throws IOException {
            if (Files.isSymbolicLink(folder)) {
                stray(folder);
            } else if (!RegistryFolder.isDirectory(folder)) {
                return;
            } else if (isCommitted(folder)) {
                tenant.bundles().add(folder);
            } else if (isBundleLike(folder)) {
                tenant.uncommitted().add(folder);
            } else if (depth > 1) {
                for (Path child : children(folder)) {
                    collect(child, depth - 1, tenant);
                }
            }
        }

        private void stray(Path path) {
            fault(path, Files.isSymbolicLink(path) ? LINK : STRAY);
        }

        private void fault(Path path, String message) {
            String relative = base.relativize(path)
                    .toString()
                    .replace(path.getFileSystem().getSeparator(), "/");
            faults.add(Fault.in(relative, message));
        }
    }
}

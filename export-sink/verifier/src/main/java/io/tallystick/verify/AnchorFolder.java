// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.receipt.ReceiptNames;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The receipts in a bucket: {@code v1/anchors/dt=…/<registry size>/}. Names come from listing one folder, at most
 * {@value #FILES_MAX}; nothing but regular files named as receipts is opened, and no more of them read than a receipt may
 * have.
 *
 * <p>An evidence archive has {@code v1/anchors/later/registry/dt=…/window_start=…/{leaves.ndjson,checkpoint}} besides: leaves of
 * windows that it has no bundles of, which lead to the checkpoints that cover those it has.
 */
final class AnchorFolder {
    /** Parties that can have answered about one checkpoint. */
    static final int FILES_MAX = 256;

    private static final Pattern SIZE = Pattern.compile("[1-9][0-9]{0,17}");

    /** In the folder of receipts, what an archive has of windows after its own. */
    static final String LATER = "later";

    private static final String ANCHORS = "anchors";
    private static final String REGISTRY = "registry";

    private final Path bucket;
    private final RegistryFolder registry;
    private NavigableSet<Long> sizes;

    /** @param bucket the folder that holds {@code anchors} */
    private AnchorFolder(Path bucket) {
        this.bucket = bucket;
        this.registry = RegistryFolder.of(bucket.resolve(REGISTRY));
    }

    /**
     * What lies in the folder of one checkpoint.
     *
     * @param path of the folder, relative to the bucket
     * @param receipts by name; empty names are not receipts
     * @param more whether there are more files than may be
     */
    record Listing(String path, SortedMap<String, Optional<ReceiptNames.Parsed>> receipts, boolean more) {
        static final Listing NONE = new Listing("", new TreeMap<>(), false);
    }

    /** The receipts beside a registry that lies in a bucket. */
    static Optional<AnchorFolder> beside(Path registry) throws IOException {
        Path folder = registry.toRealPath();
        boolean named = String.valueOf(folder.getFileName()).equals(REGISTRY) && folder.getParent() != null;
        return Optional.of(folder)
                .filter(path -> named && RegistryFolder.isDirectory(path.resolveSibling(ANCHORS)))
                .map(path -> new AnchorFolder(path.getParent()));
    }

    /** Where an archive has the leaves of a window of which it has no bundle, below {@code v1}; too deep to pass for one. */
    static String leavesDir(Instant windowStart) {
        return ANCHORS + "/" + LATER + "/" + REGISTRY + "/" + BundleLayout.windowDir(windowStart);
    }

    /** The folder of all such leaves, if there is one. */
    Optional<Path> leading() {
        Path later = bucket.resolve(ANCHORS).resolve(LATER);
        return Optional.of(later.resolve(REGISTRY))
                .filter(path -> RegistryFolder.isDirectory(later) && RegistryFolder.isDirectory(path));
    }

    /** The folder of a window's leaves: the registry's, or where they are only to lead to a later checkpoint. */
    Optional<Path> leaves(Instant windowStart) throws IOException {
        Optional<Path> folder = registry.window(windowStart);
        return (folder.isPresent() ? folder : Optional.of(bucket.resolve(leavesDir(windowStart))))
                .filter(path -> RegistryFolder.isDirectory(path.getParent()) && RegistryFolder.isDirectory(path))
                .filter(path -> Files.isRegularFile(path.resolve(BundleLayout.LEAVES), LinkOption.NOFOLLOW_LINKS));
    }

    /**
     * The window leaf of a window whose leaves follow a registry of this size, as they say: not verified.
     *
     * @return empty if they are not here, or say another start or size
     */
    Optional<RegistryLeaf.Window> windowLeaf(Instant windowStart, long size) throws IOException {
        Optional<Path> folder = leaves(windowStart);
        Optional<RegistryLeaf.Window> leaf =
                folder.isPresent() ? RegistryFolder.windowLeaf(folder.get()) : Optional.empty();
        return leaf.filter(said -> said.start().equals(windowStart) && said.first() == size);
    }

    /** Whether anything lies here for a larger registry: tells from names alone, of which not every one need be true. */
    boolean isAnyAfter(long registrySize) throws IOException {
        if (sizes == null) {
            sizes = listSizes();
        }
        return sizes.higher(registrySize) != null;
    }

    private NavigableSet<Long> listSizes() throws IOException {
        NavigableSet<Long> found = new TreeSet<>();
        try (DirectoryStream<Path> days = Files.newDirectoryStream(bucket.resolve(ANCHORS), "dt=*")) {
            for (Path day : days) {
                if (RegistryFolder.isDirectory(day)) {
                    try (DirectoryStream<Path> folders = Files.newDirectoryStream(day)) {
                        folders.forEach(folder -> size(folder).ifPresent(found::add));
                    }
                }
            }
        }
        return found;
    }

    private static OptionalLong size(Path folder) {
        String name = String.valueOf(folder.getFileName());
        return SIZE.matcher(name).matches() ? OptionalLong.of(Long.parseLong(name)) : OptionalLong.empty();
    }

    private Optional<Path> folder(Instant windowStart, long registrySize) {
        String path = relative(windowStart, registrySize);
        Path folder = bucket.resolve(path);
        return Optional.of(folder)
                .filter(last -> RegistryFolder.isDirectory(last.getParent()) && RegistryFolder.isDirectory(last));
    }

    private static String relative(Instant windowStart, long registrySize) {
        return BundleLayout.anchorsDir(windowStart, registrySize).substring(BundleLayout.ROOT.length() + 1);
    }

    /** Whether receipts for the checkpoint of this window and size have a folder here. */
    boolean has(Instant windowStart, long registrySize) {
        return folder(windowStart, registrySize).isPresent();
    }

    Listing list(Instant windowStart, long registrySize) throws IOException {
        Optional<Path> folder = folder(windowStart, registrySize);
        if (folder.isEmpty()) {
            return Listing.NONE;
        }
        SortedMap<String, Optional<ReceiptNames.Parsed>> receipts = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder.get())) {
            for (Path file : files) {
                if (receipts.size() == FILES_MAX) {
                    return new Listing(relative(windowStart, registrySize), receipts, true);
                }
                String name = String.valueOf(file.getFileName());
                boolean regular = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
                receipts.put(name, regular ? ReceiptNames.parse(name) : Optional.empty());
            }
        }
        return new Listing(relative(windowStart, registrySize), receipts, false);
    }

    /** At most one byte more than a receipt of this form may have. */
    byte[] read(Listing listing, Map.Entry<String, Optional<ReceiptNames.Parsed>> receipt) throws IOException {
        int bytesMax = AnchorParties.bytesMax(receipt.getValue().orElseThrow().form());
        Path file = bucket.resolve(listing.path()).resolve(receipt.getKey());
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            return in.readNBytes(bytesMax + 1);
        }
    }
}

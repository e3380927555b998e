// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.receipt.ReceiptNames;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The receipts in a bucket: {@code v1/anchors/dt=…/<registry size>/}. Names come from listing one folder, at most
 * {@value #FILES_MAX}; nothing but regular files named as receipts is opened, and no more of them read than a receipt may
 * have.
 */
final class AnchorFolder {
    /** Parties that can have answered about one checkpoint. */
    static final int FILES_MAX = 256;

    private final Path bucket;

    /** @param bucket the folder that holds {@code anchors} */
    private AnchorFolder(Path bucket) {
        this.bucket = bucket;
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
        boolean named = String.valueOf(folder.getFileName()).equals("registry") && folder.getParent() != null;
        return Optional.of(folder)
                .filter(path -> named && RegistryFolder.isDirectory(path.resolveSibling("anchors")))
                .map(path -> new AnchorFolder(path.getParent()));
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

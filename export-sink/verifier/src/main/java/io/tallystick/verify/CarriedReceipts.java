// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.EntryProof;
import io.tallystick.entry.Bytes;
import io.tallystick.receipt.ReceiptNames;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The receipts that a proof takes along, out of the folder of a registry checkpoint. Those that count must fit; what is named as
 * a receipt of somebody else comes along if it fits; everything else there is no receipt. So nobody who can put files there
 * hinders a proof, and nothing that a verification of the bucket would fail by is left out.
 */
final class CarriedReceipts {
    private final Path folder;
    private final NavigableSet<String> counted = new TreeSet<>();
    private final NavigableSet<String> others = new TreeSet<>();

    private CarriedReceipts(Path folder) {
        this.folder = folder;
    }

    /**
     * @param bucket holds {@code v1}
     * @return ascending by name
     * @throws BundleException if more receipts that count lie there than a proof may carry, or larger ones
     */
    static List<EntryProof.Anchor> of(
            Path bucket, Instant windowStart, long registrySize, Predicate<ReceiptNames.Parsed> counted)
            throws IOException, BundleException {
        Path folder = bucket.resolve(BundleLayout.anchorsDir(windowStart, registrySize));
        if (!RegistryFolder.isDirectory(folder)) {
            return List.of();
        }
        CarriedReceipts receipts = new CarriedReceipts(folder);
        receipts.list(counted);
        return receipts.read();
    }

    private void list(Predicate<ReceiptNames.Parsed> counts) throws IOException, BundleException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = Target.nameOf(file);
                Optional<ReceiptNames.Parsed> receipt = ReceiptNames.parse(name);
                if (receipt.isPresent() && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    add(name, counts.test(receipt.get()));
                }
            }
        }
    }

    private void add(String name, boolean counts) throws BundleException {
        if (!counts) {
            others.add(name);
            if (others.size() > EntryProof.ANCHORS_MAX) {
                others.pollLast();
            }
            return;
        }
        counted.add(name);
        if (counted.size() > EntryProof.ANCHORS_MAX) {
            throw new BundleException(folder + " has more than " + EntryProof.ANCHORS_MAX + " receipts");
        }
    }

    private List<EntryProof.Anchor> read() throws IOException, BundleException {
        TreeMap<String, EntryProof.Anchor> found = new TreeMap<>();
        for (String name : counted) {
            Optional<EntryProof.Anchor> anchor = read(name);
            if (anchor.isEmpty()) {
                throw new BundleException(folder + "/" + name + " is over the limit of " + EntryProof.ANCHOR_BYTES_MAX
                        + " bytes of a receipt in a proof");
            }
            found.put(name, anchor.get());
        }
        for (String name : others) {
            if (found.size() < EntryProof.ANCHORS_MAX) {
                read(name).ifPresent(anchor -> found.put(name, anchor));
            }
        }
        return List.copyOf(found.values());
    }

    /** @return empty if it is larger than a proof may carry */
    private Optional<EntryProof.Anchor> read(String name) throws IOException {
        try (InputStream in = RegularFile.open(folder.resolve(name))) {
            byte[] receipt = in.readNBytes(EntryProof.ANCHOR_BYTES_MAX + 1);
            return receipt.length > EntryProof.ANCHOR_BYTES_MAX
                    ? Optional.empty()
                    : Optional.of(new EntryProof.Anchor(name, Bytes.wrap(receipt)));
        }
    }
}

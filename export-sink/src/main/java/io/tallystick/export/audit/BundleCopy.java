// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.audit;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.Sha256Sums;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.SignedNote;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Copies a bundle, the registry's part it needs and the receipts of its checkpoint into a local bucket. What is missing
 * there is missing in the copy.
 */
final class BundleCopy {
    private static final long BYTES_MAX = 64L * 1024 * 1024 * 1024;
    private static final int BUFFER = 64 * 1024;

    /**
     * Receipts of each party for later checkpoints: the verifier looks at so many checkpoints for one bundle. Counted by party,
     * because a party that answers in vain, such as one witness where two are needed, must not hide what another answers
     * later.
     */
    private static final int COVERS_MAX = 8;

    /** Windows in which they are looked for: a week of windows of ten minutes. */
    private static final int LATER_WINDOWS_MAX = 1_008;

    private final ObjectStore store;
    private final Path bucket;
    private final SortedMap<String, Integer> receipts;
    private long copied;

    /** What is stored is no bundle that could be copied. */
    static final class UnfitException extends Exception {
        private static final long serialVersionUID = 1L;

        UnfitException(String message) {
            super(message);
        }
    }

    /** @param receipts names of those that count, and how many bytes each may have */
    BundleCopy(ObjectStore store, Path bucket, SortedMap<String, Integer> receipts) {
        this.store = store;
        this.bucket = bucket;
        this.receipts = receipts;
    }

    /** @return its folder; empty if the store has no complete bundle there */
    Optional<Path> fetch(String tenant, Instant windowStart) throws IOException, UnfitException {
        String directory = BundleLayout.bundleDir(tenant, windowStart);
        if (!fetch(directory, BundleLayout.CHECKPOINT)) {
            return Optional.empty();
        }
        for (String name : names(directory)) {
            fetch(directory, name);
        }
        String registry = BundleLayout.registryDir(windowStart);
        fetch(registry, BundleLayout.LEAVES);
        fetch(registry, BundleLayout.CHECKPOINT);
        fetchReceipts(windowStart, directory, receipts.keySet());
        return Optional.of(bucket.resolve(directory));
    }

    /**
     * Copies later registry checkpoints that have receipts, and the leaves that lead to them: they prove the age of a
     * bundle whose own checkpoint nobody answered for. Ends where the registry does.
     */
    void fetchLater(Manifest.Window window) throws IOException, UnfitException {
        Duration size = Duration.between(window.start(), window.end());
        Instant led = window.end();
        Instant start = window.end();
        SortedMap<String, Integer> wanted = new TreeMap<>();
        receipts.keySet().forEach(name -> wanted.put(name, COVERS_MAX));
        for (int i = 0; i < LATER_WINDOWS_MAX && !wanted.isEmpty(); i++) {
            String registry = BundleLayout.registryDir(start);
            if (!fetch(registry, BundleLayout.CHECKPOINT)) {
                return;
            }
            Instant next = start.plus(size);
            Set<String> found = fetchReceipts(start, registry, Set.copyOf(wanted.keySet()));
            found.forEach(name -> wanted.computeIfPresent(name, (party, left) -> left == 1 ? null : left - 1));
            if (!found.isEmpty()) {
                while (led.isBefore(next)) {
                    fetch(BundleLayout.registryDir(led), BundleLayout.LEAVES);
                    led = led.plus(size);
                }
            }
            start = next;
        }
    }

    /** @return names of those that are there for the registry checkpoint in this folder of the copy */
    private Set<String> fetchReceipts(Instant windowStart, String checkpointDirectory, Set<String> wanted)
            throws IOException, UnfitException {
        OptionalLong size = registrySize(bucket.resolve(checkpointDirectory).resolve(BundleLayout.CHECKPOINT));
        Set<String> found = new TreeSet<>();
        if (size.isPresent()) {
            String directory = BundleLayout.anchorsDir(windowStart, size.getAsLong());
            for (String name : wanted) {
                // one byte more than it may have is enough for the verifier to see that it is too large
                if (fetch(directory, name, receipts.get(name) + 1L)) {
                    found.add(name);
                }
            }
        }
        return found;
    }

    private static OptionalLong registrySize(Path checkpoint) throws IOException {
        try (InputStream in = Files.newInputStream(checkpoint)) {
            SignedNote note = SignedNote.parse(in.readNBytes(SignedNote.SIZE_MAX + 1));
            return OptionalLong.of(Checkpoint.parse(note.text()).head().size());
        } catch (NoteException e) {
            return OptionalLong.empty(); // the verifier says what is wrong with it
        }
    }

    private Set<String> names(String directory) throws IOException, UnfitException {
        Set<String> names = new TreeSet<>(Set.of(BundleLayout.MANIFEST));
        if (fetch(directory, BundleLayout.SUMS)) {
            Path sums = bucket.resolve(directory).resolve(BundleLayout.SUMS);
            if (Files.size(sums) > BundleLayout.LIST_BYTES_MAX) {
                throw new UnfitException(directory + ": " + BundleLayout.SUMS + " is too large");
            }
            try {
                names.addAll(Sha256Sums.parse(Files.readAllBytes(sums)).keySet());
            } catch (BundleException e) {
                return names; // the verifier says what is wrong with the list
            }
        }
        names.remove(BundleLayout.SUMS);
        names.remove(BundleLayout.CHECKPOINT);
        return names;
    }

    private boolean fetch(String directory, String name) throws IOException, UnfitException {
        return fetch(directory, name, Long.MAX_VALUE);
    }

    /** @param bytesMax what comes after these is left out */
    private boolean fetch(String directory, String name, long bytesMax) throws IOException, UnfitException {
        Optional<InputStream> object = store.open(ObjectName.in(directory, name));
        if (object.isEmpty()) {
            return false;
        }
        Path file = bucket.resolve(directory).resolve(name);
        try (InputStream in = object.get()) {
            Files.createDirectories(file.getParent());
            try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
                copy(in, out, bytesMax, directory);
            }
        } catch (FileAlreadyExistsException | NotDirectoryException e) {
            throw new UnfitException(directory + ": " + name + " is a file and a folder, or there twice");
        }
        return true;
    }

    private void copy(InputStream in, OutputStream out, long bytesMax, String directory)
            throws IOException, UnfitException {
        byte[] buffer = new byte[BUFFER];
        long left = bytesMax;
        while (left > 0) {
            int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (read < 0) {
                return;
            }
            left -= read;
            copied += read;
            if (copied > BYTES_MAX) {
                throw new UnfitException(directory + " has more than " + BYTES_MAX + " bytes");
            }
            out.write(buffer, 0, read);
        }
    }
}

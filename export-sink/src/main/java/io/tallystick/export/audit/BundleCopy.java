// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.audit;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Sha256Sums;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Copies a bundle, and the registry's part it needs, into a local bucket. What is missing there is missing in the copy. */
final class BundleCopy {
    private static final long BYTES_MAX = 64L * 1024 * 1024 * 1024;
    private static final int BUFFER = 64 * 1024;

    private final ObjectStore store;
    private final Path bucket;
    private long copied;

    /** What is stored is no bundle that could be copied. */
    static final class UnfitException extends Exception {
        private static final long serialVersionUID = 1L;

        UnfitException(String message) {
            super(message);
        }
    }

    BundleCopy(ObjectStore store, Path bucket) {
        this.store = store;
        this.bucket = bucket;
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
        return Optional.of(bucket.resolve(directory));
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
        Optional<InputStream> object = store.open(ObjectName.in(directory, name));
        if (object.isEmpty()) {
            return false;
        }
        Path file = bucket.resolve(directory).resolve(name);
        try (InputStream in = object.get()) {
            Files.createDirectories(file.getParent());
            try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
                copy(in, out, directory);
            }
        } catch (FileAlreadyExistsException | NotDirectoryException e) {
            throw new UnfitException(directory + ": " + name + " is a file and a folder, or there twice");
        }
        return true;
    }

    private void copy(InputStream in, OutputStream out, String directory) throws IOException, UnfitException {
        byte[] buffer = new byte[BUFFER];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            copied += read;
            if (copied > BYTES_MAX) {
                throw new UnfitException(directory + " has more than " + BYTES_MAX + " bytes");
            }
            out.write(buffer, 0, read);
        }
    }
}

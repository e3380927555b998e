// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.audit;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Sha256Sums;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Copies a bundle, and the registry's part it needs, into a local bucket. What is missing there is missing in the copy. */
final class BundleCopy {
    private final ObjectStore store;
    private final Path bucket;

    BundleCopy(ObjectStore store, Path bucket) {
        this.store = store;
        this.bucket = bucket;
    }

    /** @return its folder; empty if the store has no complete bundle there */
    Optional<Path> fetch(String tenant, Instant windowStart) throws IOException {
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

    private Set<String> names(String directory) throws IOException {
        Set<String> names = new TreeSet<>(Set.of(BundleLayout.SUMS, BundleLayout.MANIFEST));
        Optional<byte[]> sums = store.read(ObjectName.in(directory, BundleLayout.SUMS), BundleLayout.LIST_BYTES_MAX);
        if (sums.isPresent()) {
            try {
                names.addAll(Sha256Sums.parse(sums.get()).keySet());
            } catch (BundleException e) {
                return names; // the verifier says what is wrong with the list
            }
        }
        return names;
    }

    private boolean fetch(String directory, String name) throws IOException {
        Optional<InputStream> object = store.open(ObjectName.in(directory, name));
        if (object.isEmpty()) {
            return false;
        }
        Path file = bucket.resolve(directory).resolve(name);
        Files.createDirectories(file.getParent());
        try (InputStream in = object.get()) {
            Files.copy(in, file);
        }
        return true;
    }
}

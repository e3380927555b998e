// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.bundle.BundleLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Whether the exporter is done: every tenant of a bucket has its bundle of the newest window, for a while now. */
final class SettledBucket {
    private static final long POLL_MS = 200;
    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final String REGISTRY = "registry";
    private static final String TENANT = "tenant=";

    private final Path root;

    SettledBucket(Path bucket) {
        this.root = bucket.resolve(BundleLayout.ROOT);
    }

    /** Waits until the bucket is settled; false if it was not in time. */
    boolean await(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        Optional<Path> newest = Optional.empty();
        long since = System.nanoTime();
        while (System.nanoTime() < deadline) {
            Optional<Path> now = newest(REGISTRY);
            if (!now.equals(newest) || !now.map(this::isExported).orElse(true)) {
                newest = now;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > QUIET.toNanos()) {
                return true;
            }
            if (!pause()) {
                return false;
            }
        }
        return false;
    }

    /** {@code dt=.../window_start=...} of the newest window below a folder. */
    private Optional<Path> newest(String folder) {
        Path directory = root.resolve(folder);
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        try (Stream<Path> windows = Files.find(directory, 2, (path, attributes) -> attributes.isDirectory())) {
            return windows.map(directory::relativize)
                    .filter(path -> path.getNameCount() == 2)
                    .max(Path::compareTo);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isExported(Path window) {
        try (Stream<Path> folders = Files.list(root)) {
            List<Path> tenants = folders.filter(
                            path -> path.getFileName().toString().startsWith(TENANT))
                    .toList();
            return tenants.stream()
                    .allMatch(tenant -> Files.exists(tenant.resolve(window).resolve(BundleLayout.CHECKPOINT)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}

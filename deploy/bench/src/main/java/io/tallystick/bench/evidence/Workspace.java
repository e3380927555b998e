// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.evidence;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A temporary directory with a bundle in it, removed by {@link #close}. */
final class Workspace implements AutoCloseable {
    private final Path directory;
    private final BundleMaker maker;
    private final long entries;

    private Workspace(Path directory, BundleMaker maker, long entries) {
        this.directory = directory;
        this.maker = maker;
        this.entries = entries;
    }

    /**
     * Makes the bundle.
     *
     * @param megabytes content in MB (10^6 bytes)
     * @param payloadBytes of each event; 0 for real events as they are
     */
    static Workspace with(long megabytes, int payloadBytes) throws IOException {
        Path directory = Files.createTempDirectory("bench-evidence");
        BundleMaker maker = new BundleMaker(directory.resolve("bucket"), payloadBytes);
        return new Workspace(directory, maker, maker.write(megabytes * 1_000_000));
    }

    /** Number of entries. */
    long entries() {
        return entries;
    }

    /** The data files as stored. */
    List<Path> stored() {
        return maker.stored();
    }

    /** Bytes of the data files as stored. */
    long storedBytes() throws IOException {
        long bytes = 0;
        for (Path file : stored()) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    Path tenantFolder() {
        return maker.tenantFolder();
    }

    Path trustRoot() {
        return directory.resolve("trust-root.json");
    }

    /** A JVM with this class path. */
    static List<String> java(String heap) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"));
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}

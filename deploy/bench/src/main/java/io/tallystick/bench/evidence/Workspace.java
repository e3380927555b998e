// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.evidence;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A temporary directory with a bundle in it, removed by {@link #close}. */
final class Workspace implements AutoCloseable {
    private final Path directory;
    private final BundleMaker maker;
    private final long megabytes;
    private final long entries;

    private Workspace(Path directory, BundleMaker maker, long megabytes, long entries) {
        this.directory = directory;
        this.maker = maker;
        this.megabytes = megabytes;
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
        return new Workspace(directory, maker, megabytes, maker.write(megabytes * 1_000_000));
    }

    /** Number of entries. */
    long entries() {
        return entries;
    }

    /** Content in MB. */
    long megabytes() {
        return megabytes;
    }

    /** Its size, in words. */
    String size() throws IOException {
        long stored = 0;
        for (Path file : stored()) {
            stored += Files.size(file);
        }
        return String.format(
                Locale.ROOT, "%,d entries, %,d MB of content, %,d MB stored", entries, megabytes, stored / 1_000_000);
    }

    /** The data files as stored. */
    List<Path> stored() {
        return maker.stored();
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

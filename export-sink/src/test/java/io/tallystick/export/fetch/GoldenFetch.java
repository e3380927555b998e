// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.export.store.StoreListing;
import io.tallystick.export.store.s3.FaultyBucket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The verifier's golden bucket, fetched from one of S3. */
abstract class GoldenFetch {
    private static final Path GOLDEN = Path.of("verifier/src/test/resources/bundles/four-windows/bucket");
    static final String WINDOW = "v1/tenant=acme/dt=2026-11-21/window_start=20261121T031500Z/";
    private static final String START = "window_start=";
    static final Instant THIRD = Instant.parse("2026-11-21T03:30:00Z");
    static final BucketFetch.Progress SILENT = (objects, objectsAll, bytes, bytesAll) -> {};

    @TempDir
    Path folder;

    final SortedMap<String, byte[]> golden = new TreeMap<>();
    FaultyBucket bucket;
    StoreListing store;

    @BeforeEach
    void fill() throws IOException {
        bucket = new FaultyBucket();
        store = bucket.reader();
        try (Stream<Path> files = Files.walk(GOLDEN)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                golden.put(GOLDEN.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        golden.forEach(bucket::put);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
        bucket.close();
    }

    Optional<Fetched> fetch(Extent extent, Narrowing narrowing) throws Exception {
        return new BucketFetch(store, SILENT).into(folder, extent, narrowing);
    }

    Fetched fetchAll() throws Exception {
        return fetch(Extent.ALL, Narrowing.NONE).orElseThrow();
    }

    Set<String> here() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return new TreeSet<>(files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .toList());
        }
    }

    void requireGolden() throws IOException {
        assertThat(here()).isEqualTo(golden.keySet());
        for (String name : here()) {
            assertThat(Files.readAllBytes(folder.resolve(name))).isEqualTo(golden.get(name));
        }
    }

    Set<String> windowsOf(String tenant) throws IOException {
        return new TreeSet<>(here().stream()
                .filter(name -> name.startsWith("v1/" + tenant + "/"))
                .map(name ->
                        name.substring(name.indexOf(START) + START.length()).substring(0, 16))
                .toList());
    }
}

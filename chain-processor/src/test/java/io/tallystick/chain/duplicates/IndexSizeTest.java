// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.duplicates;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.chain.sequence.Given;
import io.tallystick.chain.sequence.Identities.Kept;
import io.tallystick.chain.sequence.Identities.Seen;
import io.tallystick.chain.sequence.Identity;
import io.tallystick.chain.sequence.PartitionState.LastRecord;
import io.tallystick.entry.Salt;
import io.tallystick.topic.TenantPolicies;
import io.tallystick.topic.TenantPolicies.Duplicates;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** What the index costs on disk, as the README says: with salts and hashes that nothing compresses. */
class IndexSizeTest {
    private static final int PER_TRANSACTION = 500;

    /** Least and most bytes an identity may take once RocksDB has tidied up. */
    private static final double BYTES_MIN = 90;

    private static final double BYTES_MAX = 125;

    @TempDir
    private Path root;

    private final IndexMemory memory = new IndexMemory(IndexMemory.BYTES_MIN);
    private final Random random = new Random(7);

    @AfterEach
    void close() {
        memory.close();
    }

    /** Remembers so many identities of one chain, a millisecond apart. @return bytes of all files, log included, before the end */
    private long fill(Path directory, int identities, long cap) throws IOException {
        TenantPolicies policies = new TenantPolicies(Duplicates.MARK, Duration.ofHours(24), cap);
        try (DuplicateIndex index = new DuplicateIndex(directory, memory)) {
            index.open();
            for (int id = 0; id < identities; id++) {
                Instant now = Given.CREATED.plusMillis(id);
                Identity identity = Identity.of("acme/0", Optional.of("shop"), "id-" + id);
                assertThat(index.find("acme/0", identity, policies, now)).isEmpty();
                Seen seen = new Seen(id + 1, now, Salt.of(bytes(Salt.LENGTH)), Hash.of(bytes(Hash.LENGTH)));
                index.remember(new Kept("acme/0", identity, seen, policies));
                if (id % PER_TRANSACTION == PER_TRANSACTION - 1) {
                    index.prepared(new LastRecord(id + 1, Optional.empty(), now));
                }
            }
            index.committed();
            return size(directory);
        }
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private long compacted(Path directory) throws RocksDBException, IOException {
        try (Options options = memory.options();
                RocksDB db = RocksDB.open(options, directory.toString())) {
            db.compactRange();
        }
        return size(directory);
    }

    private static long size(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file ->
                            file.toString().endsWith(".sst") || file.toString().endsWith(".log"))
                    .mapToLong(IndexSizeTest::length)
                    .sum();
        }
    }

    private static long length(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void anIdentityTakesAboutAHundredBytes() throws Exception {
        // Given
        int identities = 200_000;
        Path directory = root.resolve("index");

        // When
        long before = fill(directory, identities, identities);
        long after = compacted(directory);

        // Then
        System.out.printf(
                "IndexSizeTest: %,d identities: %,d bytes, %.1f each; compacted %,d, %.1f each%n",
                identities, before, (double) before / identities, after, (double) after / identities);
        assertThat((double) after / identities).isBetween(BYTES_MIN, BYTES_MAX);
    }

    @Test
    void theCapBoundsIt() throws Exception {
        // Given
        int cap = 20_000;
        Path directory = root.resolve("index");

        // When
        long before = fill(directory, 10 * cap, cap);
        long after = compacted(directory);

        // Then
        System.out.printf(
                "IndexSizeTest: %,d identities, cap %,d: %,d bytes; compacted %,d, %.1f for each of the cap%n",
                10 * cap, cap, before, after, (double) after / cap);
        assertThat(after).isLessThan((long) (1.5 * cap * BYTES_MAX));
    }
}

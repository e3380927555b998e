// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.duplicates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.chain.sequence.Given;
import io.tallystick.chain.sequence.Identities.Kept;
import io.tallystick.chain.sequence.Identities.Seen;
import io.tallystick.chain.sequence.Identity;
import io.tallystick.chain.sequence.NaiveIdentities;
import io.tallystick.chain.sequence.PartitionState.LastRecord;
import io.tallystick.entry.Salt;
import io.tallystick.fixtures.TestSeed;
import io.tallystick.topic.TenantPolicies;
import io.tallystick.topic.TenantPolicies.Duplicates;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DuplicateIndexTest {
    private static final Salt SALT = Salt.of(new byte[Salt.LENGTH]);
    private static final TenantPolicies MANY = new TenantPolicies(Duplicates.MARK, Duration.ofHours(1), 100_000);
    private static final TenantPolicies WIDE = new TenantPolicies(Duplicates.MARK, Duration.ofHours(1), 1_000);

    @TempDir
    private Path root;

    private Path directory;
    private int lives;

    private final IndexMemory memory = new IndexMemory(IndexMemory.BYTES_MIN);
    private DuplicateIndex index;

    @BeforeEach
    void name() {
        directory = root.resolve("index");
    }

    @AfterEach
    void close() {
        if (index != null) {
            index.close();
        }
        memory.close();
    }

    private DuplicateIndex open(int confirmedMax) {
        index = new DuplicateIndex(directory, memory, confirmedMax);
        index.open();
        return index;
    }

    private static Instant at(long ms) {
        return Given.CREATED.plusMillis(ms);
    }

    private static Kept kept(String chain, int id, long seq, long ms, TenantPolicies policies) {
        Identity identity = Identity.of(chain, Optional.empty(), "id-" + id);
        return new Kept(chain, identity, new Seen(seq, at(ms), SALT, Hash.sha256(new byte[] {(byte) seq})), policies);
    }

    private static LastRecord record(long pseq, long ms) {
        return new LastRecord(pseq, Optional.empty(), at(ms));
    }

    private Optional<Seen> find(Kept kept) {
        return index.find(
                kept.chain(), kept.identity(), kept.policies(), kept.seen().recorded());
    }

    private void add(Kept kept) {
        assertThat(find(kept)).isEmpty();
        index.remember(kept);
    }

    @Test
    void whatWasCommittedIsThereAfterARestart() {
        // Given
        open(1_000);
        Kept first = kept("acme/0", 1, 1, 0, WIDE);
        add(first);
        index.prepared(record(5, 0));
        index.committed();
        index.close();

        // When
        open(1_000);

        // Then
        assertThat(find(first)).contains(first.seen());
        assertThat(index.entries()).isEqualTo(1);
        assertThat(index.open().orElseThrow().pseq()).isEqualTo(5);
    }

    @Test
    void whatWasNotCommittedIsNot() {
        // Given
        open(1);
        add(kept("acme/0", 1, 1, 0, WIDE));
        index.prepared(record(1, 0));
        add(kept("acme/0", 2, 2, 0, WIDE));
        index.prepared(record(2, 0));
        add(kept("acme/0", 3, 3, 0, WIDE));
        index.close();

        // When
        open(1);

        // Then
        assertThat(index.open().orElseThrow().pseq()).isEqualTo(1);
        assertThat(find(kept("acme/0", 1, 1, 0, WIDE))).isPresent();
        assertThat(find(kept("acme/0", 2, 2, 0, WIDE))).isEmpty();
        assertThat(find(kept("acme/0", 3, 3, 0, WIDE))).isEmpty();
    }

    @Test
    void anIdentityThatComesAgainOutlivesTheBlockItWasIn() {
        // Given: forgotten by the cap, remembered anew, in the write that drops its old block
        TenantPolicies two = new TenantPolicies(Duplicates.MARK, Duration.ofHours(1), 2);
        open(1);
        for (int i = 0; i < 4; i++) {
            add(kept("acme/0", i % 3, i + 1, i, two));
            index.prepared(record(i + 1, i));
        }

        // When
        index.committed();

        // Then
        assertThat(find(kept("acme/0", 0, 9, 9, two)))
                .hasValueSatisfying(seen -> assertThat(seen.seq()).isEqualTo(4));
        assertThat(find(kept("acme/0", 1, 9, 9, two))).isEmpty();
    }

    @Test
    void afterARestartNothingStoredIsDeniedWhileItsKeysAreRead() {
        // Given: more than is read with one write
        open(500);
        rounds(0, 30);
        index.committed();
        index.close();

        // When
        open(500);

        // Then
        for (int round = 30; round < 45; round++) {
            rounds(round, round + 1);
            for (int id = 0; id < round * 500; id += 97) {
                assertThat(find(kept("acme/0", id, id, 0, MANY)))
                        .as("event %d in round %d", id, round)
                        .isPresent();
            }
        }
    }

    @Test
    void withoutMemoryForAFilterTheDiskIsAsked() {
        // Given
        while (memory.takeFilter(StoredFilter.BYTES_MIN)) {
            assertThat(memory.filterBytesFirst()).isEqualTo(StoredFilter.BYTES_MIN);
        }

        // When
        open(500);
        rounds(0, 3);

        // Then
        assertThat(find(kept("acme/0", 7, 7, 0, MANY))).isPresent();
        assertThat(find(kept("acme/0", 1_500, 7, 0, MANY))).isEmpty();
    }

    /** Of 500 events each, one transaction a round. */
    private void rounds(int begin, int end) {
        for (int round = begin; round < end; round++) {
            for (int id = round * 500; id < (round + 1) * 500; id++) {
                add(kept("acme/0", id, id, 0, MANY));
            }
            index.prepared(record(round, 0));
        }
    }

    @Test
    void aDirectoryInUseIsRefusedAndNotDestroyed() {
        // Given
        open(1);
        add(kept("acme/0", 1, 1, 0, WIDE));

        // When, Then
        try (DuplicateIndex second = new DuplicateIndex(directory, memory)) {
            assertThatThrownBy(second::open)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("another instance");
        }
        assertThat(find(kept("acme/0", 1, 1, 0, WIDE))).isPresent();
    }

    @Test
    void whatIsDamagedIsMadeAnew() throws IOException {
        // Given
        open(1);
        add(kept("acme/0", 1, 1, 0, WIDE));
        index.prepared(record(1, 0));
        index.committed();
        index.close();
        Files.writeString(directory.resolve("CURRENT"), "nonsense");

        // When, Then
        index = new DuplicateIndex(directory, memory);
        assertThat(index.open()).isEmpty();
        assertThat(index.entries()).isZero();
    }

    @Test
    void withoutEventsNoDirectoryIsTouched() throws IOException {
        // Given
        Path untouched = directory.resolve("none");

        // When
        try (DuplicateIndex idle = new DuplicateIndex(untouched, memory)) {
            idle.prepared(record(1, 0));
            idle.committed();
        }

        // Then
        assertThat(untouched).doesNotExist();
    }

    @Test
    void itsSizeFollowsFromTheCapNotFromHistory() {
        // Given
        TenantPolicies hundred = new TenantPolicies(Duplicates.MARK, Duration.ofHours(1), 100);
        open(50);

        // When
        for (int i = 0; i < 20_000; i++) {
            index.remember(kept("acme/0", i, i + 1, i, hundred));
            if (i % 10 == 9) {
                index.prepared(record(i, i));
            }
        }
        index.committed();

        // Then
        assertThat(index.entries()).isBetween(100L, 250L);
    }

    @Test
    void aWindowMadeSmallerIsWorkedOffAndHoldsNothingUp() {
        // Given
        open(10);
        for (int i = 0; i < 1_000; i++) {
            index.remember(kept("acme/0", i, i + 1, i, WIDE));
            index.prepared(record(i, i));
        }

        // When
        TenantPolicies one = new TenantPolicies(Duplicates.MARK, Duration.ofHours(1), 1);
        for (int i = 1_000; i < 1_100; i++) {
            index.remember(kept("acme/0", i, i + 1, i, one));
            index.prepared(record(i, i));
        }
        index.committed();

        // Then
        assertThat(index.entries()).isLessThan(50);
    }

    /** Random events, commits, aborts, clean restarts and crashes, against a list that is searched. */
    @Test
    void itAnswersAsAListWouldWhateverHappensToIt() throws IOException {
        Random random = TestSeed.random("DuplicateIndexTest");
        Map<String, TenantPolicies> policies = Map.of(
                "acme/0", new TenantPolicies(Duplicates.MARK, Duration.ofMillis(300), 10),
                "acme/1", new TenantPolicies(Duplicates.MARK, Duration.ofMillis(60), 1_000),
                "globex/0", new TenantPolicies(Duplicates.MARK, Duration.ofHours(1), 3));
        List<Kept> committed = new ArrayList<>();
        List<Long> pseqs = new ArrayList<>();
        List<Kept> uncommitted = new ArrayList<>();
        NaiveIdentities naive = new NaiveIdentities();
        long pseq = 0;
        long ms = 0;
        open(1 + random.nextInt(12));
        for (int step = 0; step < 3_000; step++) {
            ms += random.nextInt(12);
            pseq++;
            String chain = List.copyOf(policies.keySet()).get(random.nextInt(3));
            Kept kept = kept(chain, random.nextInt(40), pseq, ms, policies.get(chain));
            Optional<Seen> expected = naive.find(chain, kept.identity(), kept.policies(), at(ms));
            assertThat(find(kept)).as("step %d", step).isEqualTo(expected);
            if (expected.isEmpty()) {
                index.remember(kept);
                naive.remember(kept);
                uncommitted.add(kept);
            }
            int what = random.nextInt(100);
            if (what < 30) {
                index.prepared(record(pseq, ms));
                uncommitted.forEach(one -> pseqs.add(one.seen().seq()));
                committed.addAll(uncommitted);
                uncommitted.clear();
            } else if (what < 33) {
                boolean crash = random.nextBoolean();
                if (uncommitted.isEmpty() && random.nextBoolean()) {
                    index.committed();
                }
                restart(crash, random);
                uncommitted.clear();
                naive = new NaiveIdentities();
                committed.forEach(naive::remember);
                long covered = index.open().map(mark -> mark.pseq()).orElse(-1L);
                for (int i = 0; i < committed.size(); i++) {
                    if (pseqs.get(i) > covered) {
                        add(committed.get(i));
                    }
                }
                index.prepared(record(pseq, ms));
                index.committed();
            }
        }
    }

    /** A crash leaves the files as they are; what was in memory is gone. */
    private void restart(boolean crash, Random random) throws IOException {
        if (crash) {
            Path copy = copy();
            index.close();
            directory = copy;
        } else {
            index.close();
        }
        open(1 + random.nextInt(12));
    }

    /** RocksDB may be at work on its files; then once more. */
    private Path copy() throws IOException {
        while (true) {
            Path copy = root.resolve("life-" + ++lives);
            try {
                copy(directory, copy);
                return copy;
            } catch (NoSuchFileException e) {
                assertThat(lives).isLessThan(10_000);
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith("LOCK"))
                    .toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }
}

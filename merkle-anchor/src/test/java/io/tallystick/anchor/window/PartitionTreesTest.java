// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.anchor.EntryChain;
import io.tallystick.anchor.window.Cuts.Reason;
import io.tallystick.topic.LedgerIntegrityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PartitionTreesTest {
    private static final Instant CREATED = Instant.parse("2026-11-21T12:03:20Z");
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final Instant QUARTER = NOON.plus(Duration.ofMinutes(15));

    private final MemoryTreeStore store = new MemoryTreeStore();
    private final EntryChain one = new EntryChain("acme/1");
    private final EntryChain two = new EntryChain("acme/2");
    private final EntryChain globex = new EntryChain("globex/0");
    private PartitionTrees trees;
    private long pseq;

    @BeforeEach
    void begin() {
        trees = trees(new CutPolicy(Duration.ofMinutes(1), 4, Duration.ofSeconds(5)));
        trees.begin(position(), 6, EntryChain.ORIGIN, CREATED);
    }

    private PartitionTrees trees(CutPolicy policy) {
        return new PartitionTrees(
                new PartitionTrees.Ledger(
                        EntryChain.ORIGIN,
                        6,
                        chain -> chain.startsWith("other") ? 1 : 5,
                        new WindowGrid(Duration.ofMinutes(15)),
                        policy),
                5,
                store);
    }

    /** Offsets are twice the counter, as if every second one were a marker. */
    private RecordPosition position() {
        RecordPosition position = new RecordPosition(2 * pseq, pseq);
        pseq++;
        return position;
    }

    private StoredEntry stored(EntryChain chain, byte[] bytes) {
        String id = chain.id().toString();
        return new StoredEntry(position(), id, id, chain.size() - 1, bytes);
    }

    private Cuts append(EntryChain chain, Instant recorded) {
        return trees.append(stored(chain, chain.next(recorded)));
    }

    private Cuts checkpoint(Instant time) {
        return trees.cross(position(), 5, time, Optional.empty());
    }

    private Cuts windowEnd(Instant end) {
        return trees.cross(position(), 5, end, Optional.of(end.minus(Duration.ofMinutes(15))));
    }

    private static List<String> chains(Cuts cuts) {
        return cuts.heads().stream()
                .map(head -> head.tree().chain() + ":" + head.tree().size())
                .toList();
    }

    @Test
    void aWindowsEndCutsEveryChainWithNewEntriesAscending() {
        append(globex, CREATED.plusSeconds(1));
        append(two, CREATED.plusSeconds(2));
        append(one, CREATED.plusSeconds(3));
        append(two, CREATED.plusSeconds(4));

        Cuts cuts = windowEnd(QUARTER);

        assertThat(chains(cuts)).containsExactly("acme/1:1", "acme/2:2", "globex/0:1");
        assertThat(cuts.heads())
                .allMatch(
                        head -> head.reason() == Reason.WINDOW && head.window().equals(NOON));
        assertThat(cuts.heads().get(1).tree().head()).isEqualTo(two.head());
        assertThat(cuts.closed()).contains(new Cuts.Closed(NOON, QUARTER, 3, 10));
    }

    @Test
    void anIdleWindowClosesWithoutHeads() {
        append(one, CREATED.plusSeconds(1));
        windowEnd(QUARTER);

        Cuts idle = windowEnd(QUARTER.plus(Duration.ofMinutes(15)));

        assertThat(idle.heads()).isEmpty();
        assertThat(idle.closed().orElseThrow().heads()).isZero();
    }

    @Test
    void aChainWithAFastHeadAndNothingSinceStillGetsItsWindowHead() {
        append(one, CREATED.plusSeconds(1));
        Cuts fast = checkpoint(Instant.parse("2026-11-21T12:04:00Z"));

        Cuts cuts = windowEnd(QUARTER);

        assertThat(chains(fast)).containsExactly("acme/1:1");
        assertThat(fast.heads().get(0).reason()).isEqualTo(Reason.FAST);
        assertThat(fast.closed()).isEmpty();
        assertThat(chains(cuts)).containsExactly("acme/1:1");
    }

    @Test
    void aCheckpointCutsOnlyChainsWithNewEntriesSinceTheirLastHead() {
        append(one, CREATED.plusSeconds(1));
        checkpoint(Instant.parse("2026-11-21T12:04:00Z"));
        append(two, Instant.parse("2026-11-21T12:04:30Z"));

        assertThat(chains(checkpoint(Instant.parse("2026-11-21T12:05:00Z")))).containsExactly("acme/2:1");
        assertThat(chains(checkpoint(Instant.parse("2026-11-21T12:06:00Z")))).isEmpty();
    }

    @Test
    void aBoundaryThatIsNoMultipleOfTheIntervalCutsNothing() {
        append(one, CREATED.plusSeconds(1));

        assertThat(checkpoint(Instant.parse("2026-11-21T12:04:30Z"))).isEqualTo(Cuts.NONE);
    }

    @Test
    void enoughEntriesCutAFastHeadButNotMoreOftenThanTheGapAllows() {
        Instant at = CREATED.plusSeconds(1);
        for (int i = 0; i < 3; i++) {
            assertThat(append(one, at)).isEqualTo(Cuts.NONE);
        }

        assertThat(chains(append(one, at))).containsExactly("acme/1:4");
        for (int i = 0; i < 6; i++) {
            assertThat(append(one, at.plusMillis(4_999))).isEqualTo(Cuts.NONE);
        }
        assertThat(chains(append(one, at.plusMillis(5_000)))).containsExactly("acme/1:11");
    }

    @Test
    void aCheckpointSoonAfterAFastHeadCutsNothing() {
        Instant boundary = Instant.parse("2026-11-21T12:04:00Z");
        for (int i = 0; i < 5; i++) {
            append(one, boundary.minusMillis(4_999));
        }

        assertThat(chains(checkpoint(boundary))).isEmpty();
        assertThat(chains(windowEnd(QUARTER))).containsExactly("acme/1:5");
    }

    @Test
    void theFirstWindowOfADayHasAHeadOfEveryChainThatIsNotClosed() {
        append(one, CREATED.plusSeconds(1));
        append(two, CREATED.plusSeconds(1));
        trees.append(stored(two, two.close(CREATED.plusSeconds(2))));
        Instant midnight = Instant.parse("2026-11-22T00:00:00Z");
        for (Instant end = QUARTER; !end.isAfter(midnight); end = end.plus(Duration.ofMinutes(15))) {
            windowEnd(end);
        }

        Cuts first = windowEnd(midnight.plus(Duration.ofMinutes(15)));
        Cuts second = windowEnd(midnight.plus(Duration.ofMinutes(30)));

        assertThat(chains(first)).containsExactly("acme/1:1");
        assertThat(chains(second)).isEmpty();
    }

    @Test
    void aRecordThatWasReadBeforeIsKnownByItsOffset() {
        append(one, CREATED.plusSeconds(1));

        assertThat(trees.covers(0)).isTrue();
        assertThat(trees.covers(2)).isTrue();
        assertThat(trees.covers(3)).isFalse();
    }

    @Test
    void aMissingRecordIsAViolation() {
        pseq++;
        violates(() -> append(one, CREATED.plusSeconds(1)), "record counter is 2 after 0");
    }

    @Test
    void aMissingRecordBeforeABoundaryIsAViolation() {
        pseq++;
        violates(() -> windowEnd(QUARTER), "record counter is 2 after 0");
    }

    @Test
    void aPartitionWithoutInitIsAViolation() {
        MemoryTreeStore empty = new MemoryTreeStore();
        PartitionTrees bare = new PartitionTrees(
                new PartitionTrees.Ledger(
                        EntryChain.ORIGIN,
                        6,
                        chain -> 5,
                        new WindowGrid(Duration.ofMinutes(15)),
                        CutPolicy.every(Duration.ofMinutes(1))),
                5,
                empty);

        violates(() -> bare.append(stored(one, one.next(CREATED))), "does not begin with an Init");
        violates(() -> bare.cross(position(), 5, QUARTER, Optional.of(NOON)), "does not begin with an Init");
        violates(() -> bare.begin(new RecordPosition(4, 2), 6, EntryChain.ORIGIN, CREATED), "in the middle");
        violates(() -> bare.begin(new RecordPosition(0, 0), 7, EntryChain.ORIGIN, CREATED), "7 partitions");
        violates(() -> bare.begin(new RecordPosition(0, 0), 6, "other.example.com", CREATED), "other.example.com");
        assertThat(empty.clock()).isEmpty();
    }

    @Test
    void aSecondInitIsAViolation() {
        violates(() -> trees.begin(new RecordPosition(2, 0), 6, EntryChain.ORIGIN, CREATED), "in the middle");
    }

    @Test
    void aChainInAnotherPartitionThanItsOwnIsAViolation() {
        EntryChain other = new EntryChain("other/0");

        violates(() -> append(other, CREATED.plusSeconds(1)), "chain other/0, sequence 0", "belongs to partition 1");
    }

    @Test
    void aKeyThatIsNotTheChainIsAViolation() {
        StoredEntry wrong = new StoredEntry(position(), "acme/2", "acme/1", 0, one.next(CREATED));

        violates(() -> trees.append(wrong), "record key is acme/2");
    }

    @Test
    void aChainIdThatIsNoneIsAViolation() {
        StoredEntry wrong = new StoredEntry(position(), "acme/x", "acme/x", 0, one.next(CREATED));

        violates(() -> trees.append(wrong), "no chain id");
    }

    @Test
    void anEntryBeforeThePartitionsClockIsAViolation() {
        append(one, CREATED.plusSeconds(10));

        violates(() -> append(two, CREATED.plusSeconds(9)), "chain acme/2", "lies before the ledger clock");
    }

    @Test
    void anEntryBehindABoundaryItPrecedesIsAViolation() {
        checkpoint(Instant.parse("2026-11-21T12:04:00Z"));

        violates(() -> append(one, Instant.parse("2026-11-21T12:03:59.999Z")), "lies before the ledger clock");
    }

    @Test
    void anEntryAfterTheOpenWindowIsAViolation() {
        violates(() -> append(one, QUARTER), "has no boundary");
    }

    @Test
    void aWindowThatIsClosedIsNotClosedAgain() {
        windowEnd(QUARTER);

        violates(() -> windowEnd(QUARTER), "after the ledger clock had reached");
        violates(() -> trees.cross(position(), 5, QUARTER.plusSeconds(60), Optional.of(NOON)), "ends window " + NOON);
    }

    @Test
    void noWindowIsSkipped() {
        violates(() -> windowEnd(QUARTER.plus(Duration.ofMinutes(15))), "open is the window from " + NOON);
        violates(() -> checkpoint(QUARTER), "ends window none");
        violates(() -> checkpoint(QUARTER.plusSeconds(60)), "ends window none");
        violates(() -> trees.cross(position(), 5, QUARTER.minusSeconds(60), Optional.of(NOON)), "ends window " + NOON);
    }

    @Test
    void theClockDoesNotGoBackAtABoundary() {
        append(one, Instant.parse("2026-11-21T12:04:00Z"));

        violates(() -> checkpoint(Instant.parse("2026-11-21T12:04:00Z")), "after the ledger clock had reached");
    }

    @Test
    void aBoundaryOfAnotherPartitionIsAViolation() {
        violates(() -> trees.cross(position(), 4, QUARTER, Optional.of(NOON)), "boundary of partition 4");
    }

    @Test
    void goesOnFromTheEndOfAWindowAsIfItHadReadAll() {
        append(one, CREATED.plusSeconds(1));
        Cuts cuts = windowEnd(QUARTER);
        MemoryTreeStore rebuilt = new MemoryTreeStore();
        PartitionTrees resumed = new PartitionTrees(
                new PartitionTrees.Ledger(
                        EntryChain.ORIGIN,
                        6,
                        chain -> 5,
                        new WindowGrid(Duration.ofMinutes(15)),
                        CutPolicy.every(Duration.ofMinutes(1))),
                5,
                rebuilt);
        rebuilt.put(cuts.heads().get(0).tree());
        resumed.resume(new RecordPosition(4, 2), QUARTER);

        assertThat(rebuilt.clock()).isEqualTo(store.clock());
        assertThat(rebuilt.tree("acme/1")).isEqualTo(store.tree("acme/1"));
        assertThat(rebuilt.storedClock().orElseThrow())
                .isEqualTo(store.storedClock().orElseThrow());
    }

    private static void violates(ThrowingCallable call, String... words) {
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(call)
                .withMessageContainingAll(words);
    }
}

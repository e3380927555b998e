// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static io.tallystick.chain.sequence.Given.CHAIN;
import static io.tallystick.chain.sequence.Given.OTHER_TOPIC_ID;
import static io.tallystick.chain.sequence.Given.TOPIC_ID;
import static io.tallystick.chain.sequence.Given.at;
import static io.tallystick.chain.sequence.Given.claim;
import static io.tallystick.chain.sequence.Given.control;
import static io.tallystick.chain.sequence.Given.event;
import static io.tallystick.chain.sequence.Given.gap;
import static io.tallystick.chain.sequence.Given.rebind;
import static io.tallystick.chain.sequence.Given.rejected;
import static io.tallystick.chain.sequence.Given.tick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.avro.Boundary;
import io.tallystick.avro.Init;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeadGuardTest {
    private static final SortedMap<String, ChainState> NO_CHAINS = new TreeMap<>();

    /** Another chain of the same partition. */
    private static final String NEIGHBOUR = IntStream.range(0, 100)
            .mapToObj(i -> "globex/" + i)
            .filter(chain -> Topics.partitionOf(chain, Given.N) == Given.HOME)
            .findFirst()
            .orElseThrow();

    private final HeadGuard guard = new HeadGuard(Given.place(), "ledger.entries", 10_000);
    private final PartitionRun run = PartitionRun.begin();

    /** One of everything an entries topic holds. */
    @BeforeEach
    void writeOneOfEachKind() {
        run.offer(CHAIN, event(0, 0, 2).build(), at(1));
        run.offer(CHAIN, rejected(1, 3, 2).build(), at(2));
        run.offer(CHAIN, gap(4, 9).build(), at(3));
        run.offer(CHAIN, claim(10, 40), at(4));
        run.offer(CHAIN, event(10, 12, 5).build(), at(31_000));
        run.offer(CHAIN, control("ledger.hold"), at(31_001));
        run.offer(CHAIN, rebind(TOPIC_ID, OTHER_TOPIC_ID).build(), at(31_002));
        run.offer(CHAIN, event(0, 4, 0).setTopicId(OTHER_TOPIC_ID).build(), at(31_003));
    }

    private static void refuses(ThrowingCallable check, String... says) {
        assertThatThrownBy(check)
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("ledger.entries-" + Given.HOME)
                .hasMessageContaining("tally recover")
                .hasMessageContainingAll(says);
    }

    @Test
    void equalStateAndTopicRun() {
        // When: the state's last record is enough
        HeadGuard.Verdict verdict = guard.check(
                Optional.of(run.partition),
                run.chains,
                run.records.subList(run.records.size() - 1, run.records.size()));

        // Then
        assertThat(verdict).isEqualTo(new HeadGuard.Verdict(run.partition, List.of(), 0));
    }

    @Test
    void aFirstStartReplaysTheInitRecord() {
        // When
        HeadGuard.Verdict verdict = guard.check(Optional.empty(), NO_CHAINS, List.of(Given.init()));

        // Then
        assertThat(verdict.partition().clock()).isEqualTo(LedgerClock.startingAt(Given.CREATED));
        assertThat(verdict.partition().nextPseq()).isEqualTo(1);
        assertThat(verdict.chains()).isEmpty();
        assertThat(verdict.replayed()).isEqualTo(1);
    }

    @Test
    void anEmptyStateIsRebuiltFromTheTopic() {
        // When
        HeadGuard.Verdict verdict = guard.check(Optional.empty(), NO_CHAINS, run.records);

        // Then
        assertThat(verdict.chains()).containsExactly(run.chains.get(CHAIN));
        assertThat(verdict.partition().last()).isEqualTo(run.partition.last());
        assertThat(verdict.partition().clock().now())
                .isEqualTo(run.partition.clock().now());
    }

    @Test
    void whatIsMissingAtTheEndIsReplayed() {
        for (int from = 1; from < run.records.size(); from++) {
            // Given: the state as it was after the first records
            HeadGuard.Verdict old = guard.check(Optional.empty(), NO_CHAINS, run.records.subList(0, from));
            SortedMap<String, ChainState> chains = new TreeMap<>();
            old.chains().forEach(state -> chains.put(state.chain().toString(), state));

            // When
            HeadGuard.Verdict verdict = guard.check(
                    Optional.of(old.partition()), chains, run.records.subList(from - 1, run.records.size()));

            // Then
            verdict.chains().forEach(state -> chains.put(state.chain().toString(), state));
            assertThat(chains).isEqualTo(run.chains);
            assertThat(verdict.partition().last()).isEqualTo(run.partition.last());
            assertThat(verdict.replayed()).isEqualTo(run.records.size() - from);
        }
    }

    @Test
    void whatIsWrittenAfterAReplayContinuesTheChain() {
        // Given
        HeadGuard.Verdict verdict = guard.check(Optional.empty(), NO_CHAINS, run.records);
        run.resume(verdict);

        // When
        run.offer(CHAIN, event(5, 5, 0).setTopicId(OTHER_TOPIC_ID).build(), at(31_500));
        run.offer(null, tick(), at(100_000));

        // Then
        assertThat(EntriesOracle.check(run.records).sources()).containsEntry(CHAIN, 6L);
    }

    @Test
    void anEmptyTopicIsRefused() {
        refuses(() -> guard.check(Optional.empty(), NO_CHAINS, List.of()), "Init");
        refuses(() -> guard.check(Optional.of(run.partition), run.chains, List.of()), "the topic is empty");
    }

    @Test
    void aTopicWithoutAnInitIsRefused() {
        refuses(
                () -> guard.check(Optional.empty(), NO_CHAINS, run.records.subList(1, run.records.size())),
                "expected an Init record");
    }

    @Test
    void aStateAheadOfTheTopicIsRefused() {
        refuses(
                () -> guard.check(
                        Optional.of(run.partition), run.chains, run.records.subList(0, run.records.size() - 1)),
                "the state is ahead");
    }

    @Test
    void aTopicTooFarAheadIsRefused() {
        // Given
        HeadGuard strict = new HeadGuard(Given.place(), "ledger.entries", run.records.size() - 2L);

        // When, Then
        refuses(() -> strict.check(Optional.empty(), NO_CHAINS, run.records), "at most", "are replayed");
        HeadGuard.Verdict fits = new HeadGuard(Given.place(), "ledger.entries", run.records.size() - 1L)
                .check(Optional.empty(), NO_CHAINS, run.records);
        assertThat(fits.replayed()).isEqualTo(run.records.size());
    }

    @Test
    void anotherRecordInThePlaceOfTheStatesLastIsRefused() {
        // Given: a second history of the same length
        PartitionRun other = PartitionRun.begin();
        while (other.records.size() < run.records.size()) {
            other.offer(CHAIN, event(other.records.size() * 2L - 2, other.records.size() * 2L - 1), at(1));
            other.offer(null, tick(), at(2));
            other.offer(CHAIN, gapFrom(other), at(3));
        }
        List<SpecificRecord> fork = other.records.subList(0, run.records.size());

        // When, Then
        refuses(() -> guard.check(Optional.of(run.partition), run.chains, fork), "but the topic holds");
    }

    private static SpecificRecord gapFrom(PartitionRun run) {
        long next = run.chains.get(CHAIN).source().next();
        return gap(next, next).build();
    }

    @Test
    void aTailThatDoesNotReachTheStateIsRefused() {
        HeadGuard.Verdict old = guard.check(Optional.empty(), NO_CHAINS, run.records.subList(0, 3));
        SortedMap<String, ChainState> chains = new TreeMap<>();
        old.chains().forEach(state -> chains.put(state.chain().toString(), state));
        refuses(
                () -> guard.check(Optional.of(old.partition()), chains, run.records.subList(4, run.records.size())),
                "which the topic does not hold");
    }

    @Test
    void chainsWithoutALastRecordAreRefused() {
        refuses(() -> guard.check(Optional.empty(), run.chains, run.records), "no last record");
    }

    @Test
    void theStateOfAnotherLedgerIsRefused() {
        PartitionState other = new PartitionState(
                "other.example.com", run.partition.clock(), run.partition.last(), run.partition.chains());
        refuses(() -> guard.check(Optional.of(other), run.chains, run.records), "other.example.com");
    }

    /** The neighbour's state is lost, the partition's last record is not. */
    private SortedMap<String, ChainState> withoutTheNeighbour() {
        run.offer(NEIGHBOUR, Given.forChain(event(0, 0, 0), NEIGHBOUR), at(31_004));
        run.offer(CHAIN, event(5, 5, 0).setTopicId(OTHER_TOPIC_ID).build(), at(31_005));
        SortedMap<String, ChainState> left = new TreeMap<>(run.chains);
        left.remove(NEIGHBOUR);
        return left;
    }

    @Test
    void aStateThatLostAChainIsRebuiltFromTheFirstRecord() {
        // Given
        SortedMap<String, ChainState> left = withoutTheNeighbour();

        // When
        HeadGuard.Verdict verdict = guard.check(Optional.of(run.partition), left, run.records);

        // Then
        assertThat(HeadGuard.firstNeeded(Optional.of(run.partition), left)).isZero();
        assertThat(HeadGuard.firstNeeded(Optional.of(run.partition), run.chains))
                .isEqualTo(run.partition.last().pseq());
        assertThat(verdict.chains()).containsExactlyElementsOf(run.chains.values());
        assertThat(verdict.partition().last()).isEqualTo(run.partition.last());
        assertThat(verdict.partition().chains()).isEqualTo(run.partition.chains());
        assertThat(verdict.replayed()).isEqualTo(run.records.size());
    }

    @Test
    void aStateThatLostAChainOfALongLedgerIsRefused() {
        // Given
        SortedMap<String, ChainState> left = withoutTheNeighbour();
        HeadGuard strict = new HeadGuard(Given.place(), "ledger.entries", run.records.size() - 2L);

        // When, Then: also with only the last record at hand
        refuses(
                () -> strict.check(Optional.of(run.partition), left, run.records),
                "the state is not whole",
                "1 chains");
        refuses(
                () -> strict.check(
                        Optional.of(run.partition),
                        left,
                        run.records.subList(run.records.size() - 1, run.records.size())),
                "the state is not whole");
    }

    @Test
    void aStateWithAnOldChainIsRebuilt() {
        // Given: a chain as it was one entry ago
        ChainState old = run.chains.get(CHAIN);
        run.offer(CHAIN, event(5, 5, 0).setTopicId(OTHER_TOPIC_ID).build(), at(31_004));

        // When
        HeadGuard.Verdict verdict =
                guard.check(Optional.of(run.partition), new TreeMap<>(Map.of(CHAIN, old)), run.records);

        // Then
        assertThat(verdict.chains()).containsExactly(run.chains.get(CHAIN));
    }

    @Test
    void aStateWithAChainTheTopicDoesNotHoldIsRefused() {
        // Given
        PartitionRun other = PartitionRun.begin();
        other.offer(NEIGHBOUR, Given.forChain(event(0, 0, 0), NEIGHBOUR), at(1));
        SortedMap<String, ChainState> more = new TreeMap<>(run.chains);
        more.putAll(other.chains);

        // When, Then
        refuses(
                () -> guard.check(Optional.of(run.partition), more, run.records),
                "the state is not whole",
                "the topic does not hold [" + NEIGHBOUR + "]");
    }

    @Test
    void aStateThatIsNotWholeIsStillComparedWithTheTopic() {
        // Given
        SortedMap<String, ChainState> left = withoutTheNeighbour();
        List<SpecificRecord> shorter = run.records.subList(0, run.records.size() - 1);
        PartitionRun fork = PartitionRun.begin();
        fork.offer(CHAIN, gap(0, 0).build(), at(1));
        while (fork.records.size() < run.records.size()) {
            fork.offer(CHAIN, gapFrom(fork), at(2));
        }

        // When, Then
        refuses(() -> guard.check(Optional.of(run.partition), left, shorter), "the state is ahead");
        refuses(() -> guard.check(Optional.of(run.partition), left, fork.records), "but the topic holds");
    }

    @Test
    void theInitRecordOfAnotherLedgerIsRefused() {
        refuses(
                () -> guard.check(
                        Optional.empty(),
                        NO_CHAINS,
                        List.of(new Init(0L, Given.N, "other.example.com", Given.CREATED))),
                "other.example.com");
        refuses(
                () -> guard.check(Optional.empty(), NO_CHAINS, List.of(new Init(0L, 24, Given.ORIGIN, Given.CREATED))),
                "24");
    }

    @Test
    void aSecondInitRecordIsRefused() {
        List<SpecificRecord> twice = List.of(Given.init(), Given.init());
        refuses(() -> guard.check(Optional.empty(), NO_CHAINS, twice), "one Init record");
    }

    @Test
    void everyRecordThatIsMissingOrTwiceIsRefused() {
        for (int i = 1; i < run.records.size() - 1; i++) {
            List<SpecificRecord> without = new ArrayList<>(run.records);
            without.remove(i);
            refuses(() -> guard.check(Optional.empty(), NO_CHAINS, without), "pseq");
            List<SpecificRecord> twice = new ArrayList<>(run.records);
            twice.add(i, run.records.get(i));
            refuses(() -> guard.check(Optional.empty(), NO_CHAINS, twice), "pseq");
        }
    }

    @Test
    void anEntryThatDoesNotFollowItsChainIsRefused() {
        // Given: entry 2 in the place of entry 1, renumbered
        List<SpecificRecord> skipped = new ArrayList<>(run.records.subList(0, 2));
        skipped.add(renumbered((LedgerEntry) run.records.get(3), 2));

        // When, Then
        refuses(() -> guard.check(Optional.empty(), NO_CHAINS, skipped), "expected seq 1");
    }

    @Test
    void anEntryOfAForkedHistoryIsRefused() {
        // Given: entry 2 of another chain of the same name
        PartitionRun other = PartitionRun.begin();
        other.offer(CHAIN, gap(0, 0).build(), at(1));
        other.offer(CHAIN, gap(1, 3).build(), at(2));
        List<SpecificRecord> forked = new ArrayList<>(run.records.subList(0, 3));
        forked.add(other.records.get(3));

        // When, Then
        refuses(() -> guard.check(Optional.empty(), NO_CHAINS, forked), "expected prev");
    }

    @Test
    void anEntryBeforeItsGenesisIsRefused() {
        List<SpecificRecord> records = List.of(Given.init(), renumbered((LedgerEntry) run.records.get(2), 1));
        refuses(() -> guard.check(Optional.empty(), NO_CHAINS, records), "the genesis of");
    }

    @Test
    void aBoundaryThatDoesNotMoveTheClockIsRefused() {
        List<SpecificRecord> records =
                List.of(Given.init(), new Boundary(1L, Given.HOME, Given.CREATED, null, List.of()));
        refuses(() -> guard.check(Optional.empty(), NO_CHAINS, records), "a boundary after");
    }

    @Test
    void anEnvelopeThatNamesAnotherEntryIsRefused() {
        LedgerEntry genesis = (LedgerEntry) run.records.get(1);
        LedgerEntry renamed =
                LedgerEntry.newBuilder(genesis).setSeq(genesis.getSeq() + 1).build();
        refuses(() -> guard.check(Optional.empty(), NO_CHAINS, List.of(Given.init(), renamed)), "but holds entry");
    }

    @Test
    void aChainOfAnotherPartitionIsRefused() {
        // Given: a guard of the next partition
        int next = (Given.HOME + 1) % Given.N;
        HeadGuard elsewhere =
                new HeadGuard(new Place(Given.ORIGIN, next, Given.N, Topics::partitionOf), "ledger.entries", 10_000);

        // When, Then
        assertThatThrownBy(() -> elsewhere.check(Optional.empty(), NO_CHAINS, run.records))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("belongs to partition " + Given.HOME);
    }

    private static LedgerEntry renumbered(LedgerEntry entry, long pseq) {
        return LedgerEntry.newBuilder(entry).setPseq(pseq).build();
    }
}

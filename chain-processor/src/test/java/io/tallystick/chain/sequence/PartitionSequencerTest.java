// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static io.tallystick.chain.sequence.Given.CHAIN;
import static io.tallystick.chain.sequence.Given.CREATED;
import static io.tallystick.chain.sequence.Given.HOME;
import static io.tallystick.chain.sequence.Given.N;
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
import io.tallystick.avro.ClaimStatus;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.avro.Notice;
import io.tallystick.avro.Tick;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

class PartitionSequencerTest {
    private final PartitionRun run = PartitionRun.begin();

    private static List<Long> pseqs(List<SpecificRecord> records) {
        return records.stream().map(EntriesRecords::pseq).toList();
    }

    /** Another chain of the same partition. */
    private static String neighbour() {
        return IntStream.range(0, 100)
                .mapToObj(i -> "globex/" + i)
                .filter(chain -> Topics.partitionOf(chain, N) == HOME)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theFirstMessageOfAChainWritesTheGenesisAndTheEntry() {
        // When
        Step step = run.offer(CHAIN, event(0, 0), at(10));

        // Then
        assertThat(pseqs(step.records().toList())).containsExactly(1L, 2L);
        assertThat(step.records()).allSatisfy(record -> assertThat(record).isInstanceOf(LedgerEntry.class));
        assertThat(step.chain())
                .hasValueSatisfying(state -> assertThat(state.size()).isEqualTo(2));
        EntriesOracle.check(run.records);
    }

    @Test
    void theFirstClaimOfAChainWritesItsGenesis() {
        // When
        Step step = run.offer(CHAIN, claim(0, 0), at(10));

        // Then
        assertThat(step.records()).hasSize(1);
        assertThat(step.chain()).hasValueSatisfying(state -> {
            assertThat(state.size()).isEqualTo(1);
            assertThat(state.status()).isPresent();
        });
    }

    @Test
    void aFirstMessageThatBeginsLateWritesTheGenesisAndANotice() {
        // When
        Step step = run.offer(CHAIN, event(5, 5), at(10));

        // Then
        assertThat(step.records()).hasSize(1);
        assertThat(step.notice()).contains(new Notice(CHAIN, TOPIC_ID, 0L, -1));
    }

    @Test
    void theEnvelopeCarriesWhatTheEntryCommitsTo() {
        // When
        Step step = run.offer(CHAIN, event(0, 0, 7).build(), at(10));

        // Then
        LedgerEntry envelope = (LedgerEntry) step.records().toList().get(1);
        assertThat(envelope.getLeaderEpoch()).isEqualTo(7);
        assertThat(envelope.getPayload()).isEqualTo(event(0, 0).getPayload());
        assertThat(envelope.getSalt()).isEqualTo(event(0, 0).getPayloadSalt());
        assertThat(envelope.getContext()).isNull();
        assertThat(((LedgerEntry) step.records().toList().get(0)).getLeaderEpoch())
                .isEqualTo(-1);
    }

    @Test
    void aRejectedEnvelopeCarriesTheSentenceForTheTenant() {
        Step step = run.offer(CHAIN, rejected(0, 0, 0).build(), at(10));
        assertThat(((LedgerEntry) step.records().toList().get(1)).getDetail()).isEqualTo("The record has no value.");
    }

    @Test
    void aReplayWritesNothingButMovesTheClock() {
        // Given
        run.offer(CHAIN, event(0, 0), at(10));

        // When
        Step step = run.offer(CHAIN, event(0, 0), at(900));

        // Then
        assertThat(step.records()).isEmpty();
        assertThat(step.chain()).isEmpty();
        assertThat(step.outcome()).contains(new Outcome.Replayed(0));
        assertThat(step.partition().clock().now()).isEqualTo(at(900));
    }

    @Test
    void entriesAreRecordedAtTheLedgerClock() {
        // Given
        run.offer(null, tick(), at(800));

        // When: its append time is behind the tick's
        run.offer(CHAIN, event(0, 0), at(300));

        // Then
        assertThat(run.partition.last().recorded()).isEqualTo(at(800));
    }

    @Test
    void aBoundaryStandsBeforeTheRecordThatReachesIt() {
        // Given
        run.offer(CHAIN, claim(0, 17), at(11));

        // When: 03:15:00.000 exactly
        Step step = run.offer(CHAIN, event(0, 0), at(29_500));

        // Then
        Instant quarter = Instant.parse("2026-11-21T03:15:00Z");
        assertThat(step.records().toList().get(0))
                .isEqualTo(new Boundary(
                        2L,
                        HOME,
                        quarter,
                        quarter.minusSeconds(900),
                        List.of(new ClaimStatus(CHAIN, 17L, CREATED.plusMillis(11)))));
        assertThat(step.records().toList().get(1)).isInstanceOf(LedgerEntry.class);
        assertThat(run.partition.last().recorded()).isEqualTo(quarter);
    }

    @Test
    void aRecordAfterSeveralWindowsCutsEachOfThem() {
        // When
        Step step = run.offer(null, tick(), CREATED.plusSeconds(2 * 900));

        // Then: 03:15 to 03:44
        List<Boundary> cuts = step.records().map(Boundary.class::cast).toList();
        assertThat(cuts).hasSize(30);
        assertThat(cuts.stream().filter(cut -> cut.getWindowStart() != null).map(Boundary::getTime))
                .containsExactly(Instant.parse("2026-11-21T03:15:00Z"), Instant.parse("2026-11-21T03:30:00Z"));
        assertThat(pseqs(step.records().toList())).first().isEqualTo(1L);
        EntriesOracle.check(run.records);
    }

    @Test
    void onlyABoundaryThatEndsAWindowNamesClaims() {
        // Given
        run.offer(CHAIN, claim(0, 17), at(10));

        // When: 03:15 to 03:30
        Step step = run.offer(null, tick(), at(29_500 + 15 * 60_000));

        // Then
        assertThat(step.records().map(Boundary.class::cast)).hasSize(16).allSatisfy(cut -> assertThat(cut.getClaims())
                .hasSize(cut.getWindowStart() == null ? 0 : 1));
    }

    @Test
    void aMonthWithoutInputIsCutOneBoundaryAtATimeWithOneListOfClaims() {
        // Given
        run.offer(CHAIN, claim(0, 17), at(10));
        long last = run.partition.last().pseq();
        Instant end = CREATED.plus(Duration.ofDays(30));

        // When
        Step step = run.offer(null, tick(), end);

        // Then: each in order, none held by the step
        List<Boundary> cuts = step.records().map(Boundary.class::cast).toList();
        assertThat(cuts).hasSize(43_200);
        assertThat(pseqs(List.copyOf(cuts)))
                .isEqualTo(
                        LongStream.rangeClosed(last + 1, last + 43_200).boxed().toList());
        assertThat(step.partition().last().pseq()).isEqualTo(last + 43_200);
        assertThat(step.partition().last().recorded())
                .isEqualTo(cuts.get(43_199).getTime())
                .isBeforeOrEqualTo(end)
                .isAfter(end.minusSeconds(60));
        List<Boundary> windows =
                cuts.stream().filter(cut -> cut.getWindowStart() != null).toList();
        assertThat(windows).hasSize(2_880).allSatisfy(cut -> assertThat(cut.getClaims())
                .isSameAs(windows.get(0).getClaims()));
        assertThat(step.records().findFirst().orElseThrow()).isNotSameAs(cuts.get(0));
        assertThat(step.entries()).isEmpty();
        EntriesOracle.check(run.records);
    }

    @Test
    void theBoundaryDoesNotKnowTheClaimThatReachesIt() {
        Step step = run.offer(CHAIN, claim(0, 17), at(40_000));
        assertThat(((Boundary) step.records().toList().get(0)).getClaims()).isEmpty();
    }

    @Test
    void claimsOfABoundaryAreInOrderOfChains() {
        // Given
        String neighbour = neighbour();
        run.offer(
                neighbour,
                new io.tallystick.avro.Claim(
                        neighbour,
                        "c1",
                        "ledger.in.globex",
                        Integer.parseInt(neighbour.substring(7)),
                        TOPIC_ID,
                        0L,
                        5L,
                        CREATED,
                        -1),
                at(1));
        run.offer(CHAIN, claim(0, 17), at(2));

        // When
        Step step = run.offer(null, tick(), at(30_000));

        // Then
        assertThat(((Boundary) step.records().toList().get(0)).getClaims())
                .extracting(ClaimStatus::getChain)
                .containsExactly(CHAIN, neighbour);
    }

    @Test
    void noticesOfAChainAreFiveSecondsApart() {
        // Given
        run.offer(CHAIN, event(0, 0), at(0));

        // When
        run.offer(CHAIN, event(5, 5), at(100));
        run.offer(CHAIN, event(6, 6), at(5_099));
        run.offer(CHAIN, event(7, 7), at(5_100));

        // Then
        assertThat(run.notices).containsExactly(new Notice(CHAIN, TOPIC_ID, 1L, 0), new Notice(CHAIN, TOPIC_ID, 1L, 0));
    }

    @Test
    void aNoticeNamesTheLeaderEpochOfTheLastRecord() {
        // Given
        run.offer(CHAIN, event(0, 0, 3).build(), at(0));
        run.offer(CHAIN, rejected(1, 4, 7).setFromLeaderEpoch(3).build(), at(1));

        // When
        Step step = run.offer(CHAIN, claim(9, 20), at(2));

        // Then
        assertThat(step.notice()).contains(new Notice(CHAIN, TOPIC_ID, 5L, 7));
    }

    @Test
    void aNoticeBehindAGapNamesNoLeaderEpoch() {
        // Given
        run.offer(CHAIN, event(0, 0, 3).build(), at(0));
        run.offer(CHAIN, gap(1, 4).build(), at(1));

        // When
        Step step = run.offer(CHAIN, claim(9, 20), at(2));

        // Then
        assertThat(step.notice()).contains(new Notice(CHAIN, TOPIC_ID, 5L, -1));
    }

    @Test
    void aClaimThatHaltsSendsIngestBack() {
        // Given
        run.offer(CHAIN, event(0, 4, 3).build(), at(0));

        // When
        Step step = run.offer(CHAIN, claim(5, 20, 4), at(1));

        // Then
        assertThat(step.outcome().orElseThrow().type()).isEqualTo(Outcome.Type.HALTED);
        assertThat(step.notice()).contains(new Notice(CHAIN, TOPIC_ID, 5L, 3));
    }

    @Test
    void aNoticeAfterARebindNamesTheNewTopic() {
        // Given
        run.offer(CHAIN, event(0, 0), at(0));
        run.offer(CHAIN, rebind(TOPIC_ID, OTHER_TOPIC_ID).build(), at(1));

        // When
        Step step = run.offer(CHAIN, event(1, 1), at(2));

        // Then
        assertThat(step.notice()).contains(new Notice(CHAIN, OTHER_TOPIC_ID, 0L, -1));
    }

    @Test
    void aControlMessageForAnUnknownChainIsIgnored() {
        Step step = run.offer(CHAIN, control("ledger.hold"), at(0));
        assertThat(step.records()).isEmpty();
        assertThat(step.outcome()).contains(new Outcome.UnknownChain(CHAIN));
    }

    @Test
    void aHaltedChainDoesNotHoldUpItsNeighbour() {
        // Given
        String neighbour = neighbour();
        run.offer(CHAIN, event(0, 0, 3).build(), at(0));
        run.offer(CHAIN, event(0, 0, 4).build(), at(1));

        // When
        Step ignored = run.offer(CHAIN, event(1, 1, 4).build(), at(2));
        Step appended = run.offer(neighbour, Given.forChain(event(0, 0, 0), neighbour), at(3));

        // Then
        assertThat(ignored.outcome().orElseThrow()).isInstanceOf(Outcome.Ignored.class);
        assertThat(appended.records()).hasSize(2);
    }

    @Test
    void clampingIsTold() {
        Step step = run.offer(null, tick(), at(60_000), at(5_000));
        assertThat(step.clamped()).isTrue();
        assertThat(step.records()).isEmpty();
        assertThat(step.partition().clock().now()).isEqualTo(at(5_000));
    }

    @Test
    void aChainInTheWrongPartitionStopsTheWriter() {
        // Given
        String elsewhere = IntStream.range(0, 100)
                .mapToObj(i -> "acme/" + i)
                .filter(chain -> Topics.partitionOf(chain, N) != HOME)
                .findFirst()
                .orElseThrow();

        // When, Then
        assertThatThrownBy(() -> run.offer(elsewhere, Given.forChain(event(0, 0, 0), elsewhere), at(0)))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("belongs to partition");
    }

    @Test
    void aKeyThatIsNotTheChainStopsTheWriter() {
        assertThatThrownBy(() -> run.offer("acme/1", event(0, 0), at(0)))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("has key acme/1");
        assertThatThrownBy(() -> run.offer(null, claim(0, 0), at(0))).isInstanceOf(LedgerIntegrityException.class);
    }

    @Test
    void aTickForAnotherPartitionStopsTheWriter() {
        assertThatThrownBy(() -> run.offer(null, new Tick(HOME + 1), at(0)))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("tick");
    }

    @Test
    void aRecordThatIsNoMessageStopsTheWriter() {
        assertThatThrownBy(() -> run.offer(CHAIN, Given.init(), at(0))).isInstanceOf(LedgerIntegrityException.class);
        assertThatThrownBy(() -> run.offer(CHAIN, null, at(0))).isInstanceOf(LedgerIntegrityException.class);
    }

    @Test
    void aSourceThatIsNotTheChainsStopsTheWriter() {
        assertThatThrownBy(() -> run.offer(CHAIN, event(0, 0, 0).setPartition(1).build(), at(0)))
                .isInstanceOf(LedgerIntegrityException.class);
        assertThatThrownBy(() -> run.offer(
                        CHAIN, event(0, 0, 0).setTopic("ledger.in.globex").build(), at(0)))
                .isInstanceOf(LedgerIntegrityException.class);
    }

    @Test
    void aTopicIdThatKafkaNeverPrintsStopsTheWriter() {
        assertThatThrownBy(() ->
                        run.offer(CHAIN, event(0, 0, 0).setTopicId("short").build(), at(0)))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("topic id");
    }

    @Test
    void aReservedTypeInATenantsChainStopsTheWriter() {
        assertThatThrownBy(() ->
                        run.offer(CHAIN, event(0, 0, 0).setType("ledger.hold").build(), at(0)))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("reserved type");
    }

    @Test
    void aSaltWithoutItsCommitmentStopsTheWriter() {
        assertThatThrownBy(() -> run.offer(
                        CHAIN,
                        event(0, 0, 0)
                                .setContextSalt(event(0, 0).getPayloadSalt())
                                .build(),
                        at(0)))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("context");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static io.tallystick.chain.sequence.Given.CHAIN;
import static io.tallystick.chain.sequence.Given.at;
import static io.tallystick.chain.sequence.Given.claim;
import static io.tallystick.chain.sequence.Given.control;
import static io.tallystick.chain.sequence.Given.event;
import static io.tallystick.chain.sequence.Given.gap;
import static io.tallystick.chain.sequence.Given.rebind;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.avro.ChainHalt;
import io.tallystick.avro.Control;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.topic.LedgerIntegrityException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HaltTest {
    /** No entry says when the last notice was sent. */
    private static final Comparator<ChainState> BY_WHAT_ENTRIES_SAY =
            Comparator.comparing(state -> state.withNotice(at(0)).toString());

    private final PartitionRun run = PartitionRun.begin();

    /** Genesis and ten source offsets under leader epoch 0; then offset 5 comes again under leader epoch 1. */
    @BeforeEach
    void truncateTheSource() {
        run.offer(CHAIN, event(0, 9), at(1));
        run.offer(CHAIN, event(3, 5, 1).build(), at(2));
    }

    private ChainState chain() {
        return run.chains.get(CHAIN);
    }

    private ChainHalt mark() {
        return HaltMarks.of(chain());
    }

    private Outcome.Type offered(SpecificRecord message) {
        return run.offer(CHAIN, message, at(10)).outcome().orElseThrow().type();
    }

    @Test
    void theMarkSaysWhatTheSourceLost() {
        assertThat(mark()).isEqualTo(new ChainHalt(CHAIN, "source-truncated", at(2), 5L, 1, 2L, 10L));
    }

    @Test
    void theMarkOfALowerLeaderEpochSaysSo() {
        // Given
        PartitionRun other = PartitionRun.begin();
        other.offer(CHAIN, event(0, 0, 3).build(), at(1));

        // When
        other.offer(CHAIN, event(1, 1, 2).build(), at(2));

        // Then
        assertThat(HaltMarks.of(other.chains.get(CHAIN)))
                .isEqualTo(new ChainHalt(CHAIN, "leader-epoch-regressed", at(2), 1L, 2, 2L, 1L));
    }

    @Test
    void aHaltedChainIgnoresAllButItsClearing() {
        // Given
        ChainState before = chain();

        // When, Then
        assertThat(List.of(
                        offered(event(10, 10, 1).build()),
                        offered(event(3, 6, 1).build()),
                        offered(gap(10, 12).build()),
                        offered(claim(10, 20)),
                        offered(rebind(Given.TOPIC_ID, Given.OTHER_TOPIC_ID).build()),
                        offered(control("ledger.config")),
                        offered(control("ledger.attest"))))
                .containsOnly(Outcome.Type.IGNORED);
        assertThat(chain()).isEqualTo(before);
    }

    @Test
    void aSecondTruncationMakesTheMarkGrow() {
        // When
        Outcome.Type outcome = offered(event(1, 2, 3).build());

        // Then
        assertThat(outcome).isEqualTo(Outcome.Type.HALTED);
        assertThat(mark()).isEqualTo(new ChainHalt(CHAIN, "source-truncated", at(2), 2L, 3, 2L, 10L));
    }

    @Test
    void aLowerOffsetOfTheSameHistoryMakesTheMarkGrow() {
        // When
        Outcome.Type outcome = offered(event(3, 3, 1).build());

        // Then
        assertThat(outcome).isEqualTo(Outcome.Type.HALTED);
        assertThat(mark()).isEqualTo(new ChainHalt(CHAIN, "source-truncated", at(2), 3L, 1, 2L, 10L));
    }

    @Test
    void whatTheChainHasAcceptedItselfLeavesTheMarkAsItIs() {
        assertThat(offered(event(0, 2, 0).build())).isEqualTo(Outcome.Type.IGNORED);
        assertThat(offered(event(0, 2, -1).build())).isEqualTo(Outcome.Type.IGNORED);
    }

    @Test
    void aGapAndAnotherTopicLeaveTheMarkAsItIs() {
        assertThat(offered(gap(1, 2).setLeaderEpoch(9).build())).isEqualTo(Outcome.Type.IGNORED);
        assertThat(offered(event(1, 2, 9).setTopicId(Given.OTHER_TOPIC_ID).build()))
                .isEqualTo(Outcome.Type.IGNORED);
    }

    @Test
    void aLateCopyOfWhatAGapDeclaredLostDoesNotMakeTheMarkGrow() {
        // Given: 10 to 19 are lost; then offset 5 comes under another leader
        PartitionRun lossy = PartitionRun.begin();
        lossy.offer(CHAIN, event(0, 9), at(1));
        lossy.offer(CHAIN, gap(10, 19).build(), at(2));
        lossy.offer(CHAIN, event(3, 5, 1).build(), at(3));
        Halt before = lossy.chains.get(CHAIN).halt().orElseThrow();

        // When
        Step inGap = lossy.offer(CHAIN, event(10, 15, 2).build(), at(4));
        Step below = lossy.offer(CHAIN, event(6, 9, 2).build(), at(5));

        // Then
        assertThat(inGap.outcome().orElseThrow()).isEqualTo(new Outcome.Ignored(before));
        assertThat(below.outcome().orElseThrow().type()).isEqualTo(Outcome.Type.HALTED);
        assertThat(lossy.chains.get(CHAIN).halt()).contains(new Halt(Halt.Reason.SOURCE_TRUNCATED, before.at(), 5, 2));
    }

    @Test
    void aMarkMadeByAClaimGrowsToWhereHistoriesPart() {
        // Given: all messages of the new history were lost, the claim after them was not
        PartitionRun claimed = PartitionRun.begin();
        claimed.offer(CHAIN, event(0, 9), at(1));
        claimed.offer(CHAIN, claim(10, 10, 1), at(2));
        assertThat(HaltMarks.of(claimed.chains.get(CHAIN)))
                .isEqualTo(new ChainHalt(CHAIN, "source-truncated", at(2), 9L, 1, 2L, 10L));

        // When: ingest has gone back
        claimed.offer(CHAIN, event(7, 7, 1).build(), at(3));
        claimed.offer(CHAIN, event(8, 8, 1).build(), at(4));

        // Then
        assertThat(HaltMarks.of(claimed.chains.get(CHAIN)))
                .isEqualTo(new ChainHalt(CHAIN, "source-truncated", at(2), 7L, 1, 2L, 10L));
    }

    @Test
    void aClaimHaltsAClearedChainOnlyUnderAStillHigherLeaderEpoch() {
        // Given
        offered(Given.clearing(mark()));

        // When, Then
        assertThat(offered(claim(10, 12, 0))).isEqualTo(Outcome.Type.CLAIMED);
        assertThat(offered(claim(10, 12, 1))).isEqualTo(Outcome.Type.CLAIMED);
        assertThat(offered(claim(10, 12, 2))).isEqualTo(Outcome.Type.HALTED);
    }

    @Test
    void aHigherLeaderEpochAboveTheMarkKeepsItsOffset() {
        // When: the records of the new history go on under a new leader
        offered(event(6, 7, 2).build());

        // Then
        assertThat(mark().getOffset()).isEqualTo(5);
        assertThat(mark().getLeaderEpoch()).isEqualTo(2);
    }

    @Test
    void afterItsClearingTheChainGoesOnAtItsNextOffset() {
        // When
        Outcome.Type cleared = offered(Given.clearing(mark()));

        // Then: what the source has below next is dropped, the rest is taken, also if it straddles next
        assertThat(cleared).isEqualTo(Outcome.Type.CLEARED);
        assertThat(chain().source()).isEqualTo(new SourcePosition(Given.TOPIC_ID, 10, 1));
        assertThat(offered(event(5, 5, 1).build())).isEqualTo(Outcome.Type.REPLAYED);
        assertThat(offered(event(6, 9, 1).build())).isEqualTo(Outcome.Type.REPLAYED);
        assertThat(offered(event(12, 12, 1).build())).isEqualTo(Outcome.Type.DISCONTINUOUS);
        assertThat(offered(event(8, 11, 1).build())).isEqualTo(Outcome.Type.APPENDED);
        assertThat(offered(event(12, 12, 2).setFromLeaderEpoch(1).build())).isEqualTo(Outcome.Type.APPENDED);
        assertThat(EntriesOracle.check(run.records).sources()).containsEntry(CHAIN, 13L);
    }

    @Test
    void aClearedChainHaltsAgainIfItsSourceContradictsItAgain() {
        // Given
        offered(Given.clearing(mark()));

        // When, Then
        assertThat(offered(event(5, 5, 2).build())).isEqualTo(Outcome.Type.HALTED);
        assertThat(mark().getSize()).isEqualTo(3);
    }

    @Test
    void clearingAsksIngestToClaimAndSendAgain() {
        assertThat(run.offer(CHAIN, Given.clearing(mark()), at(10)).notice())
                .hasValueSatisfying(notice -> assertThat(notice.getNext()).isEqualTo(10L));
    }

    @Test
    void aMarkWithoutALeaderEpochIsClearedToTheChainsOwnAlsoInAReplay() {
        // Given
        PartitionRun other = PartitionRun.begin();
        other.offer(CHAIN, event(0, 0, 3).build(), at(1));
        other.offer(CHAIN, event(1, 1, -1).build(), at(2));
        ChainHalt mark = HaltMarks.of(other.chains.get(CHAIN));
        assertThat(mark.getLeaderEpoch()).isEqualTo(-1);

        // When
        other.offer(CHAIN, Given.clearing(mark), at(3));

        // Then
        assertThat(other.chains.get(CHAIN).source()).isEqualTo(new SourcePosition(Given.TOPIC_ID, 1, 3));
        HeadGuard.Verdict rebuilt = new HeadGuard(Given.place(), "ledger.entries", 10_000)
                .check(Optional.empty(), new TreeMap<>(), other.records);
        assertThat(rebuilt.chains())
                .singleElement()
                .extracting(ChainState::source)
                .isEqualTo(new SourcePosition(Given.TOPIC_ID, 1, 3));
    }

    @Test
    void theControlEntryHoldsWhatTheOperatorSaid() {
        // Given
        ChainHalt mark = mark();

        // When
        offered(Given.clearing(mark));

        // Then
        LedgerEntry entry = (LedgerEntry) run.records.get(run.records.size() - 1);
        byte[] payload = new byte[entry.getPayload().remaining()];
        entry.getPayload().duplicate().get(payload);
        assertThat(new String(payload, UTF_8))
                .isEqualTo("{\"by\":\"Ada\",\"clears\":\"halt\",\"leaderEpoch\":1,\"next\":10,\"offset\":5,"
                        + "\"reason\":\"source-truncated\",\"size\":2,"
                        + "\"statement\":\"the source lost offsets, see ticket 4711\",\"v\":1}");
        assertThat(HaltClearing.parse(payload))
                .isEqualTo(
                        HaltClearing.of(mark, "Ada", HaltClearing.parse(payload).statement()));
    }

    @Test
    void aClearingTakesEffectOnce() {
        // Given
        Control clearing = Given.clearing(mark());
        offered(clearing);

        // When, Then
        assertThat(offered(clearing)).isEqualTo(Outcome.Type.CLEARING_REFUSED);
        assertThat(chain().size()).isEqualTo(3);
    }

    @Test
    void aClearingOfAnotherMarkIsRefused() {
        ChainHalt mark = mark();
        assertThat(List.of(
                        ChainHalt.newBuilder(mark).setOffset(4).build(),
                        ChainHalt.newBuilder(mark).setLeaderEpoch(2).build(),
                        ChainHalt.newBuilder(mark).setSize(3).build(),
                        ChainHalt.newBuilder(mark).setNext(11).build(),
                        ChainHalt.newBuilder(mark)
                                .setReason("leader-epoch-regressed")
                                .build()))
                .allSatisfy(
                        other -> assertThat(offered(Given.clearing(other))).isEqualTo(Outcome.Type.CLEARING_REFUSED));
        assertThat(chain().halt()).isPresent();
    }

    @Test
    void aClearingOfAnOlderMarkIsRefusedAfterTheMarkHasGrown() {
        // Given
        Control old = Given.clearing(mark());
        offered(event(1, 2, 3).build());

        // When, Then
        assertThat(offered(old)).isEqualTo(Outcome.Type.CLEARING_REFUSED);
    }

    @Test
    void aClearingWhoseCommitmentIsNotThatOfItsPayloadIsRefused() {
        // Given
        Control clearing = Control.newBuilder(Given.clearing(mark()))
                .setPayloadCommit(ByteBuffer.wrap(new byte[32]))
                .build();

        // When, Then
        assertThat(offered(clearing)).isEqualTo(Outcome.Type.CLEARING_REFUSED);
    }

    @Test
    void aClearingOfAChainThatIsNotHaltedIsRefused() {
        // Given
        Control clearing = Given.clearing(mark());
        PartitionRun other = PartitionRun.begin();
        other.offer(CHAIN, event(0, 9), at(1));

        // When, Then
        assertThat(other.offer(CHAIN, clearing, at(2)).outcome().orElseThrow().type())
                .isEqualTo(Outcome.Type.CLEARING_REFUSED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"clears\":\"halt\"}",
                "{\"clears\":\"everything\"}",
                "{\"by\":\"Ada\",\"clears\":\"halt\",\"leaderEpoch\":1,\"next\":10,\"offset\":5,\"reason\":\"source-truncated\",\"size\":2,\"statement\":\" \",\"v\":1}",
                "{\"by\":\"\",\"clears\":\"halt\",\"leaderEpoch\":1,\"next\":10,\"offset\":5,\"reason\":\"source-truncated\",\"size\":2,\"statement\":\"s\",\"v\":1}",
                "{\"by\":\"A\",\"clears\":\"halt\",\"leaderEpoch\":1,\"next\":10,\"offset\":5,\"reason\":\"source-truncated\",\"size\":2,\"statement\":\"s\",\"v\":2}",
                "{\"by\":\"A\",\"clears\":\"halt\",\"leaderEpoch\":1,\"next\":10,\"offset\":5,\"reason\":\"source-truncated\",\"size\":2,\"statement\":\"s\",\"v\":1,\"w\":1}",
                "{\"by\":\"A\",\"clears\":\"halt\",\"leaderEpoch\":4294967297,\"next\":10,\"offset\":5,\"reason\":\"source-truncated\",\"size\":2,\"statement\":\"s\",\"v\":1}",
                "{\"by\":\"A\", \"clears\":\"halt\",\"leaderEpoch\":1,\"next\":10,\"offset\":5,\"reason\":\"source-truncated\",\"size\":2,\"statement\":\"s\",\"v\":1}"
            })
    void aMalformedClearingIsRefused(String payload) {
        Control clearing = control(CHAIN, "c", HaltClearing.TYPE, payload.getBytes(UTF_8));

        assertThat(offered(clearing)).isEqualTo(Outcome.Type.CLEARING_REFUSED);
        assertThat(chain().halt()).isPresent();
    }

    @Test
    void aBlankStatementIsRefusedWhenItIsMade() {
        assertThatThrownBy(() -> HaltClearing.of(mark(), "Ada", " ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> HaltClearing.of(mark(), "a".repeat(257), "s"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aMarkHaltsARebuiltChainOfTheSameSize() {
        // Given: what a replay makes of the entries
        HeadGuard.Verdict rebuilt = rebuilt();
        run.resume(rebuilt);

        // When
        List<ChainState> halted = HaltMarks.missing(run.chains, List.of(mark(5, 1, 2)));

        // Then
        assertThat(halted).singleElement().satisfies(state -> assertThat(HaltMarks.of(state))
                .isEqualTo(mark(5, 1, 2)));
    }

    private static ChainHalt mark(long offset, int leaderEpoch, long size) {
        return new ChainHalt(CHAIN, "source-truncated", at(2), offset, leaderEpoch, size, 10L);
    }

    private HeadGuard.Verdict rebuilt() {
        return new HeadGuard(Given.place(), "ledger.entries", 10_000)
                .check(Optional.empty(), new TreeMap<>(), run.records);
    }

    @Test
    void aMarkOfAnotherSizeOfAnotherPartitionOrKnownAlreadyHaltsNothing() {
        ChainHalt elsewhere =
                ChainHalt.newBuilder(mark(5, 1, 2)).setChain("globex/77").build();
        assertThat(HaltMarks.missing(run.chains, List.of(mark(5, 1, 2), elsewhere)))
                .isEmpty();
        run.resume(rebuilt());
        assertThat(HaltMarks.missing(run.chains, List.of(mark(5, 1, 1), mark(5, 1, 3), elsewhere)))
                .isEmpty();
    }

    @Test
    void aChainThatIsShorterThanItsMarkIsHaltedAgainAtTheSizeItHas() {
        run.resume(rebuilt());
        assertThat(HaltMarks.shortened(run.chains, List.of(mark(5, 1, 3))))
                .singleElement()
                .satisfies(state -> assertThat(HaltMarks.of(state)).isEqualTo(mark(5, 1, 2)));
        assertThat(HaltMarks.shortened(run.chains, List.of(mark(5, 1, 2), mark(5, 1, 1))))
                .isEmpty();
    }

    @Test
    void aMarkThatHasGrownSinceTheStateWasStoredReplacesItsOwn() {
        assertThat(HaltMarks.missing(run.chains, List.of(mark(2, 3, 2))))
                .singleElement()
                .satisfies(
                        state -> assertThat(state.halt().orElseThrow().offset()).isEqualTo(2));
        assertThat(HaltMarks.missing(run.chains, List.of(mark(4, 1, 2))))
                .singleElement()
                .satisfies(
                        state -> assertThat(state.halt().orElseThrow().offset()).isEqualTo(4));
    }

    @Test
    void aMarkForAnUnknownReasonIsNotPassedOver() {
        run.resume(rebuilt());
        ChainHalt strange =
                ChainHalt.newBuilder(mark(5, 1, 2)).setReason("bad-weather").build();
        assertThatThrownBy(() -> HaltMarks.missing(run.chains, List.of(strange)))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("bad-weather");
    }

    @Test
    void aReplayOfTheClearingGivesTheStateThatWasLost() {
        // Given
        offered(Given.clearing(mark()));

        // When, Then: from the first record
        assertThat(rebuilt().chains())
                .usingElementComparator(BY_WHAT_ENTRIES_SAY)
                .containsExactly(chain());

        // When, Then: also on top of the state that was halted
        offered(event(10, 10, 1).build());
        assertThat(rebuilt().chains())
                .usingElementComparator(BY_WHAT_ENTRIES_SAY)
                .containsExactly(chain());
    }

    @Test
    void aReplayOnTopOfTheHaltedStateTakesTheHaltAway() {
        // Given
        PartitionState halted = run.partition;
        TreeMap<String, ChainState> states = new TreeMap<>(run.chains);
        int from = run.records.size() - 1;
        offered(Given.clearing(mark()));

        // When
        HeadGuard.Verdict verdict = new HeadGuard(Given.place(), "ledger.entries", 10_000)
                .check(Optional.of(halted), states, run.records.subList(from, run.records.size()));

        // Then
        assertThat(verdict.chains()).usingElementComparator(BY_WHAT_ENTRIES_SAY).containsExactly(chain());
    }

    @Test
    void anEntryOfAHaltedChainThatDoesNotClearItIsRefusedInAReplay() {
        // Given: a topic that says the chain went on
        PartitionState halted = run.partition;
        TreeMap<String, ChainState> states = new TreeMap<>(run.chains);
        int from = run.records.size() - 1;
        run.resume(rebuilt());
        offered(event(10, 10, 0).build());

        // When, Then
        assertThatThrownBy(() -> new HeadGuard(Given.place(), "ledger.entries", 10_000)
                        .check(Optional.of(halted), states, run.records.subList(from, run.records.size())))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("nothing but what clears the halt");
    }
}

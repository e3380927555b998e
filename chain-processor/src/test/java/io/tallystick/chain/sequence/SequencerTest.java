// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static io.tallystick.chain.sequence.Given.CREATED;
import static io.tallystick.chain.sequence.Given.ORIGIN;
import static io.tallystick.chain.sequence.Given.OTHER_TOPIC_ID;
import static io.tallystick.chain.sequence.Given.TOPIC_ID;
import static io.tallystick.chain.sequence.Given.begun;
import static io.tallystick.chain.sequence.Given.claim;
import static io.tallystick.chain.sequence.Given.control;
import static io.tallystick.chain.sequence.Given.event;
import static io.tallystick.chain.sequence.Given.gap;
import static io.tallystick.chain.sequence.Given.rebind;
import static io.tallystick.chain.sequence.Given.rejected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.Claim;
import io.tallystick.chain.sequence.Outcome.Appended;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.EntryException;
import io.tallystick.entry.Event;
import io.tallystick.entry.Gap;
import io.tallystick.entry.GapReason;
import io.tallystick.entry.Genesis;
import io.tallystick.entry.Rejected;
import io.tallystick.entry.Source;
import io.tallystick.entry.SourceRange;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SequencerTest {
    private static final Instant NOW = CREATED.plusSeconds(1);

    private static Outcome offer(ChainState state, AdmittedEvent message) {
        return Sequencer.offer(state, message, ORIGIN, NOW);
    }

    private static ChainState after(ChainState state, AdmittedEvent message) {
        Outcome outcome = offer(state, message);
        assertThat(outcome).isInstanceOf(Appended.class);
        return ((Appended) outcome).state();
    }

    private static byte[] bytes(LinkedEntry entry) {
        ByteBuffer buffer = entry.bytes();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** Offsets 0 to 9 are accounted for, under leader epoch 3. */
    private static ChainState atTen() {
        return after(begun(), event(0, 9, 3).build());
    }

    @Nested
    class Begins {
        @Test
        void aChainBeginsWithItsGenesisAtSourceOffsetZero() {
            // When
            Appended genesis = Sequencer.begin(ChainId.parse("acme/0"), ORIGIN, Given.source(TOPIC_ID), CREATED);

            // Then
            Entry entry = genesis.entry().entry();
            assertThat(entry.seq()).isZero();
            assertThat(entry.prev()).isEqualTo(Hash.ZERO);
            assertThat(entry.body()).isEqualTo(new Genesis("ledger.example.com/acme/0", Given.source(TOPIC_ID)));
            assertThat(genesis.state().size()).isEqualTo(1);
            assertThat(genesis.state().source()).isEqualTo(new SourcePosition(TOPIC_ID, 0, -1));
            assertThat(genesis.state().last()).isEqualTo(genesis.entry().leafHash());
            assertThat(genesis.state().lastEvent()).isEqualTo(genesis.entry().leafHash());
        }
    }

    @Nested
    class Appends {
        @Test
        void anEventIsLinkedToTheEntryBeforeIt() throws EntryException {
            // Given
            ChainState state = begun();

            // When
            Appended appended = (Appended) offer(state, event(0, 0));

            // Then
            byte[] bytes = bytes(appended.entry());
            Entry entry = EntryCodec.decode(bytes);
            assertThat(entry).isEqualTo(appended.entry().entry());
            assertThat(entry.seq()).isEqualTo(1);
            assertThat(entry.prev()).isEqualTo(state.last());
            assertThat(entry.recorded()).isEqualTo(NOW);
            assertThat(appended.state().last()).isEqualTo(Rfc6962.leafHash(bytes));
            assertThat(appended.state().lastEvent()).isEqualTo(Rfc6962.leafHash(bytes));
        }

        @Test
        void anEntryCoversEverythingFromThePreviousNext() {
            // Given
            ChainState state = atTen();

            // When: offsets 10 to 12 are markers
            Appended appended = (Appended) offer(state, event(10, 13, 3).build());

            // Then
            Event body = (Event) appended.entry().entry().body();
            assertThat(body.source()).isEqualTo(new SourceRange(10, 14, Optional.of(CREATED.minusMillis(7))));
            assertThat(appended.state().source()).isEqualTo(new SourcePosition(TOPIC_ID, 14, 3));
        }

        @Test
        void aMessageThatBeginsBelowNextButEndsAboveCoversOnlyTheRest() {
            // When
            Appended appended = (Appended) offer(atTen(), event(4, 12, 3).build());

            // Then
            assertThat(((Event) appended.entry().entry().body()).source().from())
                    .isEqualTo(10);
            assertThat(appended.state().source().next()).isEqualTo(13);
        }

        @Test
        void aHigherLeaderEpochIsTakenOver() {
            assertThat(after(atTen(), event(10, 10, 8).setFromLeaderEpoch(3).build())
                            .source())
                    .isEqualTo(new SourcePosition(TOPIC_ID, 11, 8));
        }

        @Test
        void aRejectedRecordAdvancesTheSourceButIsNotTheLastEvent() {
            // Given
            ChainState state = atTen();

            // When
            Appended appended = (Appended) offer(state, rejected(10, 10, 3).build());

            // Then
            assertThat(appended.entry().entry().body()).isInstanceOf(Rejected.class);
            assertThat(appended.state().source().next()).isEqualTo(11);
            assertThat(appended.state().lastEvent()).isEqualTo(state.lastEvent());
            assertThat(appended.state().last()).isEqualTo(appended.entry().leafHash());
        }

        @Test
        void aGapAdvancesTheSourceAndKeepsTheLeaderEpoch() {
            // When
            Appended appended = (Appended) offer(atTen(), gap(10, 99).build());

            // Then
            assertThat(appended.entry().entry().body()).isInstanceOfSatisfying(Gap.class, body -> {
                assertThat(body.from()).isEqualTo(10);
                assertThat(body.next()).isEqualTo(100);
            });
            assertThat(appended.state().source()).isEqualTo(new SourcePosition(TOPIC_ID, 100, 3, 10));
        }

        @Test
        void theReasonOfAGapFollowsFromTheChainAndNotFromIngest() {
            // Given: an ingest that lost its position takes the chain for a new one, or a new one for an old one
            AdmittedEvent lostPosition =
                    gap(10, 99).setFrom(0).setReason("before-ledger").build();
            AdmittedEvent oldPosition = gap(0, 4).setReason("source-retention").build();

            // When
            Appended later = (Appended) offer(atTen(), lostPosition);
            Appended first = (Appended) offer(begun(), oldPosition);

            // Then
            assertThat(later.entry().entry().body()).isEqualTo(new Gap(10, 100, GapReason.SOURCE_RETENTION));
            assertThat(first.entry().entry().body()).isEqualTo(new Gap(0, 5, GapReason.BEFORE_LEDGER));
        }

        @Test
        void aControlEntryLeavesTheSourcePositionAlone() {
            // Given
            ChainState state = atTen();

            // When
            Outcome outcome = Sequencer.offer(state, control("ledger.hold"), NOW);

            // Then
            assertThat(outcome).isInstanceOfSatisfying(Appended.class, appended -> {
                assertThat(appended.state().size()).isEqualTo(state.size() + 1);
                assertThat(appended.state().source()).isEqualTo(state.source());
                assertThat(appended.state().lastEvent()).isEqualTo(state.lastEvent());
            });
        }

        @Test
        void sameStateAndMessageGiveTheSameBytes() {
            LinkedEntry first = ((Appended) offer(atTen(), event(10, 10, 3).build())).entry();
            LinkedEntry second = ((Appended) offer(atTen(), event(10, 10, 3).build())).entry();
            assertThat(bytes(first)).isEqualTo(bytes(second));
        }
    }

    @Nested
    class R1AnotherTopic {
        @Test
        void aMessageOfAnotherTopicIsIgnoredWithANotice() {
            // When
            Outcome outcome =
                    offer(atTen(), event(10, 10, 3).setTopicId(OTHER_TOPIC_ID).build());

            // Then
            assertThat(outcome).isEqualTo(new Outcome.WrongTopic(TOPIC_ID, OTHER_TOPIC_ID));
            assertThat(outcome.asksForNotice()).isTrue();
            assertThat(outcome.changed()).isEmpty();
        }

        @Test
        void aGapOfAnotherTopicIsIgnored() {
            assertThat(offer(atTen(), gap(10, 20).setTopicId(OTHER_TOPIC_ID).build()))
                    .isInstanceOf(Outcome.WrongTopic.class);
        }

        @Test
        void anotherTopicWinsOverATruncatedSource() {
            assertThat(offer(atTen(), event(0, 5, 9).setTopicId(OTHER_TOPIC_ID).build()))
                    .isInstanceOf(Outcome.WrongTopic.class);
        }
    }

    @Nested
    class R2Replays {
        @Test
        void anOffsetAlreadyCoveredIsDroppedWithoutANotice() {
            // When
            Outcome outcome = offer(atTen(), event(9, 9, 3).build());

            // Then
            assertThat(outcome).isEqualTo(new Outcome.Replayed(9));
            assertThat(outcome.asksForNotice()).isFalse();
            assertThat(outcome.changed()).isEmpty();
        }

        @Test
        void aReplayUnderALowerLeaderEpochIsStillAReplay() {
            assertThat(offer(atTen(), event(5, 5, 0).build())).isInstanceOf(Outcome.Replayed.class);
        }

        @Test
        void aReplayUnderAHigherLeaderEpochHaltsTheChain() {
            // When
            Outcome outcome = offer(atTen(), event(9, 9, 4).build());

            // Then
            Halt mark = new Halt(Halt.Reason.SOURCE_TRUNCATED, NOW, 9, 4);
            assertThat(outcome).isInstanceOfSatisfying(Outcome.Halted.class, halted -> {
                assertThat(halted.mark()).isEqualTo(mark);
                assertThat(halted.state().halt()).contains(mark);
                assertThat(halted.state().size()).isEqualTo(2);
            });
        }

        @Test
        void aLateCopyOfARecordDeclaredLostIsNoContradiction() {
            // Given: 10 to 19 are lost; whoever read 15 before, read it under a leader that came after record 9
            ChainState state = after(atTen(), gap(10, 19).build());

            // When, Then
            assertThat(offer(state, event(10, 15, 4).build())).isEqualTo(new Outcome.Replayed(15));
        }

        @Test
        void behindAGapARecordOfAnotherHistoryStillHaltsTheChain() {
            // Given
            ChainState state = after(atTen(), gap(10, 19).build());

            // When, Then: 9 was accepted under leader epoch 3
            assertThat(offer(state, event(9, 9, 4).build())).isInstanceOf(Outcome.Halted.class);
        }

        @Test
        void aRecordBehindAGapKnowsTheLeaderEpochsBelow() {
            // Given
            ChainState state =
                    after(after(atTen(), gap(10, 19).build()), event(20, 20, 4).build());

            // When, Then
            assertThat(offer(state, event(10, 15, 4).build())).isInstanceOf(Outcome.Replayed.class);
            assertThat(offer(state, event(10, 15, 5).build())).isInstanceOf(Outcome.Halted.class);
        }

        @Test
        void aReplayedGapNeverHalts() {
            assertThat(offer(begunWithGap(), gap(0, 4).setLeaderEpoch(9).build()))
                    .isEqualTo(new Outcome.Replayed(4));
        }

        private ChainState begunWithGap() {
            return after(begun(), gap(0, 9).build());
        }
    }

    @Nested
    class R2RecordsBefore {
        @Test
        void aNewOffsetBehindARecordOfAnotherHistoryHaltsTheChain() {
            // When: the chain has record 9 under leader epoch 3; the message with the other record 9 was lost
            Outcome outcome =
                    offer(atTen(), event(10, 10, 4).setFromLeaderEpoch(4).build());

            // Then
            assertThat(outcome).isInstanceOfSatisfying(Outcome.Halted.class, halted -> assertThat(halted.mark())
                    .isEqualTo(new Halt(Halt.Reason.SOURCE_TRUNCATED, NOW, 9, 4)));
            assertThat(outcome.asksForNotice()).isTrue();
        }

        @Test
        void rejectedRecordsAndGapsAreNotExempt() {
            assertThat(offer(atTen(), rejected(10, 10, 4).setFromLeaderEpoch(4).build()))
                    .isInstanceOf(Outcome.Halted.class);
            assertThat(offer(atTen(), gap(10, 19).setFromLeaderEpoch(4).build()))
                    .isInstanceOf(Outcome.Halted.class);
        }

        @Test
        void aMessageThatBeginsBelowNextIsJudgedByTheRecordBeforeIt() {
            assertThat(offer(atTen(), event(6, 12, 4).setFromLeaderEpoch(4).build()))
                    .isInstanceOfSatisfying(
                            Outcome.Halted.class,
                            halted -> assertThat(halted.mark().offset()).isEqualTo(5));
        }

        @Test
        void anotherLeaderOfTheSameHistoryHaltsNothing() {
            assertThat(offer(atTen(), event(10, 10, 4).setFromLeaderEpoch(3).build()))
                    .isInstanceOf(Appended.class);
            assertThat(offer(atTen(), event(6, 12, 4).setFromLeaderEpoch(2).build()))
                    .isInstanceOf(Appended.class);
        }

        @Test
        void whatIsNotKnownHaltsNothing() {
            // Given
            ChainState withGap = after(atTen(), gap(10, 19).build());
            ChainState withoutEpochs = after(begun(), event(0, 9, -1).build());

            // When, Then
            assertThat(offer(atTen(), event(10, 10, 3).build())).isInstanceOf(Appended.class);
            assertThat(offer(withGap, event(20, 20, 5).build())).isInstanceOf(Appended.class);
            assertThat(offer(withoutEpochs, event(10, 10, 4).build())).isInstanceOf(Appended.class);
            assertThat(offer(withGap, event(20, 20, 5).setFromLeaderEpoch(4).build()))
                    .isInstanceOf(Appended.class);
            assertThat(offer(
                            withoutEpochs,
                            event(10, 10, 4).setFromLeaderEpoch(4).build()))
                    .isInstanceOf(Appended.class);
            assertThat(offer(begun(), event(0, 9, 4).setFromLeaderEpoch(4).build()))
                    .isInstanceOf(Appended.class);
        }

        @Test
        void aHigherLeaderEpochBehindAnUnknownOneIsNotBelieved() {
            // When: somebody set the position, without an epoch; records below it may have been replaced
            Outcome outcome = offer(atTen(), event(10, 10, 4).build());

            // Then: ingest is asked to read on from the chain's position, under the chain's epoch
            assertThat(outcome).isInstanceOf(Outcome.Discontinuous.class);
            assertThat(outcome.asksForNotice()).isTrue();
            assertThat(offer(atTen(), rejected(10, 10, 4).build())).isInstanceOf(Outcome.Discontinuous.class);
            assertThat(offer(atTen(), event(6, 12, 4).build())).isInstanceOf(Outcome.Discontinuous.class);
            assertThat(offer(atTen(), gap(10, 19).build())).isInstanceOf(Appended.class);
        }

        @Test
        void aDiscontinuityIsOneUnderAnyLeaderEpoch() {
            assertThat(offer(atTen(), event(11, 11, 5).setFromLeaderEpoch(5).build()))
                    .isInstanceOf(Outcome.Discontinuous.class);
        }
    }

    @Nested
    class R3Discontinuities {
        @Test
        void missingOffsetsAreReportedWithANotice() {
            // Given
            ChainState state = atTen();

            // When
            Outcome outcome = offer(state, event(11, 11, 3).build());

            // Then
            assertThat(outcome).isEqualTo(new Outcome.Discontinuous(state, 10, 11));
            assertThat(outcome.asksForNotice()).isTrue();
        }

        @Test
        void aDiscontinuityUnderALowerLeaderEpochDoesNotHalt() {
            assertThat(offer(atTen(), event(11, 11, 0).build())).isInstanceOf(Outcome.Discontinuous.class);
        }

        @Test
        void aGapMayNotLeaveAHoleEither() {
            assertThat(offer(atTen(), gap(11, 20).build())).isInstanceOf(Outcome.Discontinuous.class);
        }
    }

    @Nested
    class R4LeaderEpochs {
        @Test
        void aNewOffsetUnderALowerLeaderEpochHaltsTheChain() {
            assertThat(offer(atTen(), event(10, 10, 2).build()))
                    .isInstanceOfSatisfying(
                            Outcome.Halted.class,
                            halted -> assertThat(halted.mark().reason()).isEqualTo(Halt.Reason.LEADER_EPOCH_REGRESSED));
        }

        @Test
        void aRejectedRecordIsNotExempt() {
            assertThat(offer(atTen(), rejected(10, 10, 2).build())).isInstanceOf(Outcome.Halted.class);
        }

        @Test
        void aGapIsExempt() {
            assertThat(offer(atTen(), gap(10, 10).build())).isInstanceOf(Appended.class);
        }
    }

    @Nested
    class R6Rebinding {
        @Test
        void anAcceptedSourceMessageStartsTheNewTopicAtZero() {
            // Given
            ChainState state = ((Outcome.Claimed) Sequencer.offer(atTen(), claim(10, 50, 3), NOW)).state();

            // When
            Appended appended =
                    (Appended) offer(state, rebind(TOPIC_ID, OTHER_TOPIC_ID).build());

            // Then
            assertThat(appended.entry().entry().body()).isInstanceOfSatisfying(Source.class, body -> assertThat(
                            body.source().topicId())
                    .isEqualTo(OTHER_TOPIC_ID));
            assertThat(appended.state().source()).isEqualTo(new SourcePosition(OTHER_TOPIC_ID, 0, -1));
            assertThat(appended.state().status()).isEmpty();
        }

        @Test
        void theOldTopicIsNotListenedToAfterwards() {
            // Given
            ChainState state = after(atTen(), rebind(TOPIC_ID, OTHER_TOPIC_ID).build());

            // When
            Outcome outcome = offer(state, event(10, 10, 3).build());

            // Then
            assertThat(outcome).isEqualTo(new Outcome.WrongTopic(OTHER_TOPIC_ID, TOPIC_ID));
        }

        @Test
        void aSourceMessageForAnotherOldTopicIsIgnored() {
            assertThat(offer(
                            atTen(),
                            rebind(OTHER_TOPIC_ID, "CCCCCCCCCCCCCCCCCCCCCA").build()))
                    .isEqualTo(new Outcome.WrongTopic(TOPIC_ID, OTHER_TOPIC_ID));
        }

        @Test
        void aSourceMessageThatCameTwiceIsAReplay() {
            // Given
            ChainState state = after(atTen(), rebind(TOPIC_ID, OTHER_TOPIC_ID).build());

            // When
            Outcome outcome = offer(state, rebind(TOPIC_ID, OTHER_TOPIC_ID).build());

            // Then
            assertThat(outcome).isInstanceOf(Outcome.Replayed.class);
        }

        @Test
        void aSourceMessageWithoutAnOldTopicIsIgnored() {
            assertThat(offer(atTen(), rebind(null, OTHER_TOPIC_ID).build())).isInstanceOf(Outcome.WrongTopic.class);
        }
    }

    @Nested
    class Claims {
        @Test
        void aClaimFromAHostWhoseClockIsAheadIsOfNoLaterThanTheLedgersClock() {
            // Given
            Claim ahead = Claim.newBuilder(claim(10, 42, 3))
                    .setAsOf(NOW.plusSeconds(3600))
                    .build();

            // When
            Outcome outcome = Sequencer.offer(atTen(), ahead, NOW);

            // Then
            assertThat(outcome).isInstanceOfSatisfying(Outcome.Claimed.class, claimed -> assertThat(
                            claimed.state().status())
                    .contains(new SourceStatus(42, NOW)));
        }

        @Test
        void aClaimMakesNoEntryButTellsHowFarTheSourceReaches() {
            // When
            Outcome outcome = Sequencer.offer(atTen(), claim(10, 42, 3), NOW);

            // Then
            assertThat(outcome).isInstanceOfSatisfying(Outcome.Claimed.class, claimed -> {
                assertThat(claimed.state().status()).contains(new SourceStatus(42, CREATED.plusMillis(11)));
                assertThat(claimed.state().size()).isEqualTo(2);
            });
        }

        @Test
        void aClaimBehindNextIsNoDiscontinuity() {
            assertThat(Sequencer.offer(atTen(), claim(3, 42, 3), NOW).asksForNotice())
                    .isFalse();
        }

        @Test
        void aClaimBeyondNextShowsALostTail() {
            // When
            Outcome outcome = Sequencer.offer(atTen(), claim(12, 42), NOW);

            // Then
            assertThat(outcome).isInstanceOfSatisfying(Outcome.Discontinuous.class, found -> {
                assertThat(found.expected()).isEqualTo(10);
                assertThat(found.from()).isEqualTo(12);
                assertThat(found.state().status()).isPresent();
            });
            assertThat(outcome.asksForNotice()).isTrue();
        }

        @Test
        void aClaimUnderAHigherLeaderEpochThanTheRecordInItsPlaceHaltsTheChain() {
            // When: the chain has record 9 under leader epoch 3
            Outcome outcome = Sequencer.offer(atTen(), claim(10, 42, 4), NOW);

            // Then
            Halt mark = new Halt(Halt.Reason.SOURCE_TRUNCATED, NOW, 9, 4);
            assertThat(outcome).isInstanceOfSatisfying(Outcome.Halted.class, halted -> {
                assertThat(halted.mark()).isEqualTo(mark);
                assertThat(halted.state().halt()).contains(mark);
                assertThat(halted.state().status()).isPresent();
            });
            assertThat(outcome.asksForNotice()).isTrue();
        }

        @Test
        void aClaimBehindNextUnderAHigherLeaderEpochThanARecordAboveHaltsTheChain() {
            assertThat(Sequencer.offer(atTen(), claim(5, 5, 4), NOW))
                    .isInstanceOfSatisfying(
                            Outcome.Halted.class,
                            halted -> assertThat(halted.mark().offset()).isEqualTo(4));
        }

        @Test
        void aClaimUnderTheSameOrALowerLeaderEpochHaltsNothing() {
            for (int epoch : new int[] {3, 2, 0}) {
                assertThat(Sequencer.offer(atTen(), claim(10, 42, epoch), NOW)).isInstanceOf(Outcome.Claimed.class);
                assertThat(Sequencer.offer(atTen(), claim(4, 42, epoch), NOW)).isInstanceOf(Outcome.Claimed.class);
            }
        }

        @Test
        void aClaimAtNextOrBelowThatKnowsNoLeaderEpochIsToldTheChains() {
            for (long from : new long[] {10, 9, 1}) {
                // When: the record before may be another one by now, and none may ever follow that shows it
                Outcome outcome = Sequencer.offer(atTen(), claim(from, 42, -1), NOW);

                // Then
                assertThat(outcome).isInstanceOf(Outcome.Discontinuous.class);
                assertThat(outcome.asksForNotice()).isTrue();
            }
        }

        @Test
        void aClaimAtTheBeginningNeedsNoLeaderEpoch() {
            assertThat(Sequencer.offer(atTen(), claim(0, 42, -1), NOW)).isInstanceOf(Outcome.Claimed.class);
        }

        @Test
        void aClaimBeyondNextIsADiscontinuityUnderAnyLeaderEpoch() {
            assertThat(Sequencer.offer(atTen(), claim(11, 42, 9), NOW)).isInstanceOf(Outcome.Discontinuous.class);
        }

        @Test
        void aClaimOfARecordInsideAGapHaltsNothing() {
            // Given
            ChainState state = after(atTen(), gap(10, 19).build());

            // When, Then: under which leader epochs the lost records were is not known, but 9 was under 3
            assertThat(Sequencer.offer(state, claim(20, 42, 4), NOW)).isInstanceOf(Outcome.Claimed.class);
            assertThat(Sequencer.offer(state, claim(11, 42, 4), NOW)).isInstanceOf(Outcome.Claimed.class);
            assertThat(Sequencer.offer(state, claim(10, 42, 4), NOW)).isInstanceOf(Outcome.Halted.class);
        }

        @Test
        void aClaimHaltsNoChainThatKnowsNoLeaderEpoch() {
            // Given: a broker that told none
            ChainState state = after(begun(), event(0, 9, -1).build());

            // When, Then
            assertThat(Sequencer.offer(state, claim(10, 42, 4), NOW)).isInstanceOf(Outcome.Claimed.class);
            assertThat(Sequencer.offer(begun(), claim(0, 42, 4), NOW)).isInstanceOf(Outcome.Claimed.class);
        }

        @Test
        void aClaimOfAnotherTopicHaltsNothing() {
            // Given
            ChainState state = after(atTen(), rebind(TOPIC_ID, OTHER_TOPIC_ID).build());

            // When, Then
            assertThat(Sequencer.offer(state, claim(10, 42, 9), NOW)).isInstanceOf(Outcome.WrongTopic.class);
        }

        @Test
        void aClaimOfAnotherTopicTellsNothing() {
            // Given
            ChainState state = after(atTen(), rebind(TOPIC_ID, OTHER_TOPIC_ID).build());

            // When
            Outcome outcome = Sequencer.offer(state, claim(10, 42), NOW);

            // Then
            assertThat(outcome).isInstanceOf(Outcome.WrongTopic.class);
            assertThat(outcome.changed()).isEmpty();
        }
    }

    @Nested
    class HaltedChains {
        private final ChainState halted =
                ((Outcome.Halted) offer(atTen(), event(9, 9, 4).build())).state();

        @Test
        void nothingIsAppendedToAHaltedChain() {
            assertThat(offer(halted, event(10, 10, 3).build())).isInstanceOf(Outcome.Ignored.class);
            assertThat(offer(halted, gap(10, 10).build())).isInstanceOf(Outcome.Ignored.class);
            assertThat(offer(halted, rebind(TOPIC_ID, OTHER_TOPIC_ID).build())).isInstanceOf(Outcome.Ignored.class);
            assertThat(Sequencer.offer(halted, claim(10, 10), NOW)).isInstanceOf(Outcome.Ignored.class);
            assertThat(Sequencer.offer(halted, control("ledger.hold"), NOW)).isInstanceOf(Outcome.Ignored.class);
        }

        @Test
        void aHaltedChainSendsNoNotices() {
            assertThat(offer(halted, event(99, 99, 3).build()).asksForNotice()).isFalse();
        }
    }

    @Nested
    class BrokenMessages {
        @Test
        void anEventWithoutAnIdBreaksTheContract() {
            assertThatThrownBy(() -> offer(begun(), event(0, 0, 0).setId(null).build()))
                    .isInstanceOf(LedgerIntegrityException.class)
                    .hasMessageContaining("id is missing");
        }

        @Test
        void anEventWithoutACommitmentBreaksTheContract() {
            assertThatThrownBy(() ->
                            offer(begun(), event(0, 0, 0).setPayloadCommit(null).build()))
                    .isInstanceOf(LedgerIntegrityException.class)
                    .hasMessageContaining("payloadCommit is missing");
        }

        @Test
        void aCommitmentOfAnotherLengthBreaksTheContract() {
            assertThatThrownBy(() -> offer(
                            begun(),
                            event(0, 0, 0)
                                    .setPayloadCommit(ByteBuffer.allocate(31))
                                    .build()))
                    .isInstanceOf(LedgerIntegrityException.class);
        }

        @Test
        void aRejectionWithoutAReasonBreaksTheContract() {
            assertThatThrownBy(() ->
                            offer(begun(), rejected(0, 0, 0).setReason(null).build()))
                    .isInstanceOf(LedgerIntegrityException.class)
                    .hasMessageContaining("reason is missing");
        }

        @Test
        void aReasonThatIsNotListedBreaksTheContract() {
            assertThatThrownBy(
                            () -> offer(begun(), gap(0, 0).setReason("bad-luck").build()))
                    .isInstanceOf(LedgerIntegrityException.class);
        }

        @Test
        void anAttributeOverItsLimitBreaksTheContract() {
            assertThatThrownBy(() ->
                            offer(begun(), event(0, 0, 0).setId("x".repeat(513)).build()))
                    .isInstanceOf(LedgerIntegrityException.class);
        }

        @Test
        void aControlTypeThatIsNotListedBreaksTheContract() {
            assertThatThrownBy(() -> Sequencer.offer(begun(), control("ledger.party"), NOW))
                    .isInstanceOf(LedgerIntegrityException.class);
        }
    }
}

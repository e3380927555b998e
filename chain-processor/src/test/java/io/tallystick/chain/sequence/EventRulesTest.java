// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static io.tallystick.chain.sequence.Given.CHAIN;
import static io.tallystick.chain.sequence.Given.OTHER_TOPIC_ID;
import static io.tallystick.chain.sequence.Given.TOPIC_ID;
import static io.tallystick.chain.sequence.Given.at;
import static io.tallystick.chain.sequence.Given.config;
import static io.tallystick.chain.sequence.Given.control;
import static io.tallystick.chain.sequence.Given.event;
import static io.tallystick.chain.sequence.Given.gap;
import static io.tallystick.chain.sequence.Given.rejected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.chain.sequence.Identities.Kept;
import io.tallystick.entry.Event;
import io.tallystick.entry.RejectReason;
import io.tallystick.entry.Rejected;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.TenantPolicies;
import io.tallystick.topic.TenantPolicies.Duplicates;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class EventRulesTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final NaiveIdentities identities = new NaiveIdentities();
    private final List<Kept> remembered = new ArrayList<>();
    private final PartitionRun run = new PartitionRun(Given.place(), Given.GRID, identities, kept -> {
        remembered.add(kept);
        identities.remember(kept);
    });

    private long offset;
    private long ms;

    /** Offers the next event of the chain, a second later. */
    private Step offer(String producer, String id, String payload) {
        return offer(event(offset, producer, id, payload));
    }

    private Step offer(AdmittedEvent.Builder message) {
        offset = message.getOffset() + 1;
        ms += 1_000;
        return run.offer(CHAIN, message.build(), at(ms));
    }

    private void policies(Duplicates duplicates, Duration window, long entries) {
        long revision = run.chains.get(CHAIN).config().map(c -> c.revision()).orElse(0L) + 1;
        run.offer(CHAIN, config(CHAIN, revision, new TenantPolicies(duplicates, window, entries)), at(ms));
    }

    private static Event kept(Step step) {
        assertThat(body(step)).isInstanceOf(Event.class);
        return (Event) body(step);
    }

    private static Rejected refused(Step step) {
        assertThat(body(step)).isInstanceOf(Rejected.class);
        return (Rejected) body(step);
    }

    private static Object body(Step step) {
        return ((Outcome.Appended) step.outcome().orElseThrow()).entry().entry().body();
    }

    private String lastEvent() {
        return run.chains.get(CHAIN).lastEvent().toString();
    }

    @Nested
    class Marking {
        @Test
        void theSameEventAgainIsKeptAndNamesTheFirst() {
            offer("shop", "1", "{}");
            offer("shop", "2", "{}");
            assertThat(kept(offer("shop", "1", "{}")).duplicateOf()).hasValue(1);
        }

        @Test
        void theThirdNamesTheFirstToo() {
            offer("shop", "1", "{}");
            offer("shop", "1", "{}");
            assertThat(kept(offer("shop", "1", "{}")).duplicateOf()).hasValue(1);
            assertThat(remembered).hasSize(1);
        }

        @Test
        void anAbsentProducerEqualsAnAbsentProducerOnly() {
            offer(null, "1", "{}");
            assertThat(kept(offer("", "1", "{}")).duplicateOf()).isEmpty();
            assertThat(kept(offer("shop", "1", "{}")).duplicateOf()).isEmpty();
            assertThat(kept(offer(null, "1", "{}")).duplicateOf()).hasValue(1);
        }

        @Test
        void producerAndIdAreNotRunTogether() {
            offer("a", "bc", "{}");
            assertThat(kept(offer("ab", "c", "{}")).duplicateOf()).isEmpty();
            assertThat(kept(offer(null, "abc", "{}")).duplicateOf()).isEmpty();
        }

        @Test
        void whatIngestMadeAnIdentityOfIsNotRemembered() {
            offer(null, TOPIC_ID + ":0:0", "{}");
            offer(null, OTHER_TOPIC_ID + ":0:1", "{}");
            assertThat(remembered).isEmpty();
        }

        @Test
        void aProducersIdentityOfThatFormIsRemembered() {
            offer(null, TOPIC_ID + ":0:7", "{}");
            offer(null, TOPIC_ID + ":1:1", "{}");
            offer("shop", TOPIC_ID + ":0:2", "{}");
            offer(null, TOPIC_ID + ":0:03", "{}");
            offer(null, "x" + TOPIC_ID + ":0:4", "{}");
            assertThat(remembered).hasSize(5);
        }

        @Test
        void anotherChainHasIdentitiesOfItsOwn() {
            assertThat(Identity.of("acme/0", Optional.empty(), "1"))
                    .isNotEqualTo(Identity.of("acme/1", Optional.empty(), "1"));
        }

        @Test
        void gapsAndRejectedRecordsAreNotRemembered() {
            offer(rejected(0, 0, 0).setId("1").setType("event"));
            offer(gap(1, 4));
            assertThat(kept(offer(null, "1", "{}")).duplicateOf()).isEmpty();
        }

        @Test
        void anEntryOfAnAbortedTransactionDoesNotCount() {
            // Given: remembered under a position the chain has not reached
            offer("shop", "1", "{}");
            Kept real = remembered.get(0);
            NaiveIdentities ghosts = new NaiveIdentities();
            ghosts.remember(new Kept(
                    CHAIN,
                    Identity.of(CHAIN, Optional.of("shop"), "2"),
                    new Identities.Seen(
                            2, real.seen().recorded(), real.seen().salt(), real.seen().commit()),
                    real.policies()));

            // When
            Outcome outcome = Sequencer.offer(
                    run.chains.get(CHAIN), event(1, "shop", "2", "{}").build(), Given.ORIGIN, at(5_000), ghosts);

            // Then
            assertThat(((Outcome.Appended) outcome).kept()).isPresent();
        }
    }

    @Nested
    class Rejecting {
        @Test
        void theSameEventAgainIsRejectedAndNamesTheFirst() {
            offer("shop", "1", "{}");
            policies(Duplicates.REJECT, HOUR, 10);

            // When
            Rejected again = refused(offer("shop", "1", "{}"));

            // Then
            assertThat(again.reason()).isEqualTo(RejectReason.DUPLICATE);
            assertThat(again.duplicateOf()).hasValue(1);
            assertThat(again.id()).contains("1");
            assertThat(again.producer()).contains("shop");
            assertThat(again.payload().orElseThrow().bytes()).isEqualTo(2);
        }

        @Test
        void aRejectedDuplicateIsNotTheLastEvent() {
            offer("shop", "1", "{}");
            policies(Duplicates.REJECT, HOUR, 10);
            String head = lastEvent();
            offer("shop", "1", "{}");
            assertThat(lastEvent()).isEqualTo(head);
        }

        @Test
        void anotherPayloadIsAConflictUnderEitherPolicy() {
            offer("shop", "1", "{}");
            assertThat(refused(offer("shop", "1", "[]")).reason()).isEqualTo(RejectReason.CONFLICT);
            policies(Duplicates.REJECT, HOUR, 10);
            Rejected conflict = refused(offer("shop", "1", "{ }"));
            assertThat(conflict.reason()).isEqualTo(RejectReason.CONFLICT);
            assertThat(conflict.duplicateOf()).hasValue(1);
        }

        @Test
        void aConflictDoesNotTakeTheFirstsPlace() {
            offer("shop", "1", "{}");
            offer("shop", "1", "[]");
            assertThat(refused(offer("shop", "1", "[]")).reason()).isEqualTo(RejectReason.CONFLICT);
            assertThat(kept(offer("shop", "1", "{}")).duplicateOf()).hasValue(1);
        }

        @Test
        void theTenantIsToldWhichEntryItWas() {
            offer("shop", "1", "{}");
            Step step = offer("shop", "1", "[]");
            assertThat(step.entries())
                    .singleElement()
                    .satisfies(entry -> assertThat(((LedgerEntry) entry).getDetail()).contains("entry 1 "));
        }
    }

    @Nested
    class Window {
        @Test
        void anEventIsForgottenWhenTheWindowIsOver() {
            offer("shop", "1", "{}");
            policies(Duplicates.MARK, Duration.ofMillis(1_999), 10);
            assertThat(kept(offer("shop", "1", "{}")).duplicateOf()).hasValue(1);
            ms += 1_000;
            assertThat(kept(offer("shop", "1", "{}")).duplicateOf()).isEmpty();
        }

        @Test
        void theWindowDoesNotHoldItsFarEnd() {
            offer("shop", "1", "{}");
            policies(Duplicates.MARK, Duration.ofMillis(1_000), 10);
            assertThat(kept(offer("shop", "1", "{}")).duplicateOf()).isEmpty();
        }

        @Test
        void aMarkedDuplicateDoesNotRenewTheFirst() {
            offer("shop", "1", "{}");
            policies(Duplicates.MARK, Duration.ofMillis(2_500), 10);
            offer("shop", "1", "{}");
            offer("shop", "1", "{}");
            assertThat(kept(offer("shop", "1", "{}")).duplicateOf()).isEmpty();
        }

        @Test
        void theOldestIsForgottenAboveTheCap() {
            offer("shop", "0", "{}");
            policies(Duplicates.MARK, HOUR, 2);
            offer("shop", "1", "{}");
            assertThat(kept(offer("shop", "0", "{}")).duplicateOf()).hasValue(1);
            offer("shop", "2", "{}");
            assertThat(kept(offer("shop", "0", "{}")).duplicateOf()).isEmpty();
        }

        @Test
        void withoutAWindowNothingIsLookedUpOrRemembered() {
            offer("shop", "1", "{}");
            policies(Duplicates.REJECT, Duration.ZERO, 10);
            Outcome outcome = Sequencer.offer(
                    run.chains.get(CHAIN),
                    event(1, "shop", "1", "{}").build(),
                    Given.ORIGIN,
                    at(2_000),
                    (chain, identity, policies, now) -> {
                        throw new AssertionError("looked up");
                    });
            assertThat(((Outcome.Appended) outcome).kept()).isEmpty();
            assertThat(((Outcome.Appended) outcome).entry().entry().body()).isInstanceOf(Event.class);
        }
    }

    @Nested
    class ConditionalAppend {
        @Test
        void theHeadOfAnEmptyChainIsItsGenesis() {
            run.offer(CHAIN, Given.claim(0, 0), at(0));
            String genesis = lastEvent();
            assertThat(kept(offer(event(0, "shop", "1", "{}").setIfHead(genesis)))).isNotNull();
        }

        @Test
        void theHeadIsTheLastEventWhateverFollowsIt() {
            offer("shop", "1", "{}");
            String head = lastEvent();
            offer(rejected(1, 1, 0));
            offer(gap(2, 2));
            run.offer(CHAIN, control("ledger.hold"), at(ms));
            assertThat(kept(offer(event(3, "shop", "2", "{}").setIfHead(head)))).isNotNull();
        }

        @Test
        void anotherHeadIsAMismatchAndTheEventIsNotRemembered() {
            offer("shop", "1", "{}");
            String old = lastEvent();
            offer("shop", "2", "{}");
            Rejected late = refused(offer(event(2, "shop", "3", "{}").setIfHead(old)));
            assertThat(late.reason()).isEqualTo(RejectReason.HEAD_MISMATCH);
            assertThat(late.duplicateOf()).isEmpty();
            assertThat(kept(offer("shop", "3", "{}")).duplicateOf()).isEmpty();
        }

        @Test
        void whatIsNoHashNeverMatches() {
            offer("shop", "1", "{}");
            for (String text : List.of("", "genesis", lastEvent().toUpperCase(Locale.ROOT), "0".repeat(64))) {
                assertThat(refused(offer(event(offset, "shop", "x", "{}").setIfHead(text)))
                                .reason())
                        .isEqualTo(RejectReason.HEAD_MISMATCH);
            }
        }

        @Test
        void aDuplicateOrConflictIsNamedBeforeAMismatch() {
            offer("shop", "1", "{}");
            assertThat(refused(offer(event(1, "shop", "1", "[]").setIfHead("x"))).reason())
                    .isEqualTo(RejectReason.CONFLICT);
            policies(Duplicates.REJECT, HOUR, 10);
            assertThat(refused(offer(event(2, "shop", "1", "{}").setIfHead("x"))).reason())
                    .isEqualTo(RejectReason.DUPLICATE);
        }

        @Test
        void aDuplicateThatWouldBeMarkedIsRefusedForItsHead() {
            offer("shop", "1", "{}");
            assertThat(refused(offer(event(1, "shop", "1", "{}").setIfHead("x"))).reason())
                    .isEqualTo(RejectReason.HEAD_MISMATCH);
        }
    }

    @Nested
    class Config {
        @Test
        void policiesHoldFromTheirEntryOn() {
            offer("shop", "1", "{}");
            policies(Duplicates.REJECT, HOUR, 10);
            assertThat(run.chains.get(CHAIN).policies().duplicates()).isEqualTo(Duplicates.REJECT);
            assertThat(run.chains.get(CHAIN).size()).isEqualTo(3);
        }

        @Test
        void anOldOrEqualRevisionIsAReplay() {
            offer("shop", "1", "{}");
            TenantPolicies reject = new TenantPolicies(Duplicates.REJECT, HOUR, 10);
            run.offer(CHAIN, config(CHAIN, 5, reject), at(ms));
            for (long revision : new long[] {1, 4, 5}) {
                Step step = run.offer(CHAIN, config(CHAIN, revision, TenantPolicies.DEFAULT), at(ms));
                assertThat(step.outcome()).contains(new Outcome.Replayed(-1));
                assertThat(step.entries()).isEmpty();
            }
            assertThat(run.chains.get(CHAIN).policies()).isEqualTo(reject);
        }

        @Test
        void policiesWithoutAFormStopThePartition() {
            offer("shop", "1", "{}");
            assertThatThrownBy(() -> run.offer(CHAIN, control("ledger.config"), at(ms)))
                    .isInstanceOf(LedgerIntegrityException.class)
                    .hasMessageContaining("holds no policies");
        }

        @Test
        void aReplayTakesThemFromTheEntrysPayload() {
            // Given
            offer("shop", "1", "{}");
            policies(Duplicates.REJECT, HOUR, 10);
            offer("shop", "1", "{}");

            // When
            PartitionReplay replay =
                    new PartitionReplay(Given.place(), Optional.empty(), new TreeMap<>());
            run.records.forEach(record -> replay.apply(EntriesRecords.withoutPayload(record)));

            // Then
            assertThat(replay.changed()).isEqualTo(run.chains);
        }

        @Test
        void anEventWithoutItsSaltBreaksTheContract() {
            offer("shop", "1", "{}");
            AdmittedEvent.Builder bare = event(1, "shop", "2", "{}").setPayloadSalt((ByteBuffer) null);
            assertThatThrownBy(() -> offer(bare)).isInstanceOf(LedgerIntegrityException.class);
        }
    }
}

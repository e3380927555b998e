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
import static io.tallystick.chain.sequence.Given.rebind;
import static io.tallystick.chain.sequence.Given.rejected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.entry.Body;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.EntryException;
import io.tallystick.entry.Gap;
import io.tallystick.entry.GapReason;
import io.tallystick.entry.Kind;
import io.tallystick.entry.RejectReason;
import io.tallystick.entry.Rejected;
import io.tallystick.entry.Source;
import io.tallystick.topic.TenantPolicies;
import io.tallystick.topic.TenantPolicies.Duplicates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every reason an entry can have that is the sequencer's to give, each with several inputs; and every kind of entry has a writer.
 * What ingest refuses is in its own {@code RefusalTest}.
 */
class EveryCodeTest {
    private static final int INPUTS_MIN = 3;

    private final NaiveIdentities identities = new NaiveIdentities();
    private final PartitionRun run =
            new PartitionRun(Given.place(), Given.GRID, identities, kept -> identities.remember(kept));

    /** Events of a chain, from source offset 0 on; the last one is refused. */
    private static Arguments refused(RejectReason reason, Duplicates policy, AdmittedEvent.Builder... events) {
        return arguments(reason, policy, List.of(events));
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                refused(
                        RejectReason.DUPLICATE,
                        Duplicates.REJECT,
                        event(0, "shop", "1", "{}"),
                        event(1, "shop", "1", "{}")),
                refused(
                        RejectReason.DUPLICATE,
                        Duplicates.REJECT,
                        event(0, null, "1", "\"a\""),
                        event(1, null, "2", "\"a\""),
                        event(2, null, "1", "\"a\"")),
                refused(RejectReason.DUPLICATE, Duplicates.REJECT, event(0, "", "1", ""), event(1, "", "1", "")),
                refused(
                        RejectReason.DUPLICATE,
                        Duplicates.REJECT,
                        event(0, "shop", "1", "{}"),
                        event(1, "shop", "1", "{}").setIfHead("0".repeat(64))),
                refused(
                        RejectReason.CONFLICT,
                        Duplicates.MARK,
                        event(0, "shop", "1", "{}"),
                        event(1, "shop", "1", "[]")),
                refused(
                        RejectReason.CONFLICT,
                        Duplicates.REJECT,
                        event(0, "shop", "1", "{\"a\":1}"),
                        event(1, "shop", "1", "{\"a\":1.0}")),
                refused(RejectReason.CONFLICT, Duplicates.MARK, event(0, null, "1", ""), event(1, null, "1", "0")),
                refused(
                        RejectReason.CONFLICT,
                        Duplicates.MARK,
                        event(0, "shop", "1", "1"),
                        event(1, "shop", "1", "1"),
                        event(2, "shop", "1", "2").setIfHead("x")),
                refused(
                        RejectReason.HEAD_MISMATCH,
                        Duplicates.MARK,
                        event(0, "shop", "1", "{}").setIfHead("0".repeat(64))),
                refused(
                        RejectReason.HEAD_MISMATCH,
                        Duplicates.MARK,
                        event(0, null, "1", "{}").setIfHead("")),
                refused(
                        RejectReason.HEAD_MISMATCH,
                        Duplicates.MARK,
                        event(0, "shop", "1", "{}"),
                        event(1, "shop", "1", "{}").setIfHead("f".repeat(64))));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void eventIsRefusedWithItsCodeAndASentence(
            RejectReason reason, Duplicates policy, List<AdmittedEvent.Builder> events) {
        // Given
        run.offer(CHAIN, Given.claim(0, 0), at(0));
        run.offer(CHAIN, config(CHAIN, 1, new TenantPolicies(policy, Duration.ofHours(1), 10)), at(0));
        events.subList(0, events.size() - 1).forEach(this::offer);

        // When
        Outcome.Appended appended = offer(events.get(events.size() - 1));

        // Then
        Rejected rejected = (Rejected) appended.entry().entry().body();
        assertThat(rejected.reason()).isEqualTo(reason);
        assertThat(rejected.duplicateOf().isPresent()).isEqualTo(reason.namesEarlierEntry());
        assertThat(appended.detail().orElseThrow()).endsWith(".").hasSizeGreaterThan(20);
    }

    private Outcome.Appended offer(AdmittedEvent.Builder message) {
        return (Outcome.Appended)
                run.offer(CHAIN, message.build(), at(0)).outcome().orElseThrow();
    }

    @Test
    void everyCodeOfTheSequencerHasSeveralInputs() {
        // When
        Map<RejectReason, Long> inputs = refusals()
                .map(arguments -> (RejectReason) arguments.get()[0])
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));

        // Then
        assertThat(inputs.keySet())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(RejectReason.values())
                        .filter(RejectReason::isOfSequencer)
                        .toList());
        assertThat(inputs)
                .allSatisfy((code, count) -> assertThat(count).as(code.code()).isGreaterThanOrEqualTo(INPUTS_MIN));
    }

    static Stream<Arguments> gaps() {
        return Stream.of(
                arguments(GapReason.BEFORE_LEDGER, List.of(gap(0, 0))),
                arguments(GapReason.BEFORE_LEDGER, List.of(gap(0, 99))),
                // Ingest may know of the first lost offsets only; the chain's own beginning counts.
                arguments(GapReason.BEFORE_LEDGER, List.of(rebind(TOPIC_ID, OTHER_TOPIC_ID), ofOtherTopic(gap(0, 4)))),
                arguments(GapReason.SOURCE_RETENTION, List.of(event(0, 0, 0), gap(1, 1))),
                arguments(GapReason.SOURCE_RETENTION, List.of(gap(0, 3), gap(4, 9))),
                // Of what ingest found lost the chain has the beginning.
                arguments(GapReason.SOURCE_RETENTION, List.of(event(0, 3, 0), gap(0, 9))));
    }

    private static AdmittedEvent.Builder ofOtherTopic(AdmittedEvent.Builder message) {
        return message.setTopicId(OTHER_TOPIC_ID);
    }

    @ParameterizedTest
    @MethodSource("gaps")
    void whatIsLostHasItsReason(GapReason reason, List<AdmittedEvent.Builder> messages) {
        // Given
        run.offer(CHAIN, Given.claim(0, 0), at(0));
        messages.subList(0, messages.size() - 1).forEach(this::offer);

        // When
        Body body = offer(messages.get(messages.size() - 1)).entry().entry().body();

        // Then
        assertThat(((Gap) body).reason()).isEqualTo(reason);
    }

    @Test
    void everyReasonOfAGapHasSeveralInputs() {
        assertThat(gaps().map(arguments -> arguments.get()[0])
                        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting())))
                .containsOnlyKeys((Object[]) GapReason.values())
                .allSatisfy((reason, count) -> assertThat(count).isGreaterThanOrEqualTo(INPUTS_MIN));
    }

    @Test
    void everyKindOfEntryIsWrittenButOneThatEndsAChain() throws EntryException {
        // When
        run.offer(CHAIN, Given.claim(0, 0), at(0));
        offer(event(0, 0, 0));
        offer(rejected(1, 1, 0));
        offer(gap(2, 2));
        offer(rebind(TOPIC_ID, OTHER_TOPIC_ID));
        run.offer(CHAIN, control("ledger.hold"), at(0));

        // Then: the README says that nothing ends a chain
        Set<Kind> written = new HashSet<>();
        for (Body body : bodies()) {
            written.add(body.kind());
            assertThat(!(body instanceof Source source) || source.reason().equals(Source.TOPIC_RECREATED))
                    .isTrue();
        }
        assertThat(written).isEqualTo(EnumSet.complementOf(EnumSet.of(Kind.CLOSED)));
    }

    private List<Body> bodies() throws EntryException {
        List<Body> bodies = new ArrayList<>();
        for (SpecificRecord record : run.records) {
            if (record instanceof LedgerEntry entry) {
                byte[] bytes = new byte[entry.getEntry().remaining()];
                entry.getEntry().duplicate().get(bytes);
                bodies.add(EntryCodec.decode(bytes).body());
            }
        }
        return bodies;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.topic.Receipt;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What passes through all stages, from a producer or an operator to the tenant's topics and bundles. */
@ExtendWith(LedgerExtension.class)
class StagesIT {
    private static final String CHAIN = "acme/0";

    @TempDir
    private Path directory;

    private RunningStages stages;

    @BeforeEach
    void setUp(EmbeddedLedger broker) throws Exception {
        stages = new RunningStages(broker, directory.resolve("ledger"));
        stages.start();
        stages.ok("tenant", "create", "acme");
    }

    @AfterEach
    void tearDown() {
        stages.close();
    }

    private List<ConsumerRecord<String, byte[]>> receipts() {
        return stages.read(stages.settings.topics().receipts("acme"));
    }

    private List<ConsumerRecord<String, byte[]>> rejects() {
        return stages.read(stages.settings.topics().rejects("acme"));
    }

    private void awaitReceipts(int count) {
        await().atMost(RunningStages.PATIENCE).until(() -> receipts().size() >= count);
    }

    private ConsumerRecord<String, byte[]> awaitReject(int number) {
        await().atMost(RunningStages.PATIENCE).until(() -> rejects().size() >= number);
        assertThat(rejects()).hasSize(number);
        return rejects().get(number - 1);
    }

    private static String code(ConsumerRecord<String, byte[]> reject) {
        return new String(reject.headers().lastHeader("ledger-reject-code").value(), UTF_8);
    }

    private long controls() {
        return stages.entries(CHAIN).stream()
                .filter(entry -> entry.contains("\"type\":\"ledger.config\""))
                .count();
    }

    private void verifies() {
        stages.stop();
        assertThat(stages.fatal).hasNullValue();
        TallyRun verified = stages.verify();
        assertThat(verified.exitCode()).as(verified.everything()).isZero();
    }

    @Test
    void aTopicThatWasCreatedAgainIsReboundAndItsEventsGoOn() throws Exception {
        // Given
        stages.produce("acme", List.of("{\"n\":1}", "{\"n\":2}", "{\"n\":3}"), Map.of());
        awaitReceipts(3);
        String input = stages.settings.topics().in("acme");
        stages.admin.deleteTopics(List.of(input)).all().get();
        await().atMost(RunningStages.PATIENCE)
                .until(() -> !stages.admin.listTopics().names().get().contains(input));
        await().atMost(RunningStages.PATIENCE).ignoreExceptions().until(() -> {
            stages.admin
                    .createTopics(List.of(new NewTopic(input, 1, (short) 1)))
                    .all()
                    .get();
            return true;
        });
        await().atMost(RunningStages.PATIENCE)
                .ignoreExceptionsInstanceOf(UnknownTopicOrPartitionException.class)
                .untilAsserted(() -> assertThat(
                                stages.tally("tenant", "describe", "acme").out())
                        .contains("was created again"));
        stages.produce("acme", List.of("{\"n\":4}", "{\"n\":5}"), Map.of());

        // When
        TallyRun rebound = stages.ok("tenant", "rebind", "acme", "--by", "ada", "--reason", "migration");

        // Then
        assertThat(rebound.out()).contains("goes on with its new input topic");
        awaitReceipts(5);
        stages.produce("acme", List.of("{\"n\":6}"), Map.of());
        awaitReceipts(6);
        List<String> entries = stages.entries(CHAIN);
        List<String> rebinding = entries.stream()
                .filter(entry -> entry.contains("\"kind\":\"source\""))
                .toList();
        assertThat(rebinding).singleElement().asString().contains("\"reason\":\"topic-recreated\"");
        assertThat(entries.get(entries.indexOf(rebinding.get(0)) + 1))
                .contains("\"kind\":\"event\"", "\"source\":{\"from\":0,\"next\":1,");
        assertThat(entries.stream().filter(entry -> entry.contains("\"kind\":\"event\"")))
                .hasSize(6);
        stages.awaitAccepted("acme", 6);
        verifies();
    }

    @Test
    void anEventIsAppendedOnlyIfTheHeadIsTheOneItNames() throws Exception {
        // Given
        stages.produce("acme", List.of("{\"n\":1}"), Map.of());
        awaitReceipts(1);
        String head = Receipt.parse(receipts().get(0).value()).leafHash().toString();

        // When: two producers saw the same head
        stages.produce("acme", List.of("{\"n\":2}", "{\"n\":3}"), Map.of("ledger-if-head", head));

        // Then
        awaitReceipts(2);
        ConsumerRecord<String, byte[]> reject = awaitReject(1);
        assertThat(code(reject)).isEqualTo("head-mismatch");
        assertThat(reject.value()).isEqualTo("{\"n\":3}".getBytes(UTF_8));
        stages.awaitEntry(CHAIN, "\"reason\":\"head-mismatch\"", "\"kind\":\"rejected\"");

        // When: the second looks again
        String newer = Receipt.parse(receipts().get(1).value()).leafHash().toString();
        stages.produce("acme", List.of("{\"n\":3}"), Map.of("ledger-if-head", newer));

        // Then
        awaitReceipts(3);
        assertThat(rejects()).hasSize(1);
        stages.awaitAccepted("acme", 3);
        verifies();
    }

    @Test
    void aPolicyOfTheDescriptorReachesTheSequencerAndWhatItRefusesTheTenant() throws Exception {
        // Given: the default marks
        Map<String, String> event =
                Map.of("ce_specversion", "1.0", "ce_id", "order-1", "ce_source", "/shop", "ce_type", "order.placed");
        stages.produce("acme", List.of("{\"n\":1}", "{\"n\":1}"), event);
        awaitReceipts(2);
        stages.awaitEntry(CHAIN, "\"kind\":\"event\"", "\"duplicateOf\":");
        assertThat(rejects()).isEmpty();

        // When
        long before = controls();
        stages.ok("tenant", "configure", "acme", "--duplicates", "reject");
        await().atMost(RunningStages.PATIENCE).until(() -> controls() > before);
        stages.produce("acme", List.of("{\"n\":1}"), event);

        // Then
        ConsumerRecord<String, byte[]> reject = awaitReject(1);
        assertThat(code(reject)).isEqualTo("duplicate");
        assertThat(reject.value()).isEqualTo("{\"n\":1}".getBytes(UTF_8));
        stages.awaitEntry(CHAIN, "\"kind\":\"rejected\"", "\"reason\":\"duplicate\"");
        assertThat(receipts()).hasSize(2);
        stages.awaitAccepted("acme", 2);
        verifies();
    }
}

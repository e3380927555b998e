// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.Claim;
import io.tallystick.avro.Control;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.topic.PoliciesInForce;
import io.tallystick.topic.TenantDescriptor.State;
import io.tallystick.topic.TenantPolicies;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of tenants whose topics come, go, grow and are replaced, and of those an operator stops. */
@ExtendWith(LedgerExtension.class)
@SuppressWarnings("try") // an application works while its block lasts; nothing in the block names it
class SourceTopicsIT {
    private static final long NEW_TENANT_MS_MAX = 3000;

    /** A third of the time after which the consumer would look for a topic by itself. */
    private static final long NEW_TENANT_MS_WORST = 20_000;

    private static final String RECREATED = "ledger.ingest.topic.recreated";

    private TestLedger ledger;

    @BeforeEach
    void setUp(EmbeddedLedger embedded) throws Exception {
        ledger = new TestLedger(embedded);
    }

    @AfterEach
    void tearDown() {
        ledger.close();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(250));
    }

    private List<AdmittedEvent> messages(String chain) {
        return ledger.messages(AdmittedEvent.class, chain);
    }

    private void awaitMessages(String chain, int count) {
        soon().until(() -> messages(chain).size() >= count);
        assertThat(messages(chain)).hasSize(count);
    }

    private void produce(String tenant, int partition, int count) {
        IntStream.range(0, count).forEach(i -> ledger.produce(tenant, partition, ("" + i).getBytes(UTF_8)));
    }

    private static List<String> intervals(List<AdmittedEvent> messages, String topicId) {
        return messages.stream()
                .filter(message -> message.getTopicId().equals(topicId))
                .map(message -> message.getFrom() + ".." + message.getOffset())
                .toList();
    }

    /**
     * Times are the broker's own: from the descriptor's append to the first message's. The median of three counts, and none may
     * take far longer.
     */
    @Test
    void newTenantIsReadWithinThreeSeconds() {
        // Given
        ledger.tenant("acme", 1);
        produce("acme", 0, 1);
        List<String> late = List.of("late-1", "late-2", "late-3");
        try (IngestApplication ingest = ledger.ingest()) {
            awaitMessages("acme/0", 1);

            // When
            for (String tenant : late) {
                ledger.tenant(tenant, 1);
                ledger.produce(tenant, 0, "1".getBytes(UTF_8));
                awaitMessages(tenant + "/0", 1);
            }
        }

        // Then
        List<Long> took = late.stream().map(this::millisToFirstMessage).sorted().toList();
        assertThat(took.get(took.size() / 2)).as("median of %s", took).isLessThan(NEW_TENANT_MS_MAX);
        assertThat(took.get(took.size() - 1)).as("worst of %s", took).isLessThan(NEW_TENANT_MS_WORST);
    }

    @Test
    void tenantMayPrecedeItsTopic() {
        // Given
        ledger.tenant("acme", 1);
        ledger.tenant("early", 1);
        ledger.deleteInput("early");
        produce("acme", 0, 1);
        try (IngestApplication ingest = ledger.ingest()) {
            awaitMessages("acme/0", 1);

            // When
            ledger.createInput("early", 1);
            ledger.rebind("early");
            produce("early", 0, 2);
            produce("acme", 0, 1);

            // Then
            awaitMessages("early/0", 2);
            awaitMessages("acme/0", 2);
        }
        assertThat(intervals(messages("early/0"), ledger.topicId(ledger.topics.in("early"))))
                .containsExactly("0..0", "1..1");
    }

    private long millisToFirstMessage(String tenant) {
        long described = ledger.read(ledger.topics.tenants()).stream()
                .filter(record -> tenant.equals(record.key()))
                .mapToLong(ConsumerRecord::timestamp)
                .min()
                .orElseThrow();
        return ledger.read(ledger.topics.ingest()).stream()
                        .filter(record -> (tenant + "/0").equals(record.key()))
                        .filter(record -> value(record) instanceof AdmittedEvent)
                        .mapToLong(ConsumerRecord::timestamp)
                        .min()
                        .orElseThrow()
                - described;
    }

    private SpecificRecord value(ConsumerRecord<String, byte[]> record) {
        return ledger.serde.deserializer().deserialize(record.topic(), record.value());
    }

    @Test
    void topicCreatedAgainWhileIngestRunsIsReadFromItsStartOnceRebound() {
        // Given
        String topic = ledger.tenant("acme", 1);
        ledger.tenant("globex", 1);
        produce("acme", 0, 5);
        String old = ledger.topicId(topic);
        try (IngestApplication ingest = ledger.ingest()) {
            awaitMessages("acme/0", 5);

            // When
            ledger.recreate("acme", 1);
            produce("acme", 0, 8);
            soon().until(() -> ledger.meter(RECREATED, "acme") == 1);
            produce("globex", 0, 3);
            awaitMessages("globex/0", 3);

            // Then
            assertThat(messages("acme/0")).hasSize(5);
            assertThat(ledger.meter(RECREATED, "globex")).isZero();
            ledger.rebind("acme");
            awaitMessages("acme/0", 13);
            soon().until(() -> ledger.meter(RECREATED, "acme") == 0);
        }
        assertThat(intervals(messages("acme/0"), old)).hasSize(5);
        assertThat(intervals(messages("acme/0"), ledger.topicId(topic)))
                .containsExactly("0..0", "1..1", "2..2", "3..3", "4..4", "5..5", "6..6", "7..7");
    }

    @Test
    void topicCreatedAgainWhileIngestIsDownIsNotReadUnderTheOldPosition() throws Exception {
        // Given
        String topic = ledger.tenant("acme", 2);
        produce("acme", 0, 5);
        try (IngestApplication ingest = ledger.ingest()) {
            awaitMessages("acme/0", 5);
            soon().until(() ->
                    committed(topic, 0) != null && committed(topic, 0).offset() == 5);
        }
        OffsetAndMetadata old = committed(topic, 0);
        assertThat(old.metadata()).isEqualTo(ledger.topicId(topic));
        assertThat(old.leaderEpoch()).isPresent();

        // When
        ledger.recreate("acme", 2);
        produce("acme", 0, 8);
        try (IngestApplication ingest = ledger.ingest()) {
            soon().until(() -> ledger.meter(RECREATED, "acme") == 1);
            assertThat(messages("acme/0")).hasSize(5);
            ledger.rebind("acme");

            // Then
            awaitMessages("acme/0", 13);
        }
        assertThat(intervals(messages("acme/0"), ledger.topicId(topic)))
                .hasSize(8)
                .startsWith("0..0");
        assertThat(committed(topic, 0).metadata()).isEqualTo(ledger.topicId(topic));
        assertThat(committed(topic, 0).offset()).isEqualTo(8);
    }

    private OffsetAndMetadata committed(String topic, int partition) throws Exception {
        return ledger.admin
                .listConsumerGroupOffsets(ledger.topics.group("ingest"))
                .partitionsToOffsetAndMetadata()
                .get()
                .get(new TopicPartition(topic, partition));
    }

    @Test
    void suspendedTenantIsPausedAndClaimedAndGoesOnWhereItWas() {
        // Given
        ledger.tenant("acme", 1);
        ledger.tenant("globex", 1);
        produce("acme", 0, 5);
        try (IngestApplication ingest = ledger.ingest()) {
            awaitMessages("acme/0", 5);
            ledger.setState("acme", State.SUSPENDED);
            soon().until(() -> ledger.meter("ledger.ingest.suspended", "acme") == 1);

            // When
            produce("acme", 0, 4);
            produce("globex", 0, 2);
            awaitMessages("globex/0", 2);
            soon().until(() -> ledger.messages(Claim.class, "acme/0").stream()
                    .anyMatch(claim -> claim.getFrom() == 5 && claim.getSourceEnd() == 9));

            // Then
            assertThat(messages("acme/0")).hasSize(5);
            ledger.setState("acme", State.ACTIVE);
            awaitMessages("acme/0", 9);
        }
        assertThat(intervals(messages("acme/0"), messages("acme/0").get(0).getTopicId()))
                .endsWith("5..5", "6..6", "7..7", "8..8");
    }

    @Test
    void partitionsAddedToATopicAreNewChainsAndLeaveTheOthersAlone() throws Exception {
        // Given
        String topic = ledger.tenant("acme", 1);
        produce("acme", 0, 5);
        try (IngestApplication ingest = ledger.ingest()) {
            awaitMessages("acme/0", 5);

            // When
            ledger.admin
                    .createPartitions(Map.of(topic, NewPartitions.increaseTo(3)))
                    .all()
                    .get();
            soon().ignoreExceptions().until(() -> {
                produce("acme", 2, 3);
                return true;
            });
            produce("acme", 0, 2);

            // Then
            soon().until(() -> messages("acme/2").size() >= 3);
            awaitMessages("acme/0", 7);
            soon().until(() -> !ledger.messages(Claim.class, "acme/1").isEmpty());
        }
        assertThat(ledger.messages(Claim.class, "acme/1").get(0).getFrom()).isZero();
    }

    @Test
    void chainsAreToldThePoliciesBehindTheirFirstClaimAndAgainWhenTheyChange() {
        // Given
        ledger.tenant("acme", 2);
        TenantPolicies rejecting = new TenantPolicies(TenantPolicies.Duplicates.REJECT, Duration.ofHours(1), 1000);
        try (IngestApplication ingest = ledger.ingest()) {
            soon().until(() -> configs("acme/1").size() == 1);

            // When
            ledger.setPolicies("acme", rejecting);

            // Then
            for (String chain : List.of("acme/0", "acme/1")) {
                soon().until(() -> configs(chain).size() == 2);
            }
        }
        assertThat(configs("acme/0"))
                .containsExactly(new PoliciesInForce(1, TenantPolicies.DEFAULT), new PoliciesInForce(2, rejecting));
        assertThat(ledger.read(ledger.topics.ingest()).stream()
                        .filter(record -> "acme/0".equals(record.key()))
                        .limit(2)
                        .map(this::value))
                .satisfiesExactly(first -> assertThat(first).isInstanceOf(Claim.class), second -> assertThat(second)
                        .isInstanceOf(Control.class));
    }

    private List<PoliciesInForce> configs(String chain) {
        return ledger.messages(Control.class, chain).stream()
                .map(control -> {
                    try {
                        return PoliciesInForce.parse(control.getPayload().array());
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
    }

    @Test
    void metersOfATenantGoWithIt() {
        // Given
        ledger.tenant("acme", 1);
        ledger.tenant("gone", 1);
        ledger.produce("gone", 0, null);
        produce("acme", 0, 2);
        try (IngestApplication ingest = ledger.ingest()) {
            awaitMessages("gone/0", 1);
            awaitMessages("acme/0", 2);
            assertThat(ledger.meter("ledger.ingest.rejected", "gone")).isEqualTo(1);
            assertThat(ledger.meter("ledger.ingest.admitted", "acme")).isEqualTo(2);

            // When
            ledger.forget("gone");

            // Then
            soon().until(() -> metersOf("gone").findAny().isEmpty());
            assertThat(metersOf("acme")).isNotEmpty();
        }
        assertThat(metersOf("acme")).isEmpty();
    }

    private Stream<String> metersOf(String tenant) {
        return ledger.meters.getMeters().stream()
                .map(meter -> meter.getId().toString())
                .filter(id -> id.contains("'" + tenant + "'") || id.contains("=" + tenant));
    }
}

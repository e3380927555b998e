// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.Claim;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.entry.Salt;
import io.tallystick.ingest.admit.Admission;
import io.tallystick.ingest.admit.TenantRules;
import io.tallystick.ingest.decode.Decoder;
import io.tallystick.topic.TenantDescriptor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A source whose log was cut is read again from the cut, so that the sequencer sees the new history. One broker does not lose
 * what it has, so the exception of the consumer is thrown by the test; all else is real.
 */
@ExtendWith(LedgerExtension.class)
class SourceTruncationIT {
    private TestLedger ledger;
    private String topic;
    private TopicPartition partition;

    @BeforeEach
    void setUp(EmbeddedLedger embedded) throws Exception {
        ledger = new TestLedger(embedded);
        topic = ledger.tenant("acme", 1);
        partition = new TopicPartition(topic, 0);
        IntStream.range(0, 10).forEach(i -> ledger.produce("acme", 0, ("" + i).getBytes(UTF_8)));
    }

    @AfterEach
    void tearDown() {
        ledger.close();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(250));
    }

    private List<AdmittedEvent> messages() {
        return ledger.messages(AdmittedEvent.class, "acme/0");
    }

    private List<String> intervals(int skipped) {
        return messages().stream()
                .skip(skipped)
                .map(message -> message.getFrom() + ".." + message.getOffset())
                .toList();
    }

    @Test
    void truncatedSourceThatHasOutgrownThePositionIsReadFromWhereHistoriesPart() throws Exception {
        // When
        truncateAt(Map.of(partition, new OffsetAndMetadata(6)), 14);

        // Then
        assertThat(intervals(10)).containsExactly("6..6", "7..7", "8..8", "9..9");
    }

    @Test
    void truncatedSourceOfWhichNothingIsKnownToBeLeftIsReadFromItsStart() throws Exception {
        // When
        truncateAt(Map.of(), 20);

        // Then
        assertThat(intervals(10)).hasSize(10).startsWith("0..0").endsWith("9..9");
    }

    @Test
    void sourceThatEndsBeforeThePositionIsReadFromItsEnd() throws Exception {
        // The epoch before the position bounds that before the end: nothing below it can have changed unseen.
        assertThat(readFrom(new OffsetAndMetadata(1000, Optional.of(0), ledger.topicId(topic)), 10))
                .containsExactly("10..10");
    }

    @Test
    void sourceThatEndsBeforeAPositionWithoutAnEpochIsReadFromItsBeginning() throws Exception {
        // Somebody set the position; where histories part nobody can tell.
        assertThat(readFrom(new OffsetAndMetadata(1000, Optional.empty(), ledger.topicId(topic)), 0))
                .hasSize(11)
                .startsWith("0..0")
                .endsWith("10..10");
    }

    /** The intervals of the messages of an ingest with this position, after its claim from there and a further record. */
    private List<String> readFrom(OffsetAndMetadata committed, long claimed) throws Exception {
        ledger.admin
                .alterConsumerGroupOffsets(ledger.topics.group("ingest"), Map.of(partition, committed))
                .all()
                .get();
        IngestApplication ingest = ledger.ingest();
        try {
            soon().until(() ->
                    ledger.messages(Claim.class, "acme/0").stream().anyMatch(claim -> claim.getFrom() == claimed));
            ledger.produce("acme", 0, "new".getBytes(UTF_8));
            soon().until(() -> intervals(0).contains("10..10"));
            return intervals(0);
        } finally {
            ingest.close();
        }
    }

    /** Runs ingest over the ten records, truncates, and goes on until there are so many messages. */
    private void truncateAt(Map<TopicPartition, OffsetAndMetadata> divergent, int messages) throws Exception {
        AtomicReference<LogTruncationException> truncation = new AtomicReference<>();
        IngestClients clients = new IngestClients(ledger.settings, TestLedger.QUICK);
        String cluster = ledger.admin.describeCluster().clusterId().get();
        Inbox inbox = new Inbox();
        try (Consumer<byte[], byte[]> real = clients.groupConsumer("ingest");
                IngestWriter writer = new IngestWriter(
                        clients.producer("ingest", 32L * 1024 * 1024, Duration.ofSeconds(2)),
                        ledger.serde.serializer(),
                        ledger.topics.ingest(),
                        TestLedger.PARTITIONS);
                RegistrySchemas schemas = new RegistrySchemas(
                        new RestRegistry("http://127.0.0.1:9"),
                        Executors.newSingleThreadExecutor(),
                        Executors.newSingleThreadScheduledExecutor(),
                        TestLedger.QUICK.retry(),
                        System::nanoTime)) {
            Consumer<byte[], byte[]> consumer = throwing(real, truncation);
            SourceProbe probe = new SourceProbe(ledger.admin, ledger.topics.group("ingest"), InstantSource.system());
            Admission admission = new Admission(() -> Salt.of(new byte[Salt.LENGTH]));
            IngestMetrics metrics = new IngestMetrics(ledger.meters);
            InFlightLimit limit = new InFlightLimit(writer, 32L * 1024 * 1024);
            SourceReader reader = new SourceReader(
                    consumer,
                    writer,
                    probe,
                    inbox,
                    new SourceCommands.Shared(ledger.topics, cluster, admission, metrics),
                    limit,
                    TestLedger.QUICK);
            RecordAdmitter admitter = new RecordAdmitter(
                    reader, new Decoder(1000, "operator", schemas), admission, schemas, writer, inbox, metrics);
            ConfirmedBatches confirmed =
                    new ConfirmedBatches(TestLedger.PARTITIONS, limit, reader::isCurrent, admitter);
            TopicGate gate = new TopicGate(reader, probe::lookById, inbox, metrics, limit, confirmed::add);
            IngestLoop loop = new IngestLoop(
                    consumer,
                    new SourceSubscription(consumer, reader, probe, inbox),
                    reader,
                    gate,
                    confirmed,
                    writer,
                    inbox,
                    ledger.topics,
                    metrics,
                    limit);
            TenantDescriptor acme = ledger.descriptor("acme");
            loop.read(Map.of("acme", new TenantRules(acme.topicId(), false, acme.policiesInForce())));
            turnUntil(loop, 10);
            truncation.set(new LogTruncationException("cut", Map.of(partition, 10L), divergent));
            turnUntil(loop, messages);
        }
    }

    private void turnUntil(IngestLoop loop, int messages) {
        soon().until(() -> {
            loop.turn();
            return messages().size() >= messages;
        });
    }

    @SuppressWarnings("unchecked")
    private static Consumer<byte[], byte[]> throwing(
            Consumer<byte[], byte[]> real, AtomicReference<LogTruncationException> truncation) {
        return (Consumer<byte[], byte[]>) Proxy.newProxyInstance(
                SourceTruncationIT.class.getClassLoader(), new Class<?>[] {Consumer.class}, (proxy, method, args) -> {
                    LogTruncationException thrown = method.getName().equals("poll") ? truncation.getAndSet(null) : null;
                    if (thrown != null) {
                        throw thrown;
                    }
                    try {
                        return method.invoke(real, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}

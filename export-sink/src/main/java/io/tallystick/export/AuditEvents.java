// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.entry.LedgerTime;
import io.tallystick.export.assemble.BundleKeys;
import io.tallystick.export.audit.AuditStatement;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.Topics;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes audits into {@code ledger.in.operator} as CloudEvents of type {@code ledger.audit}. */
final class AuditEvents implements AuditThread.Report {
    private static final String TYPE = "ledger.audit";
    private static final int ANSWER_MS = 10_000;

    private final LedgerSettings ledger;
    private final String store;
    private final BundleKeys keys;

    AuditEvents(LedgerSettings ledger, String store, BundleKeys keys) {
        this.ledger = ledger;
        this.store = store;
        this.keys = keys;
    }

    /** An audit's result is rare: a producer for each costs nothing that counts, and none stands idle. */
    @Override
    public void send(AuditStatement statement, Instant until) {
        byte[] payload =
                statement.encode(until, store, ExportApplication.software().version(), keys.at(until));
        RecordHeaders headers = new RecordHeaders();
        header(headers, "ce_specversion", "1.0");
        header(headers, "ce_id", UUID.randomUUID().toString());
        header(headers, "ce_source", ledger.origin());
        header(headers, "ce_type", TYPE);
        header(headers, "ce_time", LedgerTime.format(until.truncatedTo(ChronoUnit.MILLIS)));
        header(headers, "content-type", "application/json");
        Map<String, Object> properties = ledger.kafkaClient(ledger.topics().group("export-audit"));
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, ANSWER_MS); // the exporter's end must not wait for minutes
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MS);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 2 * ANSWER_MS);
        try (Producer<String, byte[]> producer =
                new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(ledger.topics().in(Topics.OPERATOR), null, null, null, payload, headers))
                    .get();
        } catch (ExecutionException e) {
            throw new KafkaException("cannot write an audit's result", e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static void header(RecordHeaders headers, String name, String value) {
        headers.add(name, value.getBytes(UTF_8));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.Position;
import io.tallystick.anchor.external.Settled;
import io.tallystick.avro.AnchorProgress;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The right to write what anchors said: one transactional id in the whole ledger. What an answer settles and the anchor's
 * progress are one transaction, so that each checkpoint is settled once for each anchor. For one thread.
 */
final class OutsideSession implements OutsideJournal, AutoCloseable {
    private final AnchorConfig config;
    private final Producer<String, SpecificRecord> producer;
    private final Map<String, AnchorProgress> stored;

    /**
     * Fences the session before, and reads how far each anchor has come.
     *
     * @throws org.apache.kafka.common.KafkaException if the broker cannot be reached
     * @throws LedgerIntegrityException if the topic holds something else
     */
    OutsideSession(AnchorConfig config, Serde<SpecificRecord> records) {
        this.config = config;
        this.producer = new KafkaProducer<>(config.anchorsProducer(), new StringSerializer(), records.serializer());
        boolean open = false;
        try {
            producer.initTransactions();
            stored = progress(config, records);
            open = true;
        } finally {
            if (!open) {
                producer.close(Duration.ZERO);
            }
        }
    }

    /**
     * How far each anchor has come.
     *
     * @throws org.apache.kafka.common.KafkaException if the broker cannot be reached
     * @throws LedgerIntegrityException if the topic holds something else
     */
    static Map<String, AnchorProgress> progress(AnchorConfig config, Serde<SpecificRecord> records) {
        Map<String, AnchorProgress> progress = new HashMap<>();
        try (CommittedReader reader =
                new CommittedReader(config.committedReader("anchors-progress"), records.deserializer())) {
            reader.readAll(
                    new TopicPartition(config.topics().anchors(), 0),
                    record -> progress.put(record.key(), read(record)));
        }
        return progress;
    }

    private static AnchorProgress read(ConsumerRecord<String, SpecificRecord> record) {
        if (!(record.value() instanceof AnchorProgress progress)
                || !progress.getAnchor().equals(record.key())) {
            throw new LedgerIntegrityException(
                    "offset " + record.offset() + " of " + record.topic() + " holds no progress of its key");
        }
        return progress;
    }

    /** How far an anchor had come when the session began; empty for a new one. */
    Optional<AnchorProgress> stored(String anchor) {
        return Optional.ofNullable(stored.get(anchor));
    }

    @Override
    public void write(Anchor anchor, List<Settled> ended, Position position, long registryOffset) {
        producer.beginTransaction();
        for (Settled settled : ended) {
            send(
                    config.topics().attestations(),
                    Topics.attestationKey(settled.size(), anchor.id()),
                    OutsideRecords.attestation(anchor, settled));
        }
        send(config.topics().anchors(), anchor.id(), OutsideRecords.progress(anchor.id(), position, registryOffset));
        producer.commitTransaction();
    }

    /** The outcome is awaited by the commit, which fails if a send did. */
    private void send(String topic, String key, SpecificRecord value) {
        var unused = producer.send(new ProducerRecord<>(topic, 0, key, value));
    }

    /** Gives up at once: an open transaction is aborted by the successor. */
    @Override
    public void close() {
        producer.close(Duration.ZERO);
    }
}

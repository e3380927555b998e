// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.avro.ChainHalt;
import io.tallystick.avro.Control;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.chain.recover.RecoveryRefusedException;
import io.tallystick.chain.sequence.HaltClearing;
import io.tallystick.entry.Commitments;
import io.tallystick.entry.Salt;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.Topics;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringSerializer;

/** Sends what clears a mark and sees it in the ledger. For one thread. */
final class HaltClearance implements AutoCloseable {
    private static final Duration SEND_MAX = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final String MEDIA = "application/json";

    private final LedgerSettings ledger;
    private final Serde<SpecificRecord> records;
    private final CommittedRecords<SpecificRecord> reader;

    /** @param reader closed with this */
    HaltClearance(LedgerSettings ledger, Serde<SpecificRecord> records, CommittedRecords<SpecificRecord> reader) {
        this.ledger = ledger;
        this.records = records;
        this.reader = reader;
    }

    /** @throws RecoveryRefusedException if the entry does not appear */
    void clear(ChainHalt mark, String by, String statement, Duration wait) {
        byte[] payload = HaltClearing.of(mark, by, statement).encode();
        int partition = Topics.partitionOf(mark.getChain(), ledger.partitions());
        TopicPartition entries = new TopicPartition(ledger.topics().entries(), partition);
        long from = reader.end(entries);
        send(new ProducerRecord<>(
                ledger.topics().ingest(), partition, mark.getChain(), control(mark, by, statement, payload)));
        awaitEntry(entries, from, mark, ByteBuffer.wrap(payload), wait);
    }

    private static Control control(ChainHalt mark, String by, String statement, byte[] payload) {
        byte[] random = new byte[Salt.LENGTH];
        new SecureRandom().nextBytes(random);
        Salt salt = Salt.of(random);
        return new Control(
                mark.getChain(),
                HaltClearing.of(mark, by, statement).id(),
                HaltClearing.TYPE,
                MEDIA,
                ByteBuffer.wrap(Commitments.payload(salt, payload).bytes()),
                ByteBuffer.wrap(salt.bytes()),
                ByteBuffer.wrap(payload));
    }

    private void send(ProducerRecord<String, SpecificRecord> record) {
        Map<String, Object> properties = ledger.kafkaClient(ledger.topics().group("chain") + "-recover");
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        try (Producer<String, SpecificRecord> producer =
                new KafkaProducer<>(properties, new StringSerializer(), records.serializer())) {
            producer.send(record).get(SEND_MAX.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException("cannot write to " + record.topic(), e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private void awaitEntry(TopicPartition entries, long begin, ChainHalt mark, ByteBuffer payload, Duration wait) {
        long deadline = System.nanoTime() + wait.toNanos();
        long from = begin;
        AtomicBoolean seen = new AtomicBoolean();
        while (!seen.get()) {
            if (System.nanoTime() > deadline) {
                throw RecoveryRefusedException.notReady(
                        "the message that clears the halt of " + mark.getChain() + " was written to "
                                + ledger.topics().ingest() + ", but no entry says so after " + wait.toSeconds() + " s",
                        "Is the chain stage running? It takes effect as soon as it runs. If the mark has changed"
                                + " meanwhile, its log says so: run this again.");
            }
            long end = reader.end(entries);
            reader.read(entries, from, end, record -> {
                if (record.value() instanceof LedgerEntry entry
                        && entry.getChain().equals(mark.getChain())
                        && entry.getSeq() == mark.getSize()
                        && payload.equals(entry.getPayload())) {
                    seen.set(true);
                }
            });
            from = end;
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    @Override
    public void close() {
        reader.close();
    }
}

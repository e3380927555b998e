// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.AdmittedKind;
import io.tallystick.avro.Claim;
import io.tallystick.avro.Control;
import io.tallystick.avro.Tick;
import io.tallystick.entry.ChainId;
import io.tallystick.ingest.admit.ChainPosition.Flight;
import io.tallystick.topic.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.serialization.Serializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes {@code ledger.ingest}. Safe for several threads but for admitted events; completions wait in a queue for the
 * ingest thread.
 */
final class IngestWriter implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(IngestWriter.class);

    /** What a message takes beside its payload, roughly. */
    private static final int OVERHEAD_BYTES = 512;

    /** A message has landed, or may be lost. */
    record Completion(OwnedPartition partition, Flight flight, Optional<Exception> failure) {}

    private final Producer<String, byte[]> producer;
    private final Serializer<SpecificRecord> serializer;
    private final String topic;
    private final int partitions;
    private final BlockingQueue<Completion> completions = new LinkedBlockingQueue<>();
    private final AtomicLong inFlightBytes = new AtomicLong();
    private final AtomicLongArray inFlightBytesOf;
    private final AtomicLong landed = new AtomicLong();
    private final AtomicLongArray landedOf;
    private final AtomicLong failures = new AtomicLong();

    IngestWriter(
            Producer<String, byte[]> producer, Serializer<SpecificRecord> serializer, String topic, int partitions) {
        this.producer = producer;
        this.serializer = serializer;
        this.topic = topic;
        this.partitions = partitions;
        this.inFlightBytesOf = new AtomicLongArray(partitions);
        this.landedOf = new AtomicLongArray(partitions);
    }

    /** How many partitions {@code ledger.ingest} has. */
    int partitions() {
        return partitions;
    }

    /** The partition of {@code ledger.ingest} the chain lives in. */
    int partitionOf(ChainId chain) {
        return Topics.partitionOf(chain.toString(), partitions);
    }

    /** Looks up the schema ids of all messages once, so that a registry that is away later does not matter. */
    void warmUp() {
        serializer.serialize(topic, new Tick(0));
        serializer.serialize(
                topic,
                Claim.newBuilder()
                        .setChain("")
                        .setCluster("")
                        .setTopic("")
                        .setPartition(0)
                        .setTopicId("")
                        .setFrom(0)
                        .setSourceEnd(0)
                        .setAsOf(Instant.EPOCH)
                        .build());
        serializer.serialize(
                topic,
                AdmittedEvent.newBuilder()
                        .setChain("")
                        .setCluster("")
                        .setTopic("")
                        .setPartition(0)
                        .setTopicId("")
                        .setFrom(0)
                        .setOffset(0)
                        .setKind(AdmittedKind.GAP)
                        .build());
        ByteBuffer none = ByteBuffer.allocate(0);
        serializer.serialize(topic, new Control("", "", "", "", none, none, none));
    }

    /**
     * Sends a message that accounts for source offsets; its completion comes in {@link #drain}.
     *
     * @return false if a completion has failed meanwhile, its own or another
     */
    boolean send(AdmittedEvent message, OwnedPartition partition, Flight flight) {
        byte[] value = serializer.serialize(topic, message);
        long bytes = (long) value.length + OVERHEAD_BYTES;
        long failedBefore = failures.get();
        count(partition, bytes);
        produce(record(message.getChain(), value), (metadata, failure) -> {
            // Before the room it leaves: who sees that asks whether anything landed.
            if (failure == null) {
                landed.incrementAndGet();
                landedOf.incrementAndGet(partition.destination());
            }
            count(partition, -bytes);
            completions.add(new Completion(partition, flight, Optional.ofNullable(failure)));
            if (failure != null) {
                failures.incrementAndGet();
            }
        });
        return failures.get() == failedBefore;
    }

    private void count(OwnedPartition partition, long bytes) {
        inFlightBytes.addAndGet(bytes);
        inFlightBytesOf.addAndGet(partition.destination(), bytes);
    }

    /** Sends a control message; {@code failed} is told, on the producer's thread, if it may be lost. */
    void send(Control message, Consumer<Exception> failed) {
        produce(record(message.getChain(), serializer.serialize(topic, message)), (metadata, failure) -> {
            if (failure != null) {
                failed.accept(failure);
            }
        });
    }

    /** Sends a claim; a lost one is followed by another. {@code failed} is told, on the producer's thread, if it may be lost. */
    void send(Claim claim, Consumer<Exception> failed) {
        produce(record(claim.getChain(), serializer.serialize(topic, claim)), (metadata, failure) -> {
            if (failure != null) {
                failed.accept(failure);
            }
        });
    }

    /** Sends a tick to every partition; close together, so that they travel in one batch for each broker. */
    void sendTicks() {
        for (int partition = 0; partition < partitions; partition++) {
            int of = partition;
            byte[] value = serializer.serialize(topic, new Tick(partition));
            produce(new ProducerRecord<>(topic, partition, null, value), (metadata, failure) -> {
                if (failure != null) {
                    LOGGER.atWarn()
                            .addKeyValue("partition", of)
                            .addKeyValue("error", failure.toString())
                            .log("tick not written; the ledger clock stands still if no instance writes one");
                }
            });
        }
    }

    private void produce(ProducerRecord<String, byte[]> message, Callback landed) {
        // The callback says the same as the future, and without waiting.
        Future<RecordMetadata> unused = producer.send(message, landed);
    }

    private ProducerRecord<String, byte[]> record(String chain, byte[] value) {
        return new ProducerRecord<>(topic, Topics.partitionOf(chain, partitions), chain, value);
    }

    /** Hands over what has completed since the last call. */
    void drain(Consumer<Completion> handler) {
        for (Completion next = completions.poll(); next != null; next = completions.poll()) {
            handler.accept(next);
        }
    }

    /**
     * The same, and waits for more until {@code landed}, but for no longer than {@code patience}. What is on its way to a partition
     * that takes nothing would hold up the caller for the delivery timeout otherwise, as a flush does.
     */
    void drain(BooleanSupplier landed, Duration patience, Consumer<Completion> handler) {
        long end = System.nanoTime() + patience.toNanos();
        drain(handler);
        try {
            while (!landed.getAsBoolean()) {
                Completion next = completions.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (next == null) {
                    return;
                }
                handler.accept(next);
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** @throws KafkaException if no later attempt of this producer can succeed either */
    static void requireMendable(Exception failure) {
        if (failure instanceof AuthenticationException
                || failure instanceof AuthorizationException
                || failure instanceof UnsupportedVersionException
                || failure instanceof ProducerFencedException) {
            throw new KafkaException("ledger.ingest cannot be written", failure);
        }
    }

    /** Bytes sent and not yet acknowledged. */
    long inFlightBytes() {
        return inFlightBytes.get();
    }

    /** Of them, those sent to this partition. */
    long inFlightBytes(int partition) {
        return inFlightBytesOf.get(partition);
    }

    /** How many admitted events were acknowledged. */
    long landed() {
        return landed.get();
    }

    /** Of them, those sent to this partition. */
    long landed(int partition) {
        return landedOf.get(partition);
    }

    @Override
    public void close() {
        producer.close();
    }
}

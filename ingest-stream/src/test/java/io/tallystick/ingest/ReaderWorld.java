// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.avro.AdmittedEvent;
import io.tallystick.ingest.admit.Admission;
import io.tallystick.ingest.admit.Location;
import io.tallystick.ingest.admit.TenantRules;
import io.tallystick.topic.PoliciesInForce;
import io.tallystick.topic.TenantPolicies;
import io.tallystick.topic.Topics;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A source reader between a consumer and a producer in memory. What it would ask the cluster waits in an inbox that nobody looks
 * into; tests say what was found.
 */
final class ReaderWorld {
    /** What every message takes in {@code ledger.ingest}, beside the writer's overhead. */
    static final int MESSAGE_BYTES = 4096;

    /** What may be on its way; there is one partition of {@code ledger.ingest}, so all is its share. */
    static final long IN_FLIGHT_MAX = 16 * MESSAGE_BYTES;

    private static final int DESTINATIONS = 1;
    private static final IngestTiming TIMING = IngestTiming.DESIGNED;

    /** Does as it is told, and fails as it is told. */
    static final class SourceConsumer extends MockConsumer<byte[], byte[]> {
        final List<Duration> commitTimeouts = new ArrayList<>();
        final Map<TopicPartition, OffsetAndMetadata> committedLast = new HashMap<>();
        final List<Long> seeks = new ArrayList<>();
        Optional<RuntimeException> commitFault = Optional.empty();
        Optional<RuntimeException> positionFault = Optional.empty();

        SourceConsumer() {
            super("none");
        }

        @Override
        public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
            commitTimeouts.add(timeout);
            if (commitFault.isPresent()) {
                throw commitFault.get();
            }
            committedLast.putAll(offsets);
        }

        @Override
        public void seek(TopicPartition partition, OffsetAndMetadata to) {
            seeks.add(to.offset());
            super.seek(partition, to);
        }

        @Override
        public synchronized long position(TopicPartition partition, Duration timeout) {
            if (positionFault.isPresent()) {
                throw positionFault.get();
            }
            return super.position(partition, timeout);
        }
    }

    /** Keeps what is to be done at once; tests do it, or do not. */
    static final class Unread extends Inbox {
        final List<Runnable> put = new ArrayList<>();

        @Override
        void put(Runnable action) {
            put.add(action);
        }
    }

    final Topics topics = new Topics(Topics.DEFAULT_PREFIX);
    final MeterRegistry meters = new SimpleMeterRegistry();
    final IngestMetrics metrics = new IngestMetrics(meters);
    final Admission admission = new Admission(new RandomSalts(new SecureRandom()));
    final SourceConsumer consumer = new SourceConsumer();
    final MockProducer<String, byte[]> producer =
            new MockProducer<>(false, null, new StringSerializer(), new ByteArraySerializer());
    final IngestWriter writer =
            new IngestWriter(producer, (topic, message) -> bytes(message), topics.ingest(), DESTINATIONS);
    final InFlightLimit limit = new InFlightLimit(writer, IN_FLIGHT_MAX);
    final Unread inbox = new Unread();
    final SourceReader reader;

    ReaderWorld() {
        this(TIMING.landing());
    }

    /** @param landing how long a revocation waits for what is on its way */
    ReaderWorld(Duration landing) {
        this.reader = new SourceReader(
                consumer,
                writer,
                new SourceProbe(null, "group", InstantSource.system()),
                inbox,
                new SourceCommands.Shared(topics, "cluster", admission, metrics),
                limit,
                new IngestTiming(
                        TIMING.delivery(),
                        TIMING.beforeGap(),
                        TIMING.claims(),
                        TIMING.commits(),
                        TIMING.retry(),
                        landing));
    }

    /** What was handed to the producer that accounts for source offsets. */
    final List<AdmittedEvent> sent = new ArrayList<>();

    private byte[] bytes(SpecificRecord message) {
        if (message instanceof AdmittedEvent event) {
            sent.add(event);
        }
        return new byte[MESSAGE_BYTES];
    }

    /** The id of a tenant's topic. */
    static String topicId(String tenant) {
        return "id-of-" + tenant;
    }

    /** Partition 0 of each of these tenants, as they are assigned together. */
    List<OwnedPartition> assign(String... tenants) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String tenant : tenants) {
            reader.described(Map.of(
                    tenant, new TenantRules(topicId(tenant), false, new PoliciesInForce(1, TenantPolicies.DEFAULT))));
            partitions.add(new TopicPartition(topics.in(tenant), 0));
        }
        consumer.assign(partitions);
        reader.onPartitionsAssigned(partitions);
        return partitions.stream().map(reader::owned).toList();
    }

    /** As {@link #assign}, and each is read from 0; nothing was committed. */
    List<OwnedPartition> reading(String... tenants) {
        List<OwnedPartition> owned = assign(tenants);
        owned.forEach(partition -> reader.perform(
                partition,
                partition
                        .follower()
                        .located(
                                1,
                                new Location(
                                        topicId(partition.tenant()),
                                        Optional.empty(),
                                        0,
                                        new Location.End(1000, Instant.EPOCH)),
                                System.nanoTime())));
        // Claims and policies.
        while (producer.completeNext()) {
            writer.drain(reader::completed);
        }
        return owned;
    }

    /** A batch of these values, the first at this offset. */
    static SourceBatch polled(OwnedPartition partition, long from, byte[]... values) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (byte[] value : values) {
            records.add(new ConsumerRecord<>(
                    partition.partition().topic(),
                    partition.partition().partition(),
                    from + records.size(),
                    null,
                    value));
        }
        return SourceBatch.of(partition, records);
    }

    /** Sends a message for each of these offsets, which is not acknowledged yet. */
    void send(OwnedPartition partition, long from, int count) {
        for (long offset = from; offset < from + count; offset++) {
            boolean sent = writer.send(
                    Admission.gap(
                            partition.follower().source(), partition.follower().fromPoint(), offset + 1),
                    partition,
                    partition.follower().cover(offset, OptionalInt.empty()));
            if (!sent) {
                throw new AssertionError("a send failed");
            }
        }
    }

    /** What a turn of ingest does about the limit. */
    void turn() {
        writer.drain(reader::completed);
        if (limit.update()) {
            reader.applyLimit();
        }
    }

    /** Up to where the consumer has read of it. */
    OptionalLong readTo(OwnedPartition partition) {
        return reader.readTo(partition.partition());
    }
}

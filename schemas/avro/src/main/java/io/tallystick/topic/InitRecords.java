// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import io.tallystick.avro.Init;
import io.tallystick.serde.LedgerSerdes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The first record of each partition of {@code ledger.entries}. A partition without one is never written to.
 *
 * <p>All of them carry the same {@code created}: a set-up that ended half-way goes on with the instant it began with.
 */
final class InitRecords {
    private static final Duration POLL = Duration.ofMillis(200);

    private final LedgerSettings settings;
    private final Serde<SpecificRecord> serde;
    private final InstantSource clock;

    InitRecords(LedgerSettings settings, LedgerSerdes serdes, InstantSource clock) {
        this.settings = settings;
        this.serde = serdes.records();
        this.clock = clock;
    }

    /** @throws LedgerIntegrityException if a partition begins with something else, or with another ledger's record */
    void write() {
        List<Integer> empty = new ArrayList<>();
        Optional<Instant> created = Optional.empty();
        try (Consumer<String, SpecificRecord> consumer = consumer()) {
            for (int partition = 0; partition < settings.partitions(); partition++) {
                Optional<Init> init =
                        read(consumer, new TopicPartition(settings.topics().entries(), partition));
                if (init.isEmpty()) {
                    empty.add(partition);
                } else {
                    created = init.map(Init::getCreated);
                }
            }
        }
        writeTo(empty, created.orElseGet(() -> clock.instant().truncatedTo(ChronoUnit.MILLIS)));
    }

    private Optional<Init> read(Consumer<String, SpecificRecord> consumer, TopicPartition partition) {
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        while (consumer.position(partition) < end) {
            for (ConsumerRecord<String, SpecificRecord> record : consumer.poll(POLL)) {
                return Optional.of(requireOurs(record));
            }
        }
        return Optional.empty();
    }

    private Init requireOurs(ConsumerRecord<String, SpecificRecord> record) {
        boolean ours = record.value() instanceof Init init
                && init.getPartitions() == settings.partitions()
                && init.getOrigin().equals(settings.origin());
        if (!ours) {
            throw new LedgerIntegrityException(record.topic() + "-" + record.partition() + " begins at offset "
                    + record.offset() + " with " + record.value() + ", expected an Init record of " + settings.origin()
                    + " with " + settings.partitions() + " partitions; this topic belongs to another ledger, choose"
                    + " another " + LedgerSettings.PREFIX);
        }
        return (Init) record.value();
    }

    private void writeTo(List<Integer> partitions, Instant created) {
        Init init = new Init(0L, settings.partitions(), settings.origin(), created);
        try (Producer<String, SpecificRecord> producer = producer()) {
            for (int partition : partitions) {
                producer.send(new ProducerRecord<>(settings.topics().entries(), partition, null, init))
                        .get();
            }
        } catch (ExecutionException e) {
            throw new KafkaException("cannot write to " + settings.topics().entries(), e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private Consumer<String, SpecificRecord> consumer() {
        Map<String, Object> properties =
                new HashMap<>(settings.kafkaClient(settings.topics().group("init")));
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        return new KafkaConsumer<>(properties, new StringDeserializer(), serde.deserializer());
    }

    private Producer<String, SpecificRecord> producer() {
        Map<String, Object> properties =
                new HashMap<>(settings.kafkaClient(settings.topics().group("init")));
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        return new KafkaProducer<>(properties, new StringSerializer(), serde.serializer());
    }
}

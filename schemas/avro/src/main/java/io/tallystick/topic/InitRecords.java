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
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * The first record of each partition of {@code ledger.entries}. A partition without one is never written to.
 *
 * <p>All of them carry the same {@code created} and are written in one transaction, which only one set-up at a time can
 * commit.
 */
final class InitRecords {
    private static final Duration POLL = Duration.ofMillis(200);

    private final LedgerSettings settings;
    private final Serde<SpecificRecord> serde;
    private final InstantSource clock;
    private final boolean clockIsCompared;

    /**
     * @param clock where a new ledger's clock starts
     * @param clockIsCompared whether it is compared with the brokers'
     */
    InitRecords(LedgerSettings settings, LedgerSerdes serdes, InstantSource clock, boolean clockIsCompared) {
        this.settings = settings;
        this.serde = serdes.records();
        this.clock = clock;
        this.clockIsCompared = clockIsCompared;
    }

    /**
     * Writes those that are missing.
     *
     * @throws LedgerIntegrityException if a partition begins with something else, or with another ledger's record
     * @throws RefusedChangeException if the ledger is new and the clock is not near the brokers'
     */
    void write() {
        List<Integer> empty = new ArrayList<>();
        Optional<Instant> created = Optional.empty();
        try (ExclusiveWriter<SpecificRecord> writer = new ExclusiveWriter<>(settings, "init", serde.serializer());
                Consumer<String, SpecificRecord> consumer = consumer()) {
            for (int partition = 0; partition < settings.partitions(); partition++) {
                Optional<Init> init =
                        read(consumer, new TopicPartition(settings.topics().entries(), partition));
                if (init.isEmpty()) {
                    empty.add(partition);
                } else {
                    created = init.map(Init::getCreated);
                }
            }
            if (!empty.isEmpty()) {
                Instant start = created.orElseGet(this::now);
                Init init = new Init(0L, settings.partitions(), settings.origin(), start);
                writer.write(empty.stream()
                        .map(partition -> new ProducerRecord<String, SpecificRecord>(
                                settings.topics().entries(), partition, null, init))
                        .toList());
            }
        }
    }

    private Instant now() {
        if (clockIsCompared) {
            new BrokerClocks(settings, serde.serializer()).requireNear(clock);
        }
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
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

    private Consumer<String, SpecificRecord> consumer() {
        Map<String, Object> properties =
                new HashMap<>(settings.kafkaClient(settings.topics().group("init")));
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        return new KafkaConsumer<>(properties, new StringDeserializer(), serde.deserializer());
    }
}

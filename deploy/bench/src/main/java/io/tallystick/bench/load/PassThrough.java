// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.AdminAnswer;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;

/**
 * The baseline of a Streams stage: the least Kafka Streams can do with the same records, exactly once. Same input, same settings,
 * same serdes in and out, an output topic with as many partitions; nothing but forwarding in between, and no store.
 *
 * <p>Kafka's own partitioner puts a record where the ledger's rule does, and a tick, which has no key, somewhere.
 */
final class PassThrough implements AutoCloseable {
    private static final Duration CLOSE_MAX = Duration.ofSeconds(30);

    private static final String NAME = "pass";

    private final String group;
    private final KafkaStreams streams;

    private PassThrough(String group, KafkaStreams streams) {
        this.group = group;
        this.streams = streams;
    }

    /** Beside the sequencer. */
    static PassThrough ofIngest(Ledger ledger, Admin admin) {
        return start(
                ledger,
                admin,
                ledger.topics().ingest(),
                ledger.chainConfig(NAME).streams().originals());
    }

    /** Beside the trees of merkle-anchor. */
    static PassThrough ofEntries(Ledger ledger, Admin admin) throws IOException {
        return start(
                ledger,
                admin,
                ledger.topics().entries(),
                ledger.anchorConfig(NAME).streams("trees"));
    }

    private static PassThrough start(Ledger ledger, Admin admin, String input, Map<String, Object> stage) {
        String group = ledger.topics().group(NAME);
        String output = input + "-copy";
        AdminAnswer.await(
                admin.createTopics(List.of(new NewTopic(output, Rig.PARTITIONS, (short) 1)))
                        .all(),
                "create " + output);
        Map<TopicPartition, OffsetAndMetadata> beginning = new HashMap<>();
        Progress.partitions(input, Rig.PARTITIONS)
                .forEach(partition -> beginning.put(partition, new OffsetAndMetadata(0)));
        AdminAnswer.await(admin.alterConsumerGroupOffsets(group, beginning).all(), "commit offsets of " + group);

        Map<String, Object> settings = new HashMap<>(stage);
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, group);
        settings.remove(StreamsConfig.producerPrefix(ProducerConfig.PARTITIONER_CLASS_CONFIG));
        Serde<SpecificRecord> records = new LedgerSerdes(ledger.settings().schemaRegistryUrl()).records();
        Topology topology = new Topology(new TopologyConfig(new StreamsConfig(settings)));
        topology.addSource(AutoOffsetReset.none(), "in", Serdes.String().deserializer(), records.deserializer(), input);
        topology.addSink("out", output, Serdes.String().serializer(), registeredAs(input, records), "in");
        Properties properties = new Properties();
        properties.putAll(settings);
        KafkaStreams streams = new KafkaStreams(topology, properties);
        streams.start();
        return new PassThrough(group, streams);
    }

    /** The records' schema has a subject of the input topic only. */
    private static org.apache.kafka.common.serialization.Serializer<SpecificRecord> registeredAs(
            String topic, Serde<SpecificRecord> records) {
        return (output, value) -> records.serializer().serialize(topic, value);
    }

    String group() {
        return group;
    }

    @Override
    public void close() {
        streams.close(CLOSE_MAX);
    }
}

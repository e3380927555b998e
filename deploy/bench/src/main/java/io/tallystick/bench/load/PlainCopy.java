// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.topic.AdminAnswer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The baseline of ingest: one thread that polls and sends the same bytes on, with a producer set as ingest sets its own. It fetches more at
 * a time (ingest bounds its memory) and its consumer is told its partitions. What no stage between two topics can do without.
 */
final class PlainCopy implements AutoCloseable {
    static final String THREAD = "plain-copy";

    private static final Duration POLL = Duration.ofMillis(100);
    private static final int FETCH_BYTES_MAX = 16 * 1024 * 1024;

    private final String target;
    private final Consumer<byte[], byte[]> consumer;
    private final Producer<byte[], byte[]> producer;
    private final Thread thread = new Thread(this::copy, THREAD);

    private PlainCopy(Ledger ledger, String source, int partitions) {
        this.target = source + "-copy";
        this.consumer = consumer(ledger);
        this.producer = Clients.bulkProducer(ledger);
        List<TopicPartition> all = Progress.partitions(source, partitions);
        consumer.assign(all);
        consumer.seekToBeginning(all);
    }

    /** Begins at the beginning of the source topic. */
    static PlainCopy start(Ledger ledger, Admin admin, String source, int partitions) {
        PlainCopy copy = new PlainCopy(ledger, source, partitions);
        AdminAnswer.await(
                admin.createTopics(List.of(new NewTopic(copy.target, Rig.PARTITIONS, (short) 1)
                                .configs(Map.of("max.message.bytes", Integer.toString(4 * 1024 * 1024)))))
                        .all(),
                "create " + copy.target);
        copy.thread.start();
        return copy;
    }

    private static Consumer<byte[], byte[]> consumer(Ledger ledger) {
        Map<String, Object> properties = new HashMap<>(ledger.settings().kafkaClient("bench-copy"));
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES_MAX);
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private void copy() {
        try {
            while (true) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    Future<RecordMetadata> unused = producer.send(new ProducerRecord<>(
                            target, record.partition() % Rig.PARTITIONS, record.key(), record.value()));
                }
            }
        } catch (WakeupException e) {
            // It was told to end.
            consumer.close();
        }
    }

    String target() {
        return target;
    }

    @Override
    public void close() {
        consumer.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close();
    }
}

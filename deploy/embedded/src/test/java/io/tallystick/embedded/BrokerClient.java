// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What tests do to a broker from outside, one client each time. */
record BrokerClient(String bootstrapServers) {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    Map<String, Object> properties() {
        return Map.of("bootstrap.servers", bootstrapServers, "default.api.timeout.ms", 30_000);
    }

    String clusterId() throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(properties())) {
            return admin.describeCluster().clusterId().get();
        }
    }

    void createTopic(String topic) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(properties())) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        }
    }

    Set<String> topics() throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(properties())) {
            return admin.listTopics().names().get();
        }
    }

    String setting(String name) throws ExecutionException, InterruptedException {
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
        try (Admin admin = Admin.create(properties())) {
            return admin.describeConfigs(List.of(broker))
                    .all()
                    .get()
                    .get(broker)
                    .get(name)
                    .value();
        }
    }

    /** Sends with acks=all and returns the acknowledged offset. */
    long send(String topic, String value) throws ExecutionException, InterruptedException {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(properties(), new StringSerializer(), new StringSerializer())) {
            RecordMetadata acknowledged =
                    producer.send(new ProducerRecord<>(topic, 0, null, value)).get();
            return acknowledged.offset();
        }
    }

    /** Sends numbered values with acks=all until one is not acknowledged; notes offset and value of each that is. */
    void sendUntilRefused(String topic, Map<Long, String> acknowledged) {
        Map<String, Object> properties = new HashMap<>(properties());
        properties.put("delivery.timeout.ms", 3_000);
        properties.put("request.timeout.ms", 2_000);
        properties.put("max.block.ms", 3_000);
        AtomicBoolean refused = new AtomicBoolean();
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
            for (int i = 0; !refused.get(); i++) {
                String value = "value " + i;
                Future<RecordMetadata> sent =
                        producer.send(new ProducerRecord<>(topic, 0, null, value), (metadata, failure) -> {
                            if (failure == null) {
                                acknowledged.put(metadata.offset(), value);
                            } else {
                                refused.set(true);
                            }
                        });
                refused.compareAndSet(false, i % 1_000 == 999 && !isAcknowledged(sent));
            }
        }
    }

    /** Waits, so that no more than a thousand records are under way. */
    private static boolean isAcknowledged(Future<RecordMetadata> sent) {
        try {
            sent.get();
            return true;
        } catch (ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The values of the topic's one partition from its beginning to its present end. */
    List<String> values(String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(properties(), new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
            while (consumer.position(partition) < end && System.nanoTime() - deadlineNanos < 0) {
                for (ConsumerRecord<String, String> record : consumer.poll(POLL)) {
                    values.add(record.value());
                }
            }
        }
        return values;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.topic.AdminAnswer;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.topic.TenantPolicies;
import io.tallystick.topic.Topics;
import io.tallystick.tree.Hash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Many tenants at once: the same topics and descriptors as {@code tally tenant create} makes one by one. */
final class Tenants {
    private static final int TOPICS_A_REQUEST = 100;
    private static final long RETENTION_DAYS = 2_555;

    private Tenants() {}

    /** Creates one-partition tenants; returns their ids. */
    static List<String> create(Ledger ledger, Admin admin, int count) {
        List<String> tenants =
                IntStream.range(0, count).mapToObj(number -> "t" + number).toList();
        Topics topics = ledger.topics();
        Map<String, String> ids = new HashMap<>();
        for (int from = 0; from < count; from += TOPICS_A_REQUEST) {
            List<String> some = tenants.subList(from, Math.min(count, from + TOPICS_A_REQUEST));
            List<NewTopic> created = new ArrayList<>();
            for (String tenant : some) {
                created.add(topic(topics.in(tenant)));
                created.add(topic(topics.receipts(tenant)));
                created.add(topic(topics.rejects(tenant)));
            }
            CreateTopicsResult result = admin.createTopics(created);
            AdminAnswer.await(result.all(), "create topics of tenants");
            for (String tenant : some) {
                String topic = topics.in(tenant);
                ids.put(
                        topic,
                        AdminAnswer.await(result.topicId(topic), "create topics of tenants")
                                .toString());
            }
        }
        Fill.with(ledger, count, number -> descriptor(topics, tenants.get(number), ids));
        return tenants;
    }

    private static NewTopic topic(String name) {
        return new NewTopic(name, 1, (short) 1)
                .configs(Map.of("max.message.bytes", Integer.toString(Topics.LARGE_RECORD_BYTES_MAX)));
    }

    private static ProducerRecord<byte[], byte[]> descriptor(Topics topics, String tenant, Map<String, String> ids) {
        TenantDescriptor descriptor = new TenantDescriptor(
                tenant,
                TenantDescriptor.State.ACTIVE,
                List.of(ids.get(topics.in(tenant))),
                Hash.sha256(tenant.getBytes(UTF_8)),
                1,
                TenantPolicies.DEFAULT,
                false,
                new TenantDescriptor.Retention("standard", RETENTION_DAYS));
        return new ProducerRecord<>(topics.tenants(), tenant.getBytes(UTF_8), descriptor.encode());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What can be done with topics at once after they were created. */
@ExtendWith(LedgerExtension.class)
class NewTopicsIT {
    private static final int TOPICS = 10;
    private static final int PARTITIONS = 60;

    @Test
    void createReturnsWhenEveryPartitionHasALeaderThatAnswers(EmbeddedLedger embedded) throws Exception {
        // Given so many partitions that a broker needs a while for their logs
        LedgerSettings settings = AdminLedger.settings(embedded, 4);
        List<TopicSpec> specs = IntStream.range(0, TOPICS)
                .mapToObj(number -> new TopicSpec(settings.topics().in("new-" + number), PARTITIONS, Map.of()))
                .toList();
        Map<String, Object> once = new HashMap<>(settings.kafkaClient("test-once"));
        once.put(AdminClientConfig.RETRIES_CONFIG, 0);
        try (Admin admin = Admin.create(settings.kafkaClient("test-admin"));
                Admin asking = Admin.create(once)) {

            // When
            new ClusterTopics(admin).create(specs, 1);

            // Then
            assertThat(offsets(asking, specs)).hasSize(TOPICS * PARTITIONS).containsOnly(0L);
        }
    }

    /** Asked for once; a leader that is not yet one refuses. */
    private static List<Long> offsets(Admin admin, List<TopicSpec> specs) throws Exception {
        KafkaFuture<Map<TopicPartition, ListOffsetsResultInfo>> answer = admin.listOffsets(specs.stream()
                        .flatMap(spec -> IntStream.range(0, spec.partitions())
                                .mapToObj(partition -> new TopicPartition(spec.name(), partition)))
                        .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest())))
                .all();
        return answer.get(1, TimeUnit.MINUTES).values().stream()
                .map(ListOffsetsResultInfo::offset)
                .toList();
    }
}

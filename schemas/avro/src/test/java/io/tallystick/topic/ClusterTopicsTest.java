// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterTopicsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 2 3   | 2 3   | ''    | 1",
                "1 2 3   | ''    | 2 3   | 1",
                "1 2 3 4 | 3 4   | 1 2   | 2",
                "1 2 3 4 | 4     | 1     | 3",
                "1 2 3 4 | 2 3 4 | 1     | 1",
                "1 2     | 2     | 1     | 1"
            })
    void whileReplicasMoveThoseCountThatThereWereOrWillBe(String all, String adding, String removing, int count) {
        // When
        int settled = ClusterTopics.settled(new PartitionReassignment(ids(all), ids(adding), ids(removing)));

        // Then
        assertThat(settled).isEqualTo(count);
    }

    private static List<Integer> ids(String text) {
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.trim().split(" ")).map(Integer::valueOf).toList();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.Topics;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class ExportProgressTest {
    private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
    private static final Instant WINDOW = Instant.parse("2026-11-21T12:00:00Z");

    private static TopicPartition partition(int partition) {
        return new TopicPartition(TOPICS.exports(), partition);
    }

    @Test
    void tellsTheLastWindowOfEachPartitionThatHasOne() {
        // Given
        Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
        committed.put(partition(0), new OffsetAndMetadata(17, "v1 " + WINDOW.toEpochMilli() + " 3 9"));
        committed.put(partition(1), new OffsetAndMetadata(0, ""));
        committed.put(partition(2), null);

        // When / Then
        assertThat(ExportProgress.lastWindows(committed)).isEqualTo(Map.of(0, WINDOW));
    }

    @Test
    void refusesWhatTheExporterDidNotWrite() {
        assertThatThrownBy(
                        () -> ExportProgress.lastWindows(Map.of(partition(0), new OffsetAndMetadata(17, "v2 1 2 3"))))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("v2");
    }

    @Test
    void aFurtherExporterHasAGroupOfItsOwn() {
        assertThat(ExportProgress.group(TOPICS, "")).isEqualTo(TOPICS.group("export-bundles"));
        assertThat(ExportProgress.group(TOPICS, "copy")).isEqualTo(TOPICS.group("export-bundles") + "-copy");
    }
}

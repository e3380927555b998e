// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.topic.Topics;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * How far an exporter has come. A window is committed for a partition of {@code ledger.exports} once every bundle of the
 * tenants in it lies complete in the store, with its {@code checkpoint} object.
 */
public final class ExportProgress {
    private ExportProgress() {}

    /**
     * The group whose offsets tell.
     *
     * @param exporter {@link ExportConfig#NAME}; empty for the ledger's first exporter
     */
    public static String group(Topics topics, String exporter) {
        return new ExporterName(exporter).group(topics, BundleExporter.STAGE);
    }

    /**
     * The start of the last window that is exported, by partition of {@code ledger.exports}; without those of which none is.
     *
     * @param committed offsets of the group
     * @throws io.tallystick.topic.LedgerIntegrityException if somebody else committed them
     */
    public static Map<Integer, Instant> lastWindows(Map<TopicPartition, OffsetAndMetadata> committed) {
        Map<Integer, Instant> last = new TreeMap<>();
        committed.forEach((partition, offset) -> {
            Instant finished =
                    TenantExports.position(Optional.ofNullable(offset)).finished();
            if (!finished.equals(Instant.MIN)) {
                last.put(partition.partition(), finished);
            }
        });
        return last;
    }
}

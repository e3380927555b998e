// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.avro.RegistryWindow;
import io.tallystick.export.ExportConfig;
import io.tallystick.export.ExportProgress;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.Topics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Reads from the ends of a ledger's topics where its last windows stand; changes nothing. */
final class LedgerWindows {
    /** Most records read of each topic, unless somebody wants to see further back. */
    static final long RECORDS = 20_000;

    private LedgerWindows() {}

    /**
     * @param properties the ledger's configuration
     * @param records most to read of each topic
     * @throws org.apache.kafka.common.KafkaException if they cannot be read
     */
    static WindowTable read(Map<String, String> properties, long records) {
        LedgerSettings settings = ConfigFile.settings(properties);
        Topics topics = settings.topics();
        WindowTable table;
        long signedTo;
        try (GroupOffsets groups = new GroupOffsets(settings)) {
            String exporter = ExportProgress.group(topics, properties.getOrDefault(ExportConfig.NAME, ""));
            table = new WindowTable(
                    settings.origin(),
                    settings.partitions(),
                    settings.windowSize(),
                    ConfiguredAnchors.of(properties),
                    ExportProgress.lastWindows(groups.of(exporter)));
            signedTo = Optional.ofNullable(
                            groups.of(topics.group("signer")).get(new TopicPartition(topics.registry(), 0)))
                    .map(OffsetAndMetadata::offset)
                    .orElse(0L);
        }
        try (TopicTail tail = new TopicTail(settings, records)) {
            for (String topic : List.of(topics.heads(), topics.checkpoints(), topics.attestations())) {
                tail.read(topic, record -> table.add(record.value()));
            }
            tail.readWhole(topics.anchors(), record -> table.add(record.value()));
            tail.read(topics.registry(), record -> {
                table.add(record.value());
                // The signer commits a window with its checkpoint, which may lie before what was read of that topic.
                if (record.offset() < signedTo && record.value() instanceof RegistryWindow window) {
                    table.signed(window.getWindowStart());
                }
            });
        }
        return table;
    }
}

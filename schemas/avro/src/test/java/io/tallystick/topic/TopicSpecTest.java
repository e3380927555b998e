// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicSpecTest {
    private final Topics topics = new Topics(Topics.DEFAULT_PREFIX);

    @ParameterizedTest
    @CsvSource({
        "ledger.entries, retention.ms, 604800000",
        "ledger.entries, retention.bytes, 1073741824",
        "ledger.entries, cleanup.policy, 'compact'",
        "ledger.entries, cleanup.policy, 'compact,delete'",
        "ledger.entries, max.message.bytes, 1048588",
        "ledger.entries, min.insync.replicas, 1",
        "ledger.entries, unclean.leader.election.enable, true",
        "ledger.ingest, message.timestamp.type, CreateTime",
        "ledger.ingest, retention.ms, 3600000",
        "ledger.ingest, retention.bytes, 1000000",
        "ledger.ingest, cleanup.policy, compact",
        "ledger.registry, max.message.bytes, 4194303",
        "ledger.checkpoints, retention.ms, 604800000",
        "ledger.tenants, cleanup.policy, delete",
        "ledger.positions, cleanup.policy, 'compact,delete'",
        "ledger.signer, min.insync.replicas, 1"
    })
    void whatLosesRefusesOrMisdatesRecordsIsNamed(String topic, String setting, String value) {
        assertThat(differences(topic, Map.of(setting, value))).containsOnlyKeys(setting);
        assertThat(differences(topic, Map.of(setting, value)).get(setting).found())
                .isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({
        "ledger.entries, retention.ms, 9223372036854775807",
        "ledger.entries, max.message.bytes, 8388608",
        "ledger.entries, min.insync.replicas, 3",
        "ledger.entries, segment.bytes, 1048576",
        "ledger.entries, compression.type, zstd",
        "ledger.ingest, retention.ms, -1",
        "ledger.ingest, retention.ms, 259200000",
        "ledger.ingest, retention.ms, 604800000",
        "ledger.tenants, segment.bytes, 1073741824",
        "ledger.tenants, min.cleanable.dirty.ratio, 0.5"
    })
    void whatIsStricterOrConcernsSpeedOnlyIsWell(String topic, String setting, String value) {
        assertThat(differences(topic, Map.of(setting, value))).isEmpty();
    }

    @Test
    void whatABrokerDoesNotTellIsNotTakenForGranted() {
        assertThat(find(topics.ingest()).differences(Map.of(), 3))
                .containsOnlyKeys(
                        "cleanup.policy",
                        "max.message.bytes",
                        "message.timestamp.type",
                        "min.insync.replicas",
                        "retention.bytes",
                        "retention.ms",
                        "unclean.leader.election.enable");
    }

    @Test
    void aTopicOfOneReplicaNeedsNoSecondInSync() {
        Map<String, String> found =
                new HashMap<>(find(topics.entries()).newTopic((short) 1).configs());
        found.put("min.insync.replicas", "1");

        assertThat(find(topics.entries()).differences(found, 1)).isEmpty();
        assertThat(find(topics.entries()).differences(found, 3)).containsOnlyKeys("min.insync.replicas");
    }

    private Map<String, TopicSpec.Difference> differences(String topic, Map<String, String> changed) {
        TopicSpec spec = find(topic);
        Map<String, String> found = new HashMap<>(spec.newTopic((short) 3).configs());
        found.putAll(changed);
        return spec.differences(found, 3);
    }

    private TopicSpec find(String name) {
        return topics.ledgerTopics(4).stream()
                .filter(spec -> spec.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}

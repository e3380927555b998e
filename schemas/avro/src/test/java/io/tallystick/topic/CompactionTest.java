// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.junit.jupiter.api.Test;

class CompactionTest {
    @Test
    void aTopicWithTheseSettingsIsLeftAlone() {
        assertThat(Compaction.different(config("16777216", "600000", "0.1"))).isEmpty();
    }

    @Test
    void onlyWhatDiffersIsChanged() {
        assertThat(Compaction.different(config("1073741824", "600000", "0.5")))
                .extracting(change ->
                        change.configEntry().name() + "=" + change.configEntry().value())
                .containsExactlyInAnyOrder("segment.bytes=16777216", "min.cleanable.dirty.ratio=0.1");
    }

    @Test
    void aSettingTheBrokerDoesNotTellIsSet() {
        assertThat(Compaction.different(new Config(List.of()))).hasSameSizeAs(Compaction.SETTINGS.keySet());
    }

    @Test
    void theCompactedTopicsOfALedgerHaveThem() {
        assertThat(new Topics("ledger.").ledgerTopics(3))
                .filteredOn(topic -> topic.settings().containsValue("compact"))
                .extracting(TopicSpec::name)
                .containsExactlyInAnyOrder("ledger.positions", "ledger.signer", "ledger.anchors", "ledger.tenants");
        assertThat(new Topics("ledger.").ledgerTopics(3))
                .filteredOn(topic -> topic.settings().containsValue("compact"))
                .allSatisfy(topic ->
                        assertThat(topic.newTopic((short) 1).configs()).containsAllEntriesOf(Compaction.SETTINGS));
    }

    private static Config config(String segmentBytes, String segmentMs, String dirty) {
        return new Config(List.of(
                new ConfigEntry("cleanup.policy", "compact"),
                new ConfigEntry("segment.bytes", segmentBytes),
                new ConfigEntry("segment.ms", segmentMs),
                new ConfigEntry("min.cleanable.dirty.ratio", dirty),
                new ConfigEntry("min.insync.replicas", "2")));
    }
}

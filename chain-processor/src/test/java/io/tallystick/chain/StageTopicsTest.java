// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StageTopicsTest {
    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void aReplicatedChangelogNeedsTwoBrokersForEveryWrite(int replicas) {
        assertThat(StageTopics.changelogSettings(replicas))
                .containsEntry("min.insync.replicas", "2")
                .containsEntry("cleanup.policy", "compact")
                .containsEntry("unclean.leader.election.enable", "false");
    }

    @Test
    void theChangelogIsCompactedSoon() {
        assertThat(StageTopics.changelogSettings(1))
                .containsEntry("segment.bytes", "16777216")
                .containsEntry("segment.ms", "600000")
                .containsEntry("min.cleanable.dirty.ratio", "0.1");
    }

    @Test
    void withFewerReplicasOneBrokerMayStillBeDown() {
        assertThat(StageTopics.changelogSettings(1)).doesNotContainKey("min.insync.replicas");
        assertThat(StageTopics.changelogSettings(2)).doesNotContainKey("min.insync.replicas");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class EmbeddedNodeTest {
    private static final List<Integer> CONTROLLERS = List.of(20_001, 20_002, 20_003);
    private static final List<EmbeddedNode.Door> DOORS = List.of(new EmbeddedNode.Door("CHAIN_1", 20_005, 40_005));

    @Test
    void eachNodeVotesAndTellsTheClientsOfADoorWhereToGo() {
        // Given
        EmbeddedNode node = new EmbeddedNode(2, "c", CONTROLLERS, 20_004, DOORS);

        // When
        Properties settings = BrokerSettings.of(Path.of("logs"), node);

        // Then
        assertThat(settings)
                .containsEntry("node.id", "2")
                .containsEntry("controller.quorum.voters", "1@127.0.0.1:20001,2@127.0.0.1:20002,3@127.0.0.1:20003")
                .containsEntry(
                        "listeners",
                        "PLAINTEXT://127.0.0.1:20004,CONTROLLER://127.0.0.1:20002,CHAIN_1://127.0.0.1:20005")
                .containsEntry("advertised.listeners", "PLAINTEXT://127.0.0.1:20004,CHAIN_1://127.0.0.1:40005")
                .containsEntry("min.insync.replicas", "2")
                .containsEntry("transaction.state.log.min.isr", "2")
                .containsEntry("offsets.topic.replication.factor", "3");
    }

    @Test
    void aSingleNodeAcknowledgesAlone() {
        // Given
        EmbeddedNode node = new EmbeddedNode(1, "c", List.of(20_001), 20_004, List.of());

        // When, Then
        assertThat(BrokerSettings.of(Path.of("logs"), node))
                .containsEntry("min.insync.replicas", "1")
                .containsEntry("default.replication.factor", "1");
    }

    @Test
    void aNodeOutsideItsClusterIsRefused() {
        // When, Then
        assertThatThrownBy(() -> new EmbeddedNode(4, "c", CONTROLLERS, 20_004, List.of()))
                .hasMessageContaining("node 4 is not one of 3");
        assertThatThrownBy(() -> new EmbeddedNode(0, "c", CONTROLLERS, 20_004, List.of()))
                .hasMessageContaining("node 0 is not one of 3");
    }

    @Test
    void aPortGivenTwiceIsRefused() {
        // When, Then
        assertThatThrownBy(() -> new EmbeddedNode(1, "c", CONTROLLERS, 20_002, List.of()))
                .hasMessageContaining("twice");
        assertThatThrownBy(() -> new EmbeddedNode(1, "c", CONTROLLERS, 20_005, DOORS))
                .hasMessageContaining("twice");
    }

    @Test
    void aClusterWithoutIdIsRefused() {
        // When, Then
        assertThatThrownBy(() -> new EmbeddedNode(1, " ", CONTROLLERS, 20_004, List.of()))
                .hasMessageContaining("clusterId");
    }

    @Test
    void aDoorWithAnOddNameIsRefused() {
        // When, Then
        assertThatThrownBy(() -> new EmbeddedNode.Door("chain-1", 1, 2)).hasMessageContaining("chain-1");
    }
}

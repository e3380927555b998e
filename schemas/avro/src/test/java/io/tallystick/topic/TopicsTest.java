// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {
    private final Topics topics = new Topics(Topics.DEFAULT_PREFIX);

    @Test
    void chainsPartitionIsTheOneOfTheDesign() {
        assertThat(Topics.partitionOf("acme/0", 24)).isEqualTo(18);
    }

    @Test
    void partitionIsAlwaysInRange() {
        assertThat(IntStream.range(0, 10_000).map(i -> Topics.partitionOf("tenant-" + i + "/" + i, 7)))
                .allMatch(partition -> partition >= 0 && partition < 7);
    }

    @Test
    void tenantIsFoundInTheNameOfItsInputTopic() {
        assertThat(topics.tenantOf(topics.in("acme"))).contains("acme");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ledger.in.",
                "ledger.in.Acme",
                "ledger.in.-a",
                "ledger.in.a.b",
                "other.in.acme",
                "ledger.entries"
            })
    void otherTopicsHaveNoTenant(String topic) {
        assertThat(topics.tenantOf(topic)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", "a-", "A", "a_b", "a.b", "a b", "é"})
    void unusableTenantIsRefused(String tenant) {
        assertThatIllegalArgumentException().isThrownBy(() -> topics.in(tenant));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "ledger", "led ger.", "ledger/."})
    void unusablePrefixIsRefused(String prefix) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Topics(prefix));
    }

    @Test
    void groupsCarryThePrefix() {
        assertThat(topics.group("chain")).isEqualTo("ledger-chain");
    }

    @Test
    void theLedgerIsKeptForEver() {
        NewTopic entries = find(topics.entries()).newTopic((short) 3);

        assertThat(entries.configs())
                .containsEntry("retention.ms", "-1")
                .containsEntry("cleanup.policy", "delete")
                .containsEntry("min.insync.replicas", "2")
                .containsEntry("unclean.leader.election.enable", "false");
    }

    @Test
    void ingestIsStampedByTheBroker() {
        assertThat(find(topics.ingest()).newTopic((short) 1).configs())
                .containsEntry("message.timestamp.type", "LogAppendTime")
                .containsEntry("max.message.bytes", "4194304");
    }

    @Test
    void inputTopicsAreNeverCompacted() {
        List<TopicSpec> specs = topics.tenantTopics("acme", 3);

        assertThat(specs.get(2).newTopic((short) 1).configs()).containsEntry("cleanup.policy", "delete");
        assertThat(specs.get(2).partitions()).isEqualTo(3);
    }

    @Test
    void everyAvroTopicHasItsSchemas() {
        assertThat(topics.schemas().keySet())
                .containsExactlyInAnyOrderElementsOf(topics.ledgerTopics(4).stream()
                        .map(TopicSpec::name)
                        .filter(name -> !name.equals(topics.tenants()))
                        .toList());
    }

    private TopicSpec find(String name) {
        return topics.ledgerTopics(4).stream()
                .filter(spec -> spec.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void keyOfAHaltTellsItsChainAndNoOtherKeyDoes() {
        assertThat(Topics.chainOfHaltKey(Topics.haltKey("acme/3"))).contains("acme/3");
        assertThat(Topics.chainOfHaltKey("acme/3")).isEmpty();
        assertThat(Topics.chainOfHaltKey("halt")).isEmpty();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Topics that were there before the ledger, and settings that were changed after. */
@ExtendWith(LedgerExtension.class)
class TopicFaultsIT {
    private LedgerSettings settings;
    private Topics topics;
    private Admin admin;

    @BeforeEach
    void setUp(EmbeddedLedger embedded) {
        settings = AdminLedger.settings(embedded, 4);
        topics = settings.topics();
        admin = Admin.create(settings.kafkaClient("test-admin"));
    }

    @AfterEach
    void tearDown() {
        admin.close();
    }

    private void make(String topic, int partitions, Map<String, String> configs) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configs)))
                .all()
                .get();
    }

    private void alter(String topic, String setting, String value) throws Exception {
        admin.incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, topic),
                        Set.of(new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    private void init(int replication) throws Exception {
        try (LedgerAdmin ledger = new LedgerAdmin(settings)) {
            ledger.init(replication);
        }
    }

    private List<TopicFault> faults() {
        try (LedgerAdmin ledger = new LedgerAdmin(settings)) {
            return ledger.faults();
        }
    }

    private void check() {
        try (LedgerAdmin ledger = new LedgerAdmin(settings)) {
            ledger.checkTopics();
        }
    }

    @Test
    void topicsMadeByOtherToolsAreRefusedUntilTheyAreMended() throws Exception {
        // Given
        make(topics.entries(), 4, Map.of("retention.ms", "604800000", "cleanup.policy", "compact"));
        make(topics.ingest(), 4, Map.of("max.message.bytes", "1048588"));

        // When, Then: all at once, each with its command
        assertThatThrownBy(() -> init(1))
                .isInstanceOf(RefusedChangeException.class)
                .hasMessageContainingAll(
                        "topic " + topics.entries() + " has retention.ms=604800000, expected -1",
                        "cleanup.policy=compact, expected delete",
                        "--entity-name " + topics.entries() + " --add-config cleanup.policy=delete,retention.ms=-1",
                        "topic " + topics.ingest() + " has max.message.bytes=1048588, expected at least 4194304",
                        "message.timestamp.type=CreateTime, expected LogAppendTime",
                        "--bootstrap-server " + settings.bootstrapServers());

        // When
        alter(topics.entries(), "retention.ms", "-1");
        alter(topics.entries(), "cleanup.policy", "delete");
        alter(topics.ingest(), "max.message.bytes", "8388608");
        alter(topics.ingest(), "message.timestamp.type", "LogAppendTime");

        // Then
        init(1);
        check();
        assertThat(faults()).isEmpty();
    }

    @Test
    void aTopicOfOnePartitionThatHasMoreIsRefused() throws Exception {
        make(topics.registry(), 3, Map.of("retention.ms", "-1"));

        assertThatThrownBy(() -> init(1))
                .isInstanceOf(RefusedChangeException.class)
                .hasMessageContaining("topic " + topics.registry() + " has 3 partitions, expected 1");
    }

    @Test
    void topicsWithFewerReplicasThanAskedForAreRefused() throws Exception {
        init(1);

        assertThatThrownBy(() -> init(3))
                .isInstanceOf(RefusedChangeException.class)
                .hasMessageContaining("topic " + topics.entries() + " has 1 replicas, expected at least 3");
    }

    @Test
    void aSettingChangedLaterStopsEveryStartAndIsToldByTheDoctor() throws Exception {
        // Given
        init(1);
        assertThatCode(this::check).doesNotThrowAnyException();
        alter(topics.entries(), "unclean.leader.election.enable", "true");
        alter(topics.checkpoints(), "retention.bytes", "1000000");

        // When, Then
        assertThatThrownBy(this::check)
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContainingAll(
                        topics.entries() + " has unclean.leader.election.enable=true, expected false",
                        topics.checkpoints() + " has retention.bytes=1000000, expected -1");
        assertThat(faults())
                .extracting(TopicFault::setting)
                .containsExactlyInAnyOrder("unclean.leader.election.enable", "retention.bytes");
    }

    @Test
    void aLedgerThatIsNotThereIsNamedTopicByTopicAndNotMade() throws Exception {
        assertThat(faults()).hasSize(11).allMatch(fault -> fault.setting().equals(TopicFault.MISSING));
        assertThatThrownBy(this::check)
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContainingAll(topics.entries() + " does not exist", "tally init");
        assertThat(admin.listTopics().names().get()).doesNotContain(topics.tenants());
    }

    @Test
    void aTenantsTopicsAreToldByTheDoctorButStopNobody() throws Exception {
        // Given
        init(1);
        try (LedgerAdmin ledger = new LedgerAdmin(settings)) {
            ledger.createTenant("acme", 3, 1);
        }
        assertThat(faults()).isEmpty();
        alter(topics.rejects("acme"), "max.message.bytes", "1048588");
        alter(topics.in("acme"), "cleanup.policy", "compact");

        // When, Then
        assertThat(faults())
                .extracting(fault -> fault.topic() + " " + fault.setting())
                .containsExactlyInAnyOrder(
                        topics.rejects("acme") + " max.message.bytes", topics.in("acme") + " cleanup.policy");
        assertThatCode(this::check).doesNotThrowAnyException();
    }

    @Test
    void aTenantIsNotCreatedOnTopicsThatCannotHoldItsRejects() throws Exception {
        // Given
        init(1);
        make(topics.rejects("late"), 1, Map.of("max.message.bytes", "1048588"));

        // When, Then
        try (LedgerAdmin ledger = new LedgerAdmin(settings)) {
            assertThatThrownBy(() -> ledger.createTenant("late", 1, 1))
                    .isInstanceOf(RefusedChangeException.class)
                    .hasMessageContaining(topics.rejects("late") + " has max.message.bytes=1048588");
        }
    }
}

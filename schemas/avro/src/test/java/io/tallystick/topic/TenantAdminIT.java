// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.ChainHalt;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.topic.TenantPolicies.Duplicates;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LedgerExtension.class)
class TenantAdminIT {
    private static final AdminOrder ORDER = new AdminOrder("ada", Optional.of("audit finding 7"), false);
    private static final AdminOrder REHEARSAL = new AdminOrder("ada", Optional.empty(), true);
    private static final TenantPolicies REJECT = new TenantPolicies(Duplicates.REJECT, Duration.ofHours(1), 5);

    private AdminLedger ledger;
    private TenantAdmin tenants;

    @BeforeEach
    void setUp(EmbeddedLedger embedded) throws Exception {
        ledger = new AdminLedger(embedded);
        tenants = ledger.tenants;
    }

    @AfterEach
    void tearDown() {
        ledger.close();
    }

    @Test
    void tenantIsCreatedWithItsPoliciesAndAnEventThatSaysSo() throws Exception {
        // When
        TenantChange change =
                tenants.create(new NewTenant("acme", 2, 1, NewTenant.DEFAULT_RETENTION, true, REJECT), ORDER);

        // Then
        assertThat(change.before()).isEmpty();
        assertThat(tenants.describe("acme"))
                .returns(change.after(), TenantStatus::descriptor)
                .returns(2, TenantStatus::partitions)
                .returns(List.of(), TenantStatus::problems);
        assertThat(change.after().policiesInForce()).isEqualTo(new PoliciesInForce(1, REJECT));
        assertThat(ledger.events("acme")).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo("ledger.tenant.created");
            assertThat(event.text("by")).isEqualTo("ada");
            assertThat(event.text("reason")).isEqualTo("audit finding 7");
            assertThat(event.text("topicId")).isEqualTo(ledger.topicId("acme"));
        });
    }

    @Test
    void tenantThatExistsStaysAsItIs() throws Exception {
        // Given
        TenantDescriptor first =
                tenants.create(NewTenant.of("acme", 1, 1), ORDER).after();

        // When
        TenantChange second =
                tenants.create(new NewTenant("acme", 3, 1, NewTenant.DEFAULT_RETENTION, true, REJECT), ORDER);

        // Then
        assertThat(second.isChange()).isFalse();
        assertThat(second.after()).isEqualTo(first);
        assertThat(ledger.events("acme")).hasSize(1);
    }

    @Test
    void inputTopicThatIsCompactedCannotBeATenants() throws Exception {
        // Given
        tenants.create(NewTenant.of("other", 1, 1), ORDER);
        ledger.recreate("other", 1);
        alterInput("other", "cleanup.policy", "compact,delete");

        // Then
        assertThatThrownBy(() -> tenants.rebind("other", ORDER))
                .isInstanceOf(RefusedChangeException.class)
                .hasMessageContaining("cleanup.policy=compact,delete");
        assertThat(tenants.describe("other").problems()).hasSize(2);
    }

    @Test
    void suspendedTenantIsResumed() throws Exception {
        // Given
        TenantDescriptor created =
                tenants.create(NewTenant.of("acme", 1, 1), ORDER).after();

        // When
        TenantChange suspended = tenants.suspend("acme", ORDER);
        TenantChange again = tenants.suspend("acme", ORDER);
        TenantChange resumed = tenants.resume("acme", AdminOrder.by("bob"));

        // Then
        assertThat(suspended.after().state()).isEqualTo(TenantDescriptor.State.SUSPENDED);
        assertThat(again.isChange()).isFalse();
        assertThat(resumed.after()).isEqualTo(created);
        assertThat(tenants.list()).extracting(TenantDescriptor::tenant).containsExactly("acme", "operator");
        assertThat(ledger.events("acme"))
                .extracting(AdminLedger.OperatorEvent::type)
                .containsExactly("ledger.tenant.created", "ledger.tenant.suspended", "ledger.tenant.resumed");
        assertThat(ledger.events("acme").get(2).text("by")).isEqualTo("bob");
    }

    @Test
    void ledgersOwnTenantIsNotSuspended() {
        assertThatThrownBy(() -> tenants.suspend(Topics.OPERATOR, ORDER)).isInstanceOf(RefusedChangeException.class);
    }

    @Test
    void unknownTenantIsRefusedWithARemedy() {
        assertThatThrownBy(() -> tenants.suspend("nobody", ORDER))
                .isInstanceOfSatisfying(RefusedChangeException.class, e -> assertThat(e.remedy())
                        .contains("tenant list"));
        assertThatThrownBy(() -> tenants.resume("nobody", ORDER)).isInstanceOf(RefusedChangeException.class);
        assertThatThrownBy(() -> tenants.rebind("nobody", ORDER)).isInstanceOf(RefusedChangeException.class);
        assertThatThrownBy(() -> tenants.describe("nobody")).isInstanceOf(RefusedChangeException.class);
        assertThatThrownBy(() -> tenants.configure("nobody", now -> now, ORDER))
                .isInstanceOf(RefusedChangeException.class);
    }

    @Test
    void revisionCountsChangesOfPoliciesOnly() throws Exception {
        // Given
        tenants.create(NewTenant.of("acme", 1, 1), ORDER);

        // When
        TenantChange same = tenants.configure("acme", now -> now, ORDER);
        TenantChange retention = tenants.configure("acme", now -> settings(now.policies(), 10), ORDER);
        TenantChange policies = tenants.configure("acme", now -> settings(REJECT, 10), ORDER);

        // Then
        assertThat(same.isChange()).isFalse();
        assertThat(retention.after().revision()).isEqualTo(1);
        assertThat(retention.after().retention().days()).isEqualTo(10);
        assertThat(policies.after().policiesInForce()).isEqualTo(new PoliciesInForce(2, REJECT));
        assertThat(ledger.events("acme")).hasSize(3).last().satisfies(event -> {
            assertThat(event.type()).isEqualTo("ledger.tenant.configured");
            assertThat(event.payload().longValue("revision")).isEqualTo(2);
            assertThat(event.payload().object("before").object("policies").string("duplicates"))
                    .isEqualTo("mark");
            assertThat(event.payload().object("policies").string("duplicates")).isEqualTo("reject");
        });
    }

    @Test
    void topicThatWasNotCreatedAgainIsNotRebound() throws Exception {
        tenants.create(NewTenant.of("acme", 2, 1), ORDER);

        assertThatThrownBy(() -> tenants.rebind("acme", ORDER))
                .isInstanceOf(RefusedChangeException.class)
                .hasMessageContaining("nothing to rebind");
        assertThat(ledger.admitted()).isEmpty();
        assertThat(ledger.events("acme")).hasSize(1);
    }

    @Test
    void missingTopicIsReportedAndNotRebound() throws Exception {
        // Given
        tenants.create(NewTenant.of("acme", 1, 1), ORDER);

        // When
        ledger.delete(ledger.topics.in("acme"));

        // Then
        assertThat(tenants.describe("acme"))
                .returns(0, TenantStatus::partitions)
                .satisfies(status ->
                        assertThat(status.problems()).singleElement().asString().contains("missing", "rebind"));
        assertThatThrownBy(() -> tenants.rebind("acme", ORDER))
                .isInstanceOf(RefusedChangeException.class)
                .hasMessageContaining("does not exist");
    }

    @Test
    void aTenantWithAHaltedChainIsReboundOnceTheChainGoesOn() throws Exception {
        // Given
        String old = tenants.create(NewTenant.of("acme", 2, 1), ORDER).after().topicId();
        ledger.recreate("acme", 2);
        ledger.mark(
                "acme/1",
                new ChainHalt("acme/1", "source-truncated", Instant.parse("2026-11-21T03:15:00Z"), 70L, 1, 92L, 90L));
        ledger.mark(
                "acme-2/0",
                new ChainHalt("acme-2/0", "source-truncated", Instant.parse("2026-11-21T03:15:00Z"), 7L, 1, 9L, 9L));

        // When, Then
        for (AdminOrder order : List.of(ORDER, new AdminOrder("ada", Optional.empty(), true))) {
            assertThatThrownBy(() -> tenants.rebind("acme", order))
                    .isInstanceOfSatisfying(RefusedChangeException.class, refused -> assertThat(refused.remedy())
                            .contains("tally recover halt acme/1", "tally tenant rebind acme"))
                    .hasMessageContainingAll("acme/1", "source-truncated at source offset 70")
                    .hasMessageNotContaining("acme-2/0");
        }
        assertThat(ledger.admitted()).isEmpty();
        assertThat(tenants.describe("acme").descriptor().topicIds()).containsExactly(old);

        // When
        ledger.mark("acme/1", null);
        TenantChange rebound = tenants.rebind("acme", ORDER);

        // Then
        assertThat(rebound.isChange()).isTrue();
        assertThat(ledger.admitted()).hasSize(2);
    }

    @Test
    void everyChainIsToldOfATopicThatWasCreatedAgain() throws Exception {
        // Given
        String old = tenants.create(NewTenant.of("acme", 2, 1), ORDER).after().topicId();
        ledger.recreate("acme", 3);
        assertThat(tenants.describe("acme").problems())
                .singleElement()
                .asString()
                .contains("created again");

        // When
        TenantChange rebound = tenants.rebind("acme", ORDER);

        // Then
        String fresh = ledger.topicId("acme");
        assertThat(rebound.after().topicIds()).containsExactly(old, fresh);
        assertThat(tenants.describe("acme").problems()).isEmpty();
        assertThat(ledger.admitted())
                .hasSize(3)
                .allSatisfy(source -> assertThat(source)
                        .returns(old, AdmittedEvent::getOldTopicId)
                        .returns(fresh, AdmittedEvent::getTopicId))
                .extracting(AdmittedEvent::getChain)
                .containsExactlyInAnyOrder("acme/0", "acme/1", "acme/2");
        assertThat(ledger.events("acme")).last().satisfies(event -> {
            assertThat(event.type()).isEqualTo("ledger.tenant.rebound");
            assertThat(event.text("oldTopicId")).isEqualTo(old);
            assertThat(event.text("topicId")).isEqualTo(fresh);
        });
    }

    @Test
    void rebindThatEndedHalfWayIsCompletedByTheNext() throws Exception {
        // Given: the descriptor names the new topic, but its chains were not told.
        TenantDescriptor before =
                tenants.create(NewTenant.of("acme", 2, 1), ORDER).after();
        ledger.recreate("acme", 2);
        try (ExclusiveWriter<byte[]> writer =
                new ExclusiveWriter<>(ledger.settings, "tenants", new ByteArraySerializer())) {
            writer.write(List.of(new ProducerRecord<>(
                    ledger.topics.tenants(),
                    "acme",
                    before.withTopicId(ledger.topicId("acme")).encode())));
        }

        // When
        TenantChange completed = tenants.rebind("acme", ORDER);

        // Then
        assertThat(completed.isChange()).isFalse();
        assertThat(ledger.admitted()).hasSize(2);
        assertThat(ledger.events("acme")).hasSize(1);
    }

    @Test
    void rehearsalChangesNothing() throws Exception {
        // Given
        tenants.create(NewTenant.of("acme", 1, 1), ORDER);

        // When
        TenantChange created = tenants.create(NewTenant.of("globex", 1, 1), REHEARSAL);
        TenantChange suspended = tenants.suspend("acme", REHEARSAL);
        TenantChange configured = tenants.configure("acme", now -> settings(REJECT, 1), REHEARSAL);

        // Then
        assertThat(created.isChange()).isTrue();
        assertThat(suspended.isChange()).isTrue();
        assertThat(configured.after().revision()).isEqualTo(2);
        assertThat(tenants.list()).extracting(TenantDescriptor::tenant).containsExactly("acme", "operator");
        assertThat(tenants.describe("acme").descriptor())
                .isEqualTo(suspended.before().orElseThrow());
        assertThat(ledger.events("acme")).hasSize(1);
        assertThat(ledger.admin.listTopics().names().get()).doesNotContain(ledger.topics.in("globex"));
    }

    @Test
    void rehearsalFindsWhatTheClusterWouldRefuse() {
        assertThatThrownBy(() -> tenants.create(NewTenant.of("globex", 1, 3), REHEARSAL))
                .isInstanceOf(KafkaException.class)
                .hasMessageContaining("replication");
    }

    @Test
    void administratorsAtOnceLoseNoChange() throws Exception {
        // Given
        tenants.create(NewTenant.of("acme", 1, 1), ORDER);
        int administrators = 3;
        int each = 4;
        ExecutorService threads = Executors.newFixedThreadPool(administrators);

        // When
        List<Future<Integer>> done = new ArrayList<>();
        for (int i = 0; i < administrators; i++) {
            done.add(threads.submit(() -> raiseEntries(each)));
        }
        int succeeded = 0;
        for (Future<Integer> one : done) {
            succeeded += one.get();
        }
        threads.shutdown();

        // Then: each change that was not refused is there, on top of the one before it.
        TenantDescriptor after = tenants.describe("acme").descriptor();
        assertThat(succeeded).isPositive();
        assertThat(after.revision()).isEqualTo(1 + succeeded);
        assertThat(after.policies().entriesMax()).isEqualTo(TenantPolicies.DEFAULT.entriesMax() + succeeded);
    }

    private int raiseEntries(int times) {
        int succeeded = 0;
        try (TenantAdmin administrator = new TenantAdmin(ledger.settings)) {
            for (int i = 0; i < times; i++) {
                try {
                    administrator.configure("acme", TenantAdminIT::oneEntryMore, AdminOrder.by("x"));
                    succeeded++;
                } catch (RefusedChangeException e) {
                    assertThat(e).hasMessageContaining("another administrator");
                }
            }
        }
        return succeeded;
    }

    private static TenantAdmin.Settings oneEntryMore(TenantAdmin.Settings now) {
        TenantPolicies policies = now.policies();
        return new TenantAdmin.Settings(
                new TenantPolicies(policies.duplicates(), policies.window(), policies.entriesMax() + 1),
                now.retention());
    }

    private static TenantAdmin.Settings settings(TenantPolicies policies, long days) {
        return new TenantAdmin.Settings(policies, new TenantDescriptor.Retention("standard", days));
    }

    private void alterInput(String tenant, String name, String value) throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, ledger.topics.in(tenant));
        ledger.admin
                .incrementalAlterConfigs(Map.of(
                        topic, Set.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.embedded.EmbeddedBroker;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.EmbeddedOptions;
import io.tallystick.embedded.LedgerExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A broker that knows its users and denies what is not allowed. */
@ExtendWith(LedgerExtension.class)
class TenantAccessIT {
    private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required ";
    private static final AdminOrder ORDER = AdminOrder.by("ada");

    @TempDir
    private static Path directory;

    private static EmbeddedBroker broker;
    private static LedgerSettings settings;
    private static TenantAdmin tenants;

    @BeforeAll
    static void setUp(EmbeddedLedger embedded) throws Exception {
        broker = EmbeddedBroker.start(
                directory.resolve("broker"),
                EmbeddedOptions.defaults(),
                Map.of(
                        "listener.security.protocol.map", "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
                        "sasl.enabled.mechanisms", "PLAIN",
                        "sasl.mechanism.inter.broker.protocol", "PLAIN",
                        "listener.name.plaintext.plain.sasl.jaas.config",
                                LOGIN + "username=\"admin\" password=\"admin\" user_admin=\"admin\" user_a=\"a\""
                                        + " user_g=\"g\" user_ingest=\"ingest\";",
                        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                        "super.users", "User:admin;User:ANONYMOUS"));
        settings = new LedgerSettings(
                broker.bootstrapServers(),
                embedded.registryUrl(),
                "ledger.example.com",
                new Topics(embedded.newPrefix()),
                4,
                Duration.ofMinutes(15),
                Duration.ofMinutes(1),
                as("admin"));
        try (LedgerAdmin ledger = new LedgerAdmin(settings)) {
            ledger.init(1);
        }
        tenants = new TenantAdmin(settings);
        for (String tenant : List.of("acme", "globex")) {
            tenants.create(NewTenant.of(tenant, 1, 1), ORDER);
            tenants.grant(access(tenant), ORDER);
        }
    }

    @AfterAll
    static void tearDown() {
        tenants.close();
        broker.close();
    }

    private static TenantAccess access(String tenant) {
        return new TenantAccess(
                tenant, "User:" + tenant.charAt(0), Optional.of("User:ingest"), Optional.of(1_000_000L), false);
    }

    @Test
    void tenantProducesToItsOwnInput() throws Exception {
        produce("a", settings.topics().in("acme"));

        assertThat(end("ingest", settings.topics().in("acme"))).isPositive();
    }

    @Test
    void tenantReadsItsOwnOutcomes() {
        assertThat(end("a", settings.topics().receipts("acme"))).isZero();
        assertThat(end("a", settings.topics().rejects("acme"))).isZero();
    }

    @Test
    void tenantSeesNothingOfAnother() {
        assertThatThrownBy(() -> produce("g", settings.topics().in("acme"))).satisfies(TenantAccessIT::isDenied);
        assertThatThrownBy(() -> end("g", settings.topics().receipts("acme"))).satisfies(TenantAccessIT::isDenied);
        assertThatThrownBy(() -> end("g", settings.topics().rejects("acme"))).satisfies(TenantAccessIT::isDenied);
    }

    @Test
    void tenantTouchesNothingOfTheLedgers() {
        assertThatThrownBy(() -> produce("a", settings.topics().ingest())).satisfies(TenantAccessIT::isDenied);
        assertThatThrownBy(() -> produce("a", settings.topics().receipts("acme")))
                .satisfies(TenantAccessIT::isDenied);
        assertThatThrownBy(() -> produce("a", settings.topics().in(Topics.OPERATOR)))
                .satisfies(TenantAccessIT::isDenied);
    }

    @Test
    void nobodyButTheOperatorDeletes() {
        for (String user : List.of("a", "ingest")) {
            try (Admin admin = Admin.create(client(user))) {
                assertThatThrownBy(() -> admin.deleteTopics(
                                        List.of(settings.topics().in("acme")))
                                .all()
                                .get())
                        .satisfies(TenantAccessIT::isDenied);
            }
        }
    }

    @Test
    void tenantsGroupsAreItsOwn() {
        assertThatThrownBy(() -> commit("g", "globex", "acme.reader")).satisfies(TenantAccessIT::isDenied);
        assertThat(commit("a", "acme", "acme.reader")).isTrue();
    }

    @Test
    void grantThatIsInForceAddsNothing() {
        assertThat(tenants.grant(access("acme"), ORDER)).isEqualTo(new AccessGrant(true, List.of()));
    }

    @Test
    void rehearsedGrantNamesWhatIsMissingAndAddsNothing() {
        // Given
        TenantAccess access = new TenantAccess("acme", "User:new", Optional.empty(), Optional.of(5L), false);
        AdminOrder rehearsal = new AdminOrder("ada", Optional.empty(), true);

        // When
        AccessGrant first = tenants.grant(access, rehearsal);
        AccessGrant second = tenants.grant(access, rehearsal);

        // Then
        assertThat(first.added()).hasSize(9).last().isEqualTo("User:new producer_byte_rate 5");
        assertThat(second).isEqualTo(first);
    }

    @Test
    void quotaIsSet() throws Exception {
        try (Admin admin = Admin.create(client("admin"))) {
            assertThat(admin.describeClientQuotas(ClientQuotaFilter.all())
                            .entities()
                            .get())
                    .containsEntry(access("acme").quotaEntity(), Map.of(TenantAccess.PRODUCER_BYTE_RATE, 1_000_000.0));
        }
    }

    @Test
    void withoutAnAuthorizerThereIsNothingToGrant(EmbeddedLedger open) throws Exception {
        try (AdminLedger ledger = new AdminLedger(open)) {
            ledger.tenants.create(NewTenant.of("acme", 1, 1), ORDER);

            AccessGrant grant = ledger.tenants.grant(
                    new TenantAccess("acme", "User:a", Optional.empty(), Optional.empty(), false), ORDER);

            assertThat(grant).isEqualTo(new AccessGrant(false, List.of()));
        }
    }

    @Test
    void unknownTenantIsGrantedNothing() {
        assertThatThrownBy(() -> tenants.grant(access("nobody"), ORDER)).isInstanceOf(RefusedChangeException.class);
    }

    private static void isDenied(Throwable fault) {
        assertThat(fault instanceof ExecutionException ? fault.getCause() : fault)
                .isInstanceOf(AuthorizationException.class);
    }

    private static void produce(String user, String topic) throws Exception {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(client(user), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, "{}")).get();
        }
    }

    private static long end(String user, String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<String, String> consumer = consumer(user, "unused")) {
            consumer.assign(List.of(partition));
            consumer.seekToEnd(List.of(partition));
            long end = consumer.position(partition);
            consumer.poll(Duration.ofMillis(200));
            return end;
        }
    }

    private static boolean commit(String user, String tenant, String group) {
        try (KafkaConsumer<String, String> consumer = consumer(user, group)) {
            consumer.assign(List.of(new TopicPartition(settings.topics().receipts(tenant), 0)));
            return consumer.committed(consumer.assignment()).size() == 1;
        }
    }

    private static KafkaConsumer<String, String> consumer(String user, String group) {
        Map<String, Object> client = client(user);
        client.put("group.id", group);
        client.put("enable.auto.commit", false);
        return new KafkaConsumer<>(client, new StringDeserializer(), new StringDeserializer());
    }

    private static Map<String, Object> client(String user) {
        Map<String, Object> client = settings.kafkaClient("test-" + user);
        client.putAll(as(user));
        return client;
    }

    private static Map<String, Object> as(String user) {
        return Map.of(
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                LOGIN + "username=\"" + user + "\" password=\"" + user + "\";");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.topic.LedgerAdmin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The commands as an operator types them, on a real broker; no stage runs. */
@ExtendWith(LedgerExtension.class)
class TenantCommandIT {
    @TempDir
    private static Path directory;

    private static Path config;
    private static String prefix;

    @BeforeAll
    static void setUp(EmbeddedLedger ledger) throws IOException {
        prefix = ledger.newPrefix();
        config = Files.writeString(
                directory.resolve("ledger.properties"),
                "bootstrap.servers=" + ledger.bootstrapServers() + "\nschema.registry.url=" + ledger.registryUrl()
                        + "\nledger.origin=ledger.example.com\nledger.partitions=4\nledger.prefix=" + prefix + "\n");
        try (LedgerAdmin admin = new LedgerAdmin(ConfigFile.settings(ConfigFile.read(config)))) {
            admin.init(1);
        }
    }

    private static TallyRun tenant(String arguments) {
        List<String> all = new ArrayList<>(List.of(("tenant " + arguments).split(" ")));
        all.addAll(List.of("--config", config.toString()));
        return TallyRun.of(all.toArray(String[]::new));
    }

    private static TallyRun ok(String arguments) {
        TallyRun run = tenant(arguments);
        assertThat(run.exitCode()).as(run.everything()).isZero();
        return run;
    }

    @Test
    void tenantIsCreatedDescribedAndListed() {
        // When
        TallyRun created = ok("create acme --partitions 2 --duplicates reject --duplicates-window 15m"
                + " --duplicates-entries 7 --retention-days 30 --transactional --by ada --reason onboarding");

        // Then
        assertThat(created.out())
                .startsWith("tenant acme is ready")
                .contains(prefix + "in.acme", prefix + "receipts.acme", prefix + "rejects.acme")
                .contains("reject within 15m, at most 7 identities a chain (revision 1)", "30 days", "transactions");
        assertThat(ok("describe acme").out())
                .contains("is active", "2 partition(s)")
                .doesNotContain("PROBLEM");
        assertThat(ok("list").out()).contains("acme", "operator", "reject");
        assertThat(ok("create acme").out()).contains("existed already", "tenant configure", "30 days");
        assertThat(ok("create acme --transactional").out())
                .contains("existed already", "cannot be given later")
                .doesNotContain("tenant configure");
    }

    @Test
    void machinesGetJson() {
        ok("create json --output json");

        assertThat(ok("describe json --output json").out())
                .startsWith("{\"duplicates\":\"mark\"")
                .contains("\"partitions\":1", "\"problems\":[]", "\"revision\":1", "\"state\":\"active\"")
                .doesNotContain("blind");
        assertThat(ok("suspend json --output json").out())
                .contains("\"changed\":true", "\"dryRun\":false", "\"state\":\"suspended\"");
        assertThat(ok("suspend json --output json").out()).contains("\"changed\":false");
        assertThat(ok("list --output json").out()).startsWith("[{").contains("\"tenant\":\"json\"");
    }

    @Test
    void suspendedTenantIsResumed() {
        ok("create pause");

        assertThat(ok("suspend pause").out()).contains("is suspended", "tally tenant resume pause");
        assertThat(ok("describe pause").out()).contains("is suspended");
        assertThat(ok("suspend pause").out()).contains("suspended already");
        assertThat(ok("resume pause").out()).contains("is resumed");
        assertThat(ok("resume pause").out()).contains("active already");
    }

    @Test
    void policiesAreConfiguredOneByOne() {
        ok("create policies");

        assertThat(ok("configure policies --duplicates reject").out())
                .contains("is configured", "reject within 1d, at most 100000 identities a chain (revision 2)");
        assertThat(ok("configure policies --duplicates-window 2h").out()).contains("reject within 2h", "revision 3");
        assertThat(ok("configure policies --duplicates-window 120m").out()).contains("already", "revision 3");
        assertThat(ok("configure policies --retention-days 5").out()).contains("5 days", "revision 3");
    }

    @Test
    void dryRunsDoNothing() {
        assertThat(ok("create ghost --dry-run --principal User:g --producer-byte-rate 1000")
                        .out())
                .startsWith("dry run, nothing is done: tenant ghost is ready")
                .contains("no authorizer");
        assertThat(tenant("describe ghost").exitCode()).isEqualTo(2);

        ok("create real");
        assertThat(ok("suspend real --dry-run").out()).startsWith("dry run");
        assertThat(ok("describe real").out()).contains("is active");
    }

    @Test
    void withoutAnAuthorizerTheTenantIsCreatedAndTheOperatorTold() {
        assertThat(ok("create open --principal User:o --ingest-principal User:i")
                        .out())
                .contains("tenant open is ready", "no authorizer: this cluster lets anyone do anything");
    }

    @Test
    void topicCreatedAgainIsReportedAndRebound() throws Exception {
        // Given
        ok("create again");
        assertThat(tenant("rebind again")).returns(2, TallyRun::exitCode).satisfies(refused -> assertThat(refused.err())
                .contains("nothing to rebind"));
        try (Admin admin =
                Admin.create(ConfigFile.settings(ConfigFile.read(config)).kafkaClient("test"))) {
            admin.deleteTopics(List.of(prefix + "in.again")).all().get();
        }
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(() -> assertThat(ok("describe again").out()).contains("PROBLEM", "is missing"));
        assertThat(tenant("rebind again").err()).contains("does not exist", "cleanup.policy=delete");

        // When
        TallyRun rebound;
        try (Admin admin =
                Admin.create(ConfigFile.settings(ConfigFile.read(config)).kafkaClient("test"))) {
            admin.createTopics(List.of(new NewTopic(prefix + "in.again", 1, (short) 1)))
                    .all()
                    .get();
            await().atMost(Duration.ofMinutes(2))
                    .untilAsserted(
                            () -> assertThat(ok("describe again").out()).contains("PROBLEM", "was created again"));
            rebound = ok("rebind again --reason migration");
        }

        // Then
        assertThat(rebound.out()).contains("goes on with its new input topic");
        assertThat(ok("describe again").out()).contains("created again 1 times").doesNotContain("PROBLEM");
        assertThat(ok("rebind again").out()).contains("bound to this topic already");
    }

    @Test
    void unknownTenantIsExplained() {
        for (String command : List.of("describe", "suspend", "resume", "rebind", "configure --duplicates mark")) {
            TallyRun run = tenant(command + " nobody");

            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("there is no tenant nobody", "tally tenant list");
        }
    }

    @Test
    void producingForNoTenantIsRefusedAtOnce() throws IOException {
        Path events = Files.writeString(directory.resolve("events"), "{}\n");

        TallyRun run = TallyRun.of("produce", "nobody", events.toString(), "--config", config.toString());

        assertThat(run.exitCode()).as(run.everything()).isEqualTo(2);
        assertThat(run.err()).contains("there is no tenant nobody", "tally tenant list");
    }

    @Test
    void wrongIdIsExplained() {
        assertThat(tenant("create Acme")).returns(2, TallyRun::exitCode);
    }

    @Test
    void whatTheClusterRefusesIsExplained() {
        TallyRun run = tenant("create many --replication 3");

        assertThat(run.exitCode()).isEqualTo(5);
        assertThat(run.err()).contains("replication").doesNotContain("\tat ");
    }
}

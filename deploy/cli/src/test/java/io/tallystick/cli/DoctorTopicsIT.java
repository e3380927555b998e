// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A cluster whose topics somebody else made or changed, as its operator learns of it. */
@ExtendWith(LedgerExtension.class)
class DoctorTopicsIT {
    @TempDir
    private Path directory;

    private Path config;
    private LedgerSettings settings;
    private String entries;

    @BeforeEach
    void setUp(EmbeddedLedger broker) throws IOException {
        LedgerHome home = new LedgerHome(directory.resolve("ledger"));
        home.create();
        Map<String, String> properties = new TreeMap<>(LedgerKeys.defaults(home));
        properties.put("bootstrap.servers", broker.bootstrapServers());
        properties.put("schema.registry.url", broker.registryUrl());
        properties.put("ledger.origin", "ledger.example.com");
        properties.put("ledger.partitions", "1");
        properties.put("ledger.prefix", broker.newPrefix());
        properties.put("state.dir", home.state().toString());
        List<String> lines = new ArrayList<>();
        properties.forEach((key, value) -> lines.add(key + "=" + value));
        config = Files.write(home.config(), lines);
        settings = ConfigFile.settings(properties);
        entries = settings.topics().entries();
    }

    private TallyRun tally(String arguments) {
        List<String> all = new ArrayList<>(List.of(arguments.split(" ")));
        all.addAll(List.of("--config", config.toString()));
        return TallyRun.of(all.toArray(String[]::new));
    }

    private void retain(String milliseconds) throws Exception {
        try (Admin admin = Admin.create(settings.kafkaClient("test"))) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, entries),
                            Set.of(new AlterConfigOp(
                                    new ConfigEntry("retention.ms", milliseconds), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }

    @Test
    void aTopicThatIsNotWhatTheLedgerRestsOnIsToldRefusedAndMended() throws Exception {
        // Given: made by another tool
        try (Admin admin = Admin.create(settings.kafkaClient("test"))) {
            admin.createTopics(
                            List.of(new NewTopic(entries, 1, (short) 1).configs(Map.of("retention.ms", "604800000"))))
                    .all()
                    .get();
        }

        // When, Then
        TallyRun refused = tally("init --replication 1");
        assertThat(refused.exitCode()).as(refused.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err())
                .contains(
                        "topic " + entries + " has retention.ms=604800000, expected -1",
                        "kafka-configs.sh --bootstrap-server " + settings.bootstrapServers(),
                        "--entity-name " + entries + " --add-config retention.ms=-1",
                        "then try again")
                .doesNotContain("\tat ");

        // When, Then
        retain("-1");
        TallyRun done = tally("init --replication 1");
        assertThat(done.exitCode()).as(done.everything()).isZero();
        TallyRun sound = tally("doctor topics");
        assertThat(sound.exitCode()).as(sound.everything()).isZero();
        assertThat(sound.out()).contains("topics of ledger.example.com", "PASS");
        assertThat(tally("doctor topics --output json").out())
                .isEqualToIgnoringNewLines("{\"faults\":[],\"origin\":\"ledger.example.com\",\"verdict\":\"pass\"}");

        // When: changed later
        retain("86400000");
        TallyRun failed = tally("doctor topics");
        TallyRun json = tally("doctor topics --output json");
        TallyRun stage = tally("run chain");

        // Then
        assertThat(failed.exitCode()).as(failed.everything()).isEqualTo(ExitCode.FAILED);
        assertThat(failed.out()).contains("retention.ms=86400000, expected -1", "--add-config retention.ms=-1", "FAIL");
        assertThat(json.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(json.out())
                .contains(
                        "\"expected\":\"-1\"",
                        "\"found\":\"86400000\"",
                        "\"setting\":\"retention.ms\"",
                        "\"topic\":\"" + entries + "\"",
                        "\"verdict\":\"fail\"");
        assertThat(stage.exitCode()).as(stage.everything()).isEqualTo(ExitCode.INTERNAL);
        assertThat(stage.err())
                .contains("retention.ms=86400000, expected -1", "tally doctor topics")
                .doesNotContain("internal error");
    }

    @Test
    void aLedgerThatIsNotThereIsSaidToBeMissing() {
        TallyRun missing = tally("doctor topics");

        assertThat(missing.exitCode()).as(missing.everything()).isEqualTo(ExitCode.FAILED);
        assertThat(missing.out()).contains("topic " + entries + " does not exist", "tally init");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused before any broker is asked: there is none. */
class TenantCommandTest {
    @TempDir
    private Path directory;

    private Path config;

    @BeforeEach
    void configure() throws IOException {
        config = Files.writeString(
                directory.resolve("ledger.properties"),
                "bootstrap.servers=127.0.0.1:1\nschema.registry.url=http://127.0.0.1:1\nledger.origin=x.example\n");
    }

    private TallyRun tenant(String arguments) {
        List<String> all = new ArrayList<>(List.of(("tenant " + arguments).split(" ")));
        all.addAll(List.of("--config", config.toString()));
        return TallyRun.of(all.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({
        "create, Every partition of the input topic becomes a chain",
        "list, List the tenants",
        "describe, compare it with its topics",
        "suspend, nothing is lost",
        "resume, from where it was left",
        "rebind, created again on purpose",
        "configure, What is not given stays as it is"
    })
    void helpTeaches(String command, String teaching) {
        TallyRun help = TallyRun.of("tenant", command, "--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains("Usage: tally tenant " + command, teaching);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "suspend",
                "resume",
                "rebind",
                "describe",
                "configure",
                "create",
                "create acme globex",
                "create acme --duplicates drop",
                "create acme --duplicates-window 24",
                "create acme --duplicates-entries many",
                "create acme --partitions none",
                "suspend acme --output xml"
            })
    void wrongUsageIsExitCode2(String arguments) {
        TallyRun run = tenant(arguments);

        assertThat(run.exitCode()).as(run.everything()).isEqualTo(2);
        assertThat(run.err()).contains("Usage: tally tenant");
    }

    @ParameterizedTest
    @CsvSource({
        "create acme --principal acme, User:<name>",
        "create acme --principal User:*, User:<name>",
        "create acme --principal User:a --ingest-principal i, User:<name>",
        "create acme --principal User:a --producer-byte-rate 0, at least 1 byte",
        "create acme --producer-byte-rate 5, need --principal",
        "configure acme --ingest-principal User:i, need --principal",
        "configure acme, nothing to configure",
        "create acme --partitions 0, 1 to 10000 partitions",
        "create acme --replication 0, replication",
        "create acme --retention-days 0, at least 1 day",
        "create acme --duplicates-window 31d, 0 to 30 days",
        "create acme --duplicates-entries 0, identities",
        "create operator, cannot be created",
        "suspend operator, cannot be suspended"
    })
    void wrongValuesAreExplainedWithoutAStackTrace(String arguments, String explanation) {
        TallyRun run = tenant(arguments);

        assertThat(run.exitCode()).as(run.everything()).isEqualTo(2);
        assertThat(run.err()).startsWith("tally: ").contains(explanation).doesNotContain("\tat ");
        assertThat(run.err().strip().lines()).as("cause and remedy").hasSize(2);
    }

    @Test
    void reasonsAreLimited() {
        TallyRun run = tenant("suspend acme --reason " + "x".repeat(1025));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("1024");
    }
}

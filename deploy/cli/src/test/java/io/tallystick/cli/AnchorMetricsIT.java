// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What {@code /metrics} of a running anchor stage says, under the names that dashboards and alerts are written with. */
@ExtendWith(LedgerExtension.class)
class AnchorMetricsIT {
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (ledger_[a-z_]+) ([a-z]+)$");
    private static final Pattern DOCUMENTED = Pattern.compile("`(ledger_[a-z_]+)`");

    /** Conventions of metrics, alerts and objectives: those of this stage, and what a dashboard takes them for. */
    private static final Map<String, String> AGREED = Map.of(
            "ledger_merkle_batches_total", "counter",
            "ledger_merkle_anchor_latency_seconds", "histogram",
            "ledger_window_seal_delay_seconds", "histogram",
            "ledger_oldest_unsealed_window_seconds", "gauge",
            "ledger_checkpoints_pending", "gauge",
            "ledger_chain_fork_detected_total", "counter",
            "ledger_signer_key_expiry_seconds", "gauge",
            "ledger_state_restore_seconds", "gauge",
            "ledger_build_info", "gauge");

    @TempDir
    private Path directory;

    private static String get(URI url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString())
                .body();
    }

    private static Map<String, String> types(String metrics) {
        Map<String, String> types = new TreeMap<>();
        Matcher matcher = TYPE.matcher(metrics);
        while (matcher.find()) {
            types.put(matcher.group(1), matcher.group(2));
        }
        return types;
    }

    /** In the first columns of the tables. */
    private static Set<String> documented(Path readme) throws IOException {
        Set<String> names = new TreeSet<>();
        for (String line : Files.readAllLines(readme)) {
            if (line.startsWith("| `ledger_")) {
                Matcher matcher = DOCUMENTED.matcher(line.split("\\|", -1)[1]);
                while (matcher.find()) {
                    names.add(matcher.group(1));
                }
            }
        }
        return names;
    }

    @Test
    void namesAndTypesAreThoseAgreedAndDocumented(EmbeddedLedger broker) throws Exception {
        try (RunningStages stages = new RunningStages(broker, directory.resolve("ledger"), LocalAnchorLog::defaults)) {
            // Given
            Files.createDirectories(stages.home.directory().resolve("anchors"));
            stages.start(RunCommand.Stage.CHAIN);
            stages.start(RunCommand.Stage.INGEST);
            URI url = stages.startMonitored(RunCommand.Stage.ANCHOR);

            // When: windows are sealed and anchored
            await().atMost(RunningStages.PATIENCE).until(() -> {
                assertThat(stages.fatal).hasNullValue();
                return Pattern.compile("ledger_anchor_confirmed_total\\{anchor=\"log\"} [1-9]")
                        .matcher(get(url))
                        .find();
            });
            String metrics = get(url);

            // Then
            Map<String, String> types = types(metrics);
            assertThat(types).containsAllEntriesOf(AGREED);
            assertThat(metrics)
                    .containsPattern("(?m)^ledger_merkle_batches_total [1-9]")
                    .containsPattern("(?m)^ledger_window_seal_delay_seconds_bucket\\{le=\"60.0\"} [1-9]")
                    .containsPattern("(?m)^ledger_window_seal_delay_seconds_count [1-9]")
                    .containsPattern("(?m)^ledger_merkle_anchor_latency_seconds_count\\{anchor=\"log\"} [1-9]")
                    .containsPattern("(?m)^ledger_signer_key_expiry_seconds\\{algorithm=\"ecdsa-p256\"} [1-9]")
                    .containsPattern("(?m)^ledger_signer_active 1")
                    .containsPattern("(?m)^ledger_chain_fork_detected_total 0");

            // Then: no name is told that is not documented, and none documented that is not there
            Set<String> told = new TreeSet<>(types.keySet());
            told.removeIf(name -> name.endsWith("_max"));
            Set<String> documented = documented(Path.of("../../merkle-anchor/README.md"));
            documented.add("ledger_build_info");
            assertThat(told).isEqualTo(documented);
        }
    }
}

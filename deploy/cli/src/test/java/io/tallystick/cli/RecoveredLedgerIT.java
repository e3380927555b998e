// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.topic.LedgerIntegrityException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A ledger that its own stages sealed loses all state of the chain stage, and is recovered as an operator types it. */
@ExtendWith(LedgerExtension.class)
class RecoveredLedgerIT {
    /** More than the head guard replays by itself. */
    private static final int EVENTS = 10_500;

    @TempDir
    private Path directory;

    private static List<String> events(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "{\"n\":" + i + "}").toList();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void lostStateIsRecoveredFromWhatTheLedgerItselfSigned(EmbeddedLedger broker) throws Exception {
        try (RunningStages stages = new RunningStages(broker, directory.resolve("ledger"))) {
            // Given: several windows, sealed and exported
            stages.start();
            stages.ok("tenant", "create", "acme");
            stages.produce("acme", events(0, 500), Map.of());
            stages.awaitAccepted("acme", 500);
            stages.produce("acme", events(500, EVENTS), Map.of());
            stages.awaitAccepted("acme", EVENTS);
            stages.stop();
            assertThat(BundleCounts.of(stages.home.bucket(), "acme").windows()).isGreaterThan(1);

            // Given: changelog and local state are lost; the start is refused
            String application = stages.settings.topics().group("chain");
            String changelog = application + "-chains-changelog";
            stages.admin.deleteTopics(List.of(changelog)).all().get();
            await().atMost(RunningStages.PATIENCE)
                    .until(() -> !stages.admin.listTopics().names().get().contains(changelog));
            delete(stages.home.state().resolve(application));
            stages.start(RunCommand.Stage.CHAIN);
            await().atMost(RunningStages.PATIENCE).until(() -> stages.fatal.get() != null);
            assertThat(stages.fatal.get())
                    .isInstanceOf(LedgerIntegrityException.class)
                    .hasMessageContaining("tally recover chain");
            stages.closeAll();
            stages.fatal.set(null);

            // When
            TallyRun dry = stages.ok("recover", "chain", "--dry-run", "--output", "json");
            TallyRun recovered = stages.ok("recover", "chain");

            // Then: heads of acme/0 and operator/0, and their newest checkpoints
            assertThat(dry.out())
                    .contains("\"headsCompared\":2", "\"checkpointsCompared\":2", "\"written\":false", "\"root\":");
            assertThat(recovered.out()).contains("chain state rebuilt", "sealed up to", "2 chain heads agree");

            // When: it goes on
            stages.start();
            stages.produce("acme", events(EVENTS, EVENTS + 100), Map.of());
            stages.awaitAccepted("acme", EVENTS + 100);
            stages.stop();

            // Then
            assertThat(stages.fatal).hasNullValue();
            assertThat(BundleCounts.of(stages.home.bucket(), "acme").accepted()).isEqualTo(EVENTS + 100);
            TallyRun verified = stages.verify();
            assertThat(verified.exitCode()).as(verified.everything()).isZero();
        }
    }
}

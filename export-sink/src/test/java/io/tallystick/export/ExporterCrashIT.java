// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static io.tallystick.export.HaltingStore.Point.after;
import static io.tallystick.export.HaltingStore.Point.before;
import static io.tallystick.export.ScriptedLedger.ACME_1ST;
import static io.tallystick.export.ScriptedLedger.ACME_2ND;
import static io.tallystick.export.ScriptedLedger.ACME_3RD;
import static io.tallystick.export.ScriptedLedger.GLOBEX_3RD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.export.assemble.CoreExport;
import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Exporters as processes that die between two writes, one after the other over one store. {@code BundleExportTest} fails
 * every PUT there is; here nothing is closed, group and scratch directories are left to whoever comes next.
 */
@ExtendWith(LedgerExtension.class)
class ExporterCrashIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String REGISTRY_1ST = "v1/registry/dt=2026-11-21/window_start=20261121T031500Z/";
    private static final int KILLS = 3;

    /** Of the dead process that was the last: a lock file for each scratch directory, and at most two part files. */
    private static final int LEFT_BEHIND_MAX = 4;

    @TempDir
    Path temp;

    private ScriptedLedger ledger;
    private GroupMembers members;
    private BucketWatch watch;

    @BeforeEach
    void setUp(EmbeddedLedger embedded) throws Exception {
        ledger = new ScriptedLedger(embedded, temp);
        ledger.properties().put(ExportConfig.AUDIT_SHARE, "0");
        members = new GroupMembers(new ExportConfig(ledger.properties()).ledger());
        watch = new BucketWatch(ledger.bucket());
    }

    @AfterEach
    void tearDown() {
        members.close();
        ledger.close();
    }

    private ExporterProcess start(Optional<HaltingStore.Point> point) throws IOException {
        return ExporterProcess.start(temp, ledger.properties(), point);
    }

    private void dieAt(HaltingStore.Point point) throws Exception {
        try (ExporterProcess exporter = start(Optional.of(point))) {
            assertThat(exporter.awaitEnd()).as(point + "\n" + exporter.log()).isEqualTo(HaltingStore.HALTED);
        }
        assertThat(Files.exists(ledger.bucket().resolve(point.object())))
                .as(point.toString())
                .isEqualTo(point.moment() == HaltingStore.Moment.AFTER);
        afterDeath();
    }

    private void afterDeath() throws Exception {
        watch.requireNothingRewritten();
        assertThat(BucketWatch.scratchFiles(ledger.bucket().resolve(".scratch")))
                .hasSizeLessThanOrEqualTo(LEFT_BEHIND_MAX);
        assertThat(BucketWatch.scratchFiles(ledger.scratch()))
                .filteredOn(file -> file.toString().endsWith(".lock"))
                .hasSizeLessThanOrEqualTo(1);
        members.forgetTheDead();
    }

    private void finish() throws Exception {
        try (ExporterProcess exporter = start(Optional.empty())) {
            await().atMost(PATIENCE)
                    .until(() -> !exporter.isAlive()
                            || (Files.exists(ledger.bucket().resolve(ACME_3RD + "checkpoint"))
                                    && Files.exists(ledger.bucket().resolve(GLOBEX_3RD + "checkpoint"))));
            assertThat(exporter.end()).as(exporter.log()).isZero();
        }
        watch.requireNothingRewritten();
        assertThat(BucketWatch.scratchFiles(ledger.bucket().resolve(".scratch")))
                .isEmpty();
        assertThat(BucketWatch.scratchFiles(ledger.scratch())).isEmpty();
        ledger.requireValid(ledger.bucket());
    }

    private int exitCode(String tenant) {
        return ledger.verify(ledger.bucket().resolve("v1/tenant=" + tenant)).exitCode();
    }

    @Test
    void aWindowIsInvisibleUntilItsCheckpointWhereverItsExporterDies() throws Exception {
        // Given: the first step alone has something to do, and no later window that another partition could finish
        // before
        ledger.feed().entries(ledger.script().get(0));
        dieAt(before(ACME_1ST + "chain-0003-00000.ndjson.zst"));
        dieAt(after(ACME_1ST + "chain-0003-00000.ndjson.zst"));
        ledger.feed().entries(ledger.script().get(1));
        dieAt(after(ACME_2ND + "chain-0000-00000.ndjson.zst"));
        ledger.feed().entries(ledger.script().get(2));
        assertThat(exitCode("acme")).isEqualTo(ExitCode.INCOMPLETE);

        // When: the second step, too
        ledger.feed().seal(ledger.script().get(0));
        for (HaltingStore.Point point : List.of(
                after(REGISTRY_1ST + "leaves.ndjson"),
                before(ACME_1ST + "manifest.json"),
                after(ACME_1ST + "manifest.json"),
                after(ACME_1ST + "export.json"),
                after(ACME_1ST + "bundle.dsse.json"),
                before(ACME_1ST + "checkpoint"))) {
            dieAt(point);
            assertThat(exitCode("acme")).as(point.toString()).isEqualTo(ExitCode.INCOMPLETE);
        }
        dieAt(after(ACME_1ST + "checkpoint"));

        // Then: seen from its checkpoint on, although the process never committed its offset
        assertThat(exitCode("acme")).isEqualTo(ExitCode.VALID);
        ledger.feed().seal(ledger.script().get(1));
        ledger.feed().seal(ledger.script().get(2));
        finish();
    }

    @Test
    void goesOnAfterKillsAtAnyTime() throws Exception {
        // Given
        long seed = Long.getLong("ledger.test.seed", System.nanoTime());
        System.out.println("ledger.test.seed=" + seed);
        Random random = new Random(seed);
        ledger.feedAll();

        // When
        for (int kill = 0; kill < KILLS; kill++) {
            try (ExporterProcess exporter = start(Optional.empty())) {
                int objects = random.nextInt(12);
                long scattered = random.nextInt(300);
                int reached = kill * 12 + objects;
                await().atMost(PATIENCE).until(() -> !exporter.isAlive() || objects() >= reached);
                assertThat(exporter.isAlive()).as(exporter.log()).isTrue();
                TimeUnit.MILLISECONDS.sleep(scattered);
                exporter.kill();
            }
            afterDeath();
        }

        // Then
        finish();
    }

    private int objects() throws IOException {
        Path written = ledger.bucket().resolve("v1");
        return Files.exists(written) ? CoreExport.digests(written).size() : 0;
    }
}

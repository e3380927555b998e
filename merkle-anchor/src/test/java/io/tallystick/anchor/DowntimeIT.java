// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Processes that were away, and partitions that are late. */
@ExtendWith(LedgerExtension.class)
class DowntimeIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Noon of the day before yesterday: ages are known, and no window begins a day. */
    private final Instant first = Instant.now().truncatedTo(ChronoUnit.DAYS).minus(Duration.ofHours(36));

    private static final int WINDOWS = 16;
    private static final int LATE_FROM = 10;

    @TempDir
    private Path directory;

    private final List<Throwable> fatal = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private AnchorApplication start(AnchorConfig config, SimpleMeterRegistry meters) {
        AnchorApplication application = new AnchorApplication(config, meters, fatal::add);
        open.add(application);
        application.start();
        return application;
    }

    private TestLedger ledger(EmbeddedLedger broker, Map<String, String> more) throws Exception {
        TestLedger ledger = new TestLedger(broker, directory, LedgerScript.createdIn(first), more);
        open.add(ledger);
        return ledger;
    }

    private static double unsealed(SimpleMeterRegistry meters) {
        return meters.get("ledger.oldest.unsealed.window").gauge().value();
    }

    private static double secondsSince(Instant start) {
        return Duration.between(start, Instant.now()).toMillis() / 1e3;
    }

    /** Four hours; the second partition stays open, with entries, from the tenth window on and is idle until the last. */
    private static void writeHours(LedgerScript script) {
        for (int i = 0; i < LATE_FROM; i++) {
            if (i % 3 == 0) {
                script.writeWindow(i, 0, 1);
            } else if (i % 3 == 1) {
                script.writeWindow(i, 2);
            } else {
                script.writeWindow(i);
            }
        }
        script.fill(LATE_FROM, 0, 1, 2);
        script.end(LATE_FROM, 0);
        for (int i = LATE_FROM + 1; i < WINDOWS; i++) {
            script.fill(i, 0);
            script.end(i, 0);
        }
    }

    @Test
    void hoursAreSealedInOrderAndWaitForALatePartition(EmbeddedLedger broker) throws Exception {
        Path logKey = directory.resolve("log.pem");
        TestLedger ledger = ledger(
                broker,
                Map.of(
                        "ledger.anchors", "gone,log",
                        "ledger.anchor.gone.type", "tsa",
                        "ledger.anchor.gone.url", "http://127.0.0.1:1",
                        "ledger.anchor.gone.roots",
                                directory.resolve("missing.pem").toString(),
                        "ledger.anchor.log.type", "log",
                        "ledger.anchor.log.file", directory.resolve("log").toString(),
                        "ledger.anchor.log.key.file", logKey.toString()));
        KeyFile.write(
                logKey,
                KeyFile.generate(KeyAlgorithm.ED25519, new SecureRandom()),
                KeyFile.readPassphrase(ledger.config().passphraseFile()));
        LedgerScript script = new LedgerScript(ledger, first);
        writeHours(script);
        SimpleMeterRegistry meters = new SimpleMeterRegistry();

        AnchorApplication application = start(ledger.config(), meters);
        script.awaitSealed(LATE_FROM, fatal);
        await().atMost(PATIENCE)
                .until(() -> application.snapshot().awaitedPartitions().equals(List.of(1)));
        assertThat(ledger.registered()).hasSize(LATE_FROM);
        assertThat(script.registryCheckpoints()).hasSize(LATE_FROM);
        await().atMost(PATIENCE).until(() -> unsealed(meters) <= secondsSince(script.window(LATE_FROM)));
        assertThat(unsealed(meters)).isGreaterThan(secondsSince(script.window(LATE_FROM + 1)));

        for (int i = LATE_FROM; i < WINDOWS; i++) {
            script.end(i, 1);
        }
        script.awaitSealed(WINDOWS, fatal);
        script.requireExpected();
        await().atMost(PATIENCE).until(() -> unsealed(meters) <= secondsSince(script.window(WINDOWS)));

        assertThat(meters.get("ledger.merkle.batches").counter().count()).isEqualTo(WINDOWS);
        assertThat(meters.get("ledger.window.seal.delay").timer().count()).isEqualTo(WINDOWS);
        assertThat(meters.get("ledger.signer.active").gauge().value()).isEqualTo(1);
        assertThat(meters.get("ledger.chain.fork.detected").counter().count()).isZero();
        requireAnchored(meters);
    }

    /** By the anchor that is there; the other one, whose file is missing, is left out and holds nothing up. */
    private static void requireAnchored(SimpleMeterRegistry meters) {
        await().atMost(PATIENCE)
                .until(() -> meters.get("ledger.merkle.anchor.latency")
                                .tag("anchor", "log")
                                .timer()
                                .count()
                        == WINDOWS);
        await().atMost(PATIENCE)
                .until(() -> meters.get("ledger.checkpoints.pending").gauge().value() == 0);
        assertThat(stopped(meters, "log")).isZero();
        assertThat(stopped(meters, "gone")).isEqualTo(1);
    }

    private static double stopped(SimpleMeterRegistry meters, String anchor) {
        return meters.get("ledger.anchor.stopped").tag("anchor", anchor).gauge().value();
    }

    @Test
    void asProcessesComeAndGoTheSameBytesContinue(EmbeddedLedger broker) throws Exception {
        TestLedger ledger = ledger(broker, Map.of());
        AnchorConfig one = ledger.config();
        AnchorConfig two = ledger.config(directory.resolve("two"));
        LedgerScript script = new LedgerScript(ledger, first);
        script.writeWindow(0, 0, 1, 2);
        AnchorApplication first = start(one, new SimpleMeterRegistry());
        script.awaitSealed(1, fatal);
        AnchorApplication second = start(two, new SimpleMeterRegistry());
        script.entry(0, script.window(1));
        script.checkpoint(script.window(1).plusSeconds(60), 0);

        first.close();
        script.writeWindow(1, 1);
        script.awaitSealed(2, fatal);

        start(one, new SimpleMeterRegistry());
        script.writeWindow(2, 0);
        second.close();
        script.writeWindow(3, 2);
        script.awaitSealed(4, fatal);

        script.requireExpected();
        assertThat(fatal).isEmpty();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static io.tallystick.export.ScriptedLedger.ACME_1ST;
import static io.tallystick.export.ScriptedLedger.ACME_3RD;
import static io.tallystick.export.ScriptedLedger.GLOBEX_3RD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.export.assemble.CoreExport;
import io.tallystick.export.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two whole exporters at once over one store: one bundle of each window, and nobody stops. */
@ExtendWith(LedgerExtension.class)
class TwoExportersIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path temp;

    private final BlockingQueue<Throwable> fatal = new LinkedBlockingQueue<>();
    private ScriptedLedger ledger;
    private BucketWatch watch;

    @BeforeEach
    void setUp(EmbeddedLedger embedded) throws Exception {
        ledger = new ScriptedLedger(embedded, temp);
        watch = new BucketWatch(ledger.bucket());
    }

    @AfterEach
    void tearDown() {
        ledger.close();
    }

    private ExportApplication start(String name, UnaryOperator<ObjectStore> between) {
        Map<String, String> properties = new HashMap<>(ledger.properties());
        properties.put("ledger.export.name", name);
        ExportApplication application =
                new ExportApplication(new ExportConfig(properties), new SimpleMeterRegistry(), fatal::add, between);
        application.start();
        return application;
    }

    private boolean exists(String path) {
        return Files.exists(ledger.bucket().resolve(path));
    }

    private void awaitAll() {
        await().atMost(PATIENCE)
                .until(() ->
                        !fatal.isEmpty() || (exists(ACME_3RD + "checkpoint") && exists(GLOBEX_3RD + "checkpoint")));
        assertThat(fatal).isEmpty();
    }

    private void requireOneBundleOfEachWindow(MeetingStore.Meetings meetings) throws IOException {
        assertThat(fatal).isEmpty();
        assertThat(meetings.created().values()).containsOnly(1);
        assertThat(CoreExport.digests(ledger.bucket().resolve("v1")))
                .hasSameSizeAs(meetings.created().keySet());
        assertThat(BucketWatch.scratchFiles(ledger.bucket().resolve(".scratch")))
                .isEmpty();
        ledger.requireValid(ledger.bucket());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "twin"})
    void whoMeetWriteEachObjectOnce(String nameOfTheSecond) throws Exception {
        // Given: members of one group; or of two over one store, as if each did not know that the other lives
        MeetingStore.Meetings meetings = new MeetingStore.Meetings();
        try (ExportApplication one = start("", store -> new MeetingStore(store, meetings));
                ExportApplication two = start(nameOfTheSecond, store -> new MeetingStore(store, meetings))) {
            assertThat(one).isNotSameAs(two);
            if (!nameOfTheSecond.isEmpty()) {
                meetings.begin();
            }

            // When
            ledger.feedAll();
            awaitAll();
        }

        // Then
        requireOneBundleOfEachWindow(meetings);
        if (!nameOfTheSecond.isEmpty()) {
            assertThat(meetings.met()).as("PUTs at the same time").isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chain-0003-00000.ndjson.zst", "manifest.json", "checkpoint"})
    void whoWasDeclaredDeadChangesNothing(String object) throws Exception {
        // Given: one that stands still before it stores an object, and whose group goes on without it
        MeetingStore.Meetings meetings = new MeetingStore.Meetings();
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        ledger.feedAll();
        try (ExportApplication zombie = start(
                        "",
                        store -> new PausedStore(
                                new MeetingStore(store, meetings), ACME_1ST + object, reached, goOn, gone));
                GroupMembers members = new GroupMembers(new ExportConfig(ledger.properties()).ledger())) {
            assertThat(zombie).isNotNull();
            assertThat(reached.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            members.forgetTheDead();
            try (ExportApplication successor = start("", store -> new MeetingStore(store, meetings))) {
                assertThat(successor).isNotNull();
                awaitAll();
                watch.requireNothingRewritten();
            } finally {
                // When
                goOn.countDown();
            }
            assertThat(gone.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }

        // Then
        watch.requireNothingRewritten();
        requireOneBundleOfEachWindow(meetings);
    }
}

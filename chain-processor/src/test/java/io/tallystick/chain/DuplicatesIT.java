// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import static io.tallystick.chain.RunningLedger.PATIENCE;
import static io.tallystick.chain.RunningLedger.awaitRunning;
import static io.tallystick.chain.RunningLedger.partition;
import static io.tallystick.chain.sequence.Given.forChain;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.chain.sequence.Given;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.topic.TenantPolicies;
import io.tallystick.topic.TenantPolicies.Duplicates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What is remembered of events outlives whatever happens to the process that remembers it. */
@ExtendWith(LedgerExtension.class)
class DuplicatesIT {
    private static final String CHAIN = "acme/0";

    @TempDir
    private Path state;

    @TempDir
    private Path elsewhere;

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private RunningLedger ledger;
    private long offset;

    @BeforeEach
    void setUp(EmbeddedLedger broker) throws IOException {
        ledger = new RunningLedger(broker);
    }

    @AfterEach
    void tearDown() {
        ledger.close();
    }

    private ChainApplication start(Path directory) {
        ChainApplication application = new ChainApplication(ledger.config(directory), meters, fault -> {});
        application.start();
        awaitRunning(application);
        return application;
    }

    /** The text of the entry that an event becomes. */
    private String append(String id, String payload) {
        send(id, payload);
        return lastEntry();
    }

    private void send(String id, String payload) {
        ledger.send(List.of(forChain(Given.event(offset++, "shop", id, payload), CHAIN)));
    }

    private String lastEntry() {
        await().atMost(PATIENCE).until(() -> ledger.accounted(CHAIN) == offset);
        return ledger.entries(partition(CHAIN)).stream()
                .filter(record -> record instanceof LedgerEntry entry
                        && entry.getChain().equals(CHAIN))
                .map(record -> UTF_8.decode(((LedgerEntry) record).getEntry().duplicate())
                        .toString())
                .filter(text -> text.contains("\"source\":{"))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    private void policies(long revision, Duplicates duplicates, long entries) {
        ledger.send(
                CHAIN,
                Given.config(CHAIN, revision, new TenantPolicies(duplicates, Duration.ofHours(1), entries)));
    }

    private static void isMarked(String entry, long first) {
        assertThat(entry).contains("\"kind\":\"event\"").contains("\"duplicateOf\":" + first + ",");
    }

    private static void isNew(String entry) {
        assertThat(entry).contains("\"kind\":\"event\"").doesNotContain("duplicateOf");
    }

    private Path indexDirectory() {
        return ledger.config(state).duplicatesDirectory();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void duplicatesAreMarkedOrRejectedAndConflictsAlwaysRejected() {
        try (ChainApplication application = start(state)) {
            isNew(append("1", "{}"));
            isMarked(append("1", "{}"), 1);
            assertThat(append("1", "[]")).contains("\"reason\":\"conflict\"").contains("\"duplicateOf\":1,");

            // When
            policies(1, Duplicates.REJECT, 1_000);

            // Then
            assertThat(append("1", "{}")).contains("\"reason\":\"duplicate\"").contains("\"duplicateOf\":1,");
            isNew(append("2", "{}"));
            assertThat(application.isRunning()).isTrue();
            assertThat(meters.get("ledger.chain.refused")
                            .tag("code", "conflict")
                            .tag("partition", Integer.toString(partition(CHAIN)))
                            .counter()
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    void theyAreKnownAfterACleanRestartAndAfterTheIndexWasLost() throws IOException {
        // Given
        try (ChainApplication application = start(state)) {
            isNew(append("1", "{}"));
            isNew(append("2", "{}"));
            assertThat(application.isRunning()).isTrue();
        }

        // When, Then
        try (ChainApplication application = start(state)) {
            isMarked(append("1", "{}"), 1);
            assertThat(application.isRunning()).isTrue();
        }
        delete(indexDirectory());
        try (ChainApplication application = start(state)) {
            isMarked(append("2", "{}"), 2);
            assertThat(append("1", "[]")).contains("\"reason\":\"conflict\"");
            assertThat(application.isRunning()).isTrue();
        }
    }

    @Test
    void theyAreKnownAfterTheProcessWasKilled() throws IOException, InterruptedException {
        // Given: more than waits in memory
        Process process = ChainProcess.start(ledger, state);
        while (offset < 6_000) {
            List<AdmittedEvent> batch = new ArrayList<>();
            while (batch.size() < 1_000) {
                batch.add(forChain(Given.event(offset, "shop", "id-" + offset, "{}"), CHAIN));
                offset++;
            }
            ledger.send(batch);
            ledger.awaitAccounted(CHAIN, offset);
        }
        process.destroyForcibly().waitFor();

        // When, Then
        try (ChainApplication application = start(state)) {
            isMarked(append("id-0", "{}"), 1);
            isMarked(append("id-3000", "{}"), 3_001);
            isMarked(append("id-5999", "{}"), 6_000);
            isNew(append("id-6000", "{}"));
            assertThat(application.isRunning()).isTrue();
        }
    }

    @Test
    void aPartitionThatWasElsewhereKnowsWhatWasKeptThere() {
        // Given
        try (ChainApplication application = start(state)) {
            isNew(append("1", "{}"));
            assertThat(application.isRunning()).isTrue();
        }
        try (ChainApplication application = start(elsewhere)) {
            isMarked(append("1", "{}"), 1);
            isNew(append("2", "{}"));
            assertThat(application.isRunning()).isTrue();
        }

        // When: back to the first disk
        try (ChainApplication application = start(state)) {
            isMarked(append("2", "{}"), 3);
            isMarked(append("1", "{}"), 1);
            assertThat(application.isRunning()).isTrue();
        }
    }

    @Test
    void theCapHoldsAcrossRestarts() throws IOException {
        // Given
        try (ChainApplication application = start(state)) {
            isNew(append("1", "{}"));
            policies(1, Duplicates.MARK, 2);
            isNew(append("2", "{}"));
            isNew(append("3", "{}"));
            assertThat(application.isRunning()).isTrue();
        }
        delete(indexDirectory());

        // When, Then
        try (ChainApplication application = start(state)) {
            isMarked(append("3", "{}"), 4);
            isNew(append("1", "{}"));
            isNew(append("2", "{}"));
            isMarked(append("1", "{}"), 6);
            assertThat(application.isRunning()).isTrue();
        }
    }
}

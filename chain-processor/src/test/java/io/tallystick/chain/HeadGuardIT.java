// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import static io.tallystick.chain.RunningLedger.PATIENCE;
import static io.tallystick.chain.RunningLedger.awaitRunning;
import static io.tallystick.chain.RunningLedger.partition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.avro.Tick;
import io.tallystick.chain.sequence.EntriesOracle;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.entry.Bytes;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.LedgerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a naive application does not notice: lost, old and foreign state. */
@ExtendWith(LedgerExtension.class)
class HeadGuardIT {
    private static final String CHAIN = "acme/0";
    private static final int HOME = partition(CHAIN);
    private static final long LIMIT = 100;

    /** Another chain of the same partition. */
    private static final String NEIGHBOUR = IntStream.range(1, 100)
            .mapToObj(i -> "acme/" + i)
            .filter(chain -> partition(chain) == HOME)
            .findFirst()
            .orElseThrow();

    @TempDir
    private Path first;

    @TempDir
    private Path second;

    private final AtomicReference<Throwable> fatal = new AtomicReference<>();
    private RunningLedger ledger;

    @BeforeEach
    void setUp(EmbeddedLedger broker) throws IOException {
        ledger = new RunningLedger(broker);
    }

    @AfterEach
    void tearDown() {
        ledger.close();
    }

    private ChainApplication launch(Path state) {
        ChainApplication application =
                new ChainApplication(ledger.config(state), new SimpleMeterRegistry(), fatal::set, LIMIT);
        application.start();
        return application;
    }

    private void appendUpTo(Path state, long from, long to) {
        try (ChainApplication application = launch(state)) {
            awaitRunning(application);
            append(CHAIN, from, to);
        }
    }

    private void append(String chain, long from, long to) {
        ledger.sendEvents(chain, from, to);
        ledger.awaitAccounted(chain, to);
    }

    /** Two chains; the changelog then knows only one of them, and the partition's last record. */
    private void appendAndReplaceTheChangelog(long neighbours) throws InterruptedException, ExecutionException {
        try (ChainApplication application = launch(first)) {
            awaitRunning(application);
            append(NEIGHBOUR, 0, neighbours);
            append(CHAIN, 0, 10);
            ledger.replaceChangelog();
            append(CHAIN, 10, 20);
        }
    }

    private void refuses(Path state, String... says) {
        List<SpecificRecord> before = ledger.entries(HOME);
        try (ChainApplication application = launch(state)) {
            await().atMost(PATIENCE).until(() -> fatal.get() != null);
            assertThat(fatal.get())
                    .isInstanceOf(LedgerIntegrityException.class)
                    .hasMessageContaining("head guard of " + ledger.topics().entries() + "-")
                    .hasMessageContaining("tally recover chain")
                    .hasMessageContainingAll(says);
            assertThat(application.isRunning()).isFalse();
        }
        assertThat(ledger.entries(HOME)).isEqualTo(before);
    }

    @Test
    void lostStateOfAShortLedgerIsRebuiltFromTheTopic() throws InterruptedException, ExecutionException {
        // Given
        appendUpTo(first, 0, 50);
        ledger.deleteChangelog();

        // When
        appendUpTo(second, 45, 80);

        // Then
        assertThat(ledger.accounted(CHAIN)).isEqualTo(80);
        assertThat(fatal).hasNullValue();
    }

    @Test
    void whatWasReplayedIsStoredAndServesTheNextStart() throws InterruptedException, ExecutionException {
        // Given: state rebuilt by a life that saw no input
        appendUpTo(first, 0, 50);
        ledger.deleteChangelog();
        try (ChainApplication application = launch(second)) {
            awaitRunning(application);
        }

        // When: from the changelog alone
        appendUpTo(first.resolve("third"), 50, 190);
        appendUpTo(second.resolve("fourth"), 190, 200);

        // Then
        assertThat(ledger.accounted(CHAIN)).isEqualTo(200);
    }

    @Test
    void lostStateOfALongLedgerIsRefused() throws InterruptedException, ExecutionException {
        // Given
        appendUpTo(first, 0, 150);
        ledger.deleteChangelog();

        // When, Then
        refuses(second, "records ahead of the state (empty)");
    }

    @Test
    void aChangelogReplacedUnderTheRunningStageGivesNoSecondGenesis() throws InterruptedException, ExecutionException {
        // Given
        appendAndReplaceTheChangelog(10);

        // When: the disk is lost too
        try (ChainApplication application = launch(second)) {
            awaitRunning(application);
            append(NEIGHBOUR, 10, 20);
            append(CHAIN, 20, 30);
        }

        // Then
        assertThat(EntriesOracle.check(ledger.entries(HOME)).sizes()).isEqualTo(Map.of(CHAIN, 31L, NEIGHBOUR, 21L));
        assertThat(fatal).hasNullValue();
    }

    @Test
    void aChangelogReplacedUnderTheRunningStageOfALongLedgerIsRefused()
            throws InterruptedException, ExecutionException {
        // Given
        appendAndReplaceTheChangelog(150);

        // When, Then
        refuses(second, "the state is not whole", "at most 100 are replayed");
    }

    @Test
    void stateAheadOfTheTopicIsRefused() throws InterruptedException, ExecutionException, IOException {
        // Given: the entries topic was lost and set up anew
        appendUpTo(first, 0, 10);
        ledger.admin.deleteTopics(List.of(ledger.topics().entries())).all().get();
        await().atMost(PATIENCE).until(() -> !ledger.admin
                .listTopics()
                .names()
                .get()
                .contains(ledger.topics().entries()));
        ledger.init();

        // When, Then
        refuses(first, "the state is ahead");
    }

    @Test
    void aPartitionThatLostItsBeginningIsRefused() throws InterruptedException, ExecutionException {
        // Given: nobody deletes records of the ledger
        TopicPartition home = new TopicPartition(ledger.topics().entries(), HOME);
        ledger.admin
                .deleteRecords(Map.of(home, RecordsToDelete.beforeOffset(1)))
                .all()
                .get();

        // When, Then
        refuses(first, "begins at offset", "expected 0");
    }

    @Test
    void aWholeStateDoesNotHideThatThePartitionLostItsBeginning() throws InterruptedException, ExecutionException {
        // Given: state and topic end alike
        appendUpTo(first, 0, 20);
        TopicPartition home = new TopicPartition(ledger.topics().entries(), HOME);
        ledger.admin
                .deleteRecords(Map.of(home, RecordsToDelete.beforeOffset(10)))
                .all()
                .get();

        // When, Then
        refuses(first, "begins at offset 10, expected 0");
    }

    @Test
    void aLostStateDirectoryIsRestoredFromTheChangelogHoweverLongTheLedger()
            throws InterruptedException, ExecutionException {
        // Given
        appendUpTo(first, 0, LIMIT + 50);

        // When
        appendUpTo(second, LIMIT + 50, LIMIT + 60);

        // Then
        assertThat(ledger.accounted(CHAIN)).isEqualTo(LIMIT + 60);
        assertThat(fatal).hasNullValue();
    }

    @Test
    void aStateThatIsBehindCatchesUpOrRefusesByTheDistance() throws InterruptedException, ExecutionException {
        // Given: a changelog from an old backup
        appendUpTo(first, 0, 10);
        Map<String, Bytes> old = ledger.changelogContents();
        appendUpTo(first, 10, 60);
        ledger.restoreChangelog(old);

        // When: 50 records behind
        appendUpTo(second, 55, 70);

        // Then
        assertThat(ledger.accounted(CHAIN)).isEqualTo(70);

        // When, Then: 150 records behind
        appendUpTo(second, 70, 160);
        ledger.restoreChangelog(old);
        refuses(first.resolve("third"), "records ahead of the state (record ", "at most 100 are replayed");
    }

    @Test
    void aTopicThatLostItsTailOrHoldsAnotherIsRefused() throws InterruptedException, ExecutionException {
        // Given: as after an unclean leader election: the end is lower
        appendUpTo(first, 0, 20);
        List<List<SpecificRecord>> whole = ledger.allEntries();
        List<SpecificRecord> home = whole.get(HOME);
        ledger.replaceEntries(with(whole, home.subList(0, home.size() - 3)));

        // When, Then
        refuses(first, "the state is ahead: it ends with record");

        // Given: another record in the last one's place
        fatal.set(null);
        List<SpecificRecord> other = new ArrayList<>(home);
        LedgerEntry last = (LedgerEntry) other.remove(other.size() - 1);
        LedgerEntry genesis = home.stream()
                .filter(LedgerEntry.class::isInstance)
                .map(LedgerEntry.class::cast)
                .findFirst()
                .orElseThrow();
        other.add(LedgerEntry.newBuilder(genesis).setPseq(last.getPseq()).build());
        ledger.replaceEntries(with(whole, other));

        // When, Then
        refuses(first, "the state ends with record", "but the topic holds record");

        // Given: made anew, and nobody set it up
        fatal.set(null);
        ledger.replaceEntries(List.of(List.of(), List.of()));

        // When, Then
        refuses(first, "the topic is empty");
        fatal.set(null);
        ledger.deleteChangelog();
        refuses(second, "expected an Init record at its beginning, found no record at all");
    }

    private static List<List<SpecificRecord>> with(List<List<SpecificRecord>> whole, List<SpecificRecord> home) {
        List<List<SpecificRecord>> changed = new ArrayList<>(whole);
        changed.set(HOME, home);
        return changed;
    }

    @Test
    void anotherOriginThanTheLedgersIsRefusedWithStateAndWithout() throws InterruptedException, ExecutionException {
        // Given
        appendUpTo(first, 0, 10);
        ledger.properties.put(LedgerSettings.ORIGIN, "other.example.com");

        // When, Then
        refuses(first, "the state is of ledger ledger.example.com, this is other.example.com");
        fatal.set(null);
        ledger.deleteChangelog();
        refuses(second, "an Init record of other.example.com");
    }

    @Test
    void aGroupWithoutOffsetsIsRefusedBeforeAnythingStarts() throws InterruptedException, ExecutionException {
        // Given: a renamed group has no offsets and no state
        appendUpTo(first, 0, 10);
        ledger.endSessions();
        String group = ledger.config(first).applicationId();
        ledger.admin.deleteConsumerGroups(List.of(group)).all().get();
        ledger.deleteChangelog();
        List<SpecificRecord> before = ledger.entries(HOME);

        // When, Then
        try (ChainApplication application =
                new ChainApplication(ledger.config(second), new SimpleMeterRegistry(), fatal::set, LIMIT)) {
            assertThatThrownBy(application::start)
                    .isInstanceOf(LedgerIntegrityException.class)
                    .hasMessageContainingAll(group, ledger.topics().ingest() + "-0=no committed offset")
                    .hasMessageContaining("tally recover chain");
        }
        assertThat(ledger.entries(HOME)).isEqualTo(before);
    }

    @Test
    void aTransactionThatNeverEndsIsReportedWithItsRemedy() throws InterruptedException, ExecutionException {
        // Given: longer than the guard waits
        try (Producer<String, SpecificRecord> hanging = stranger(600_000);
                SpareReaders readers =
                        new SpareReaders(ledger.settings, ledger.records.deserializer(), Duration.ofSeconds(2))) {
            hanging.initTransactions();
            hanging.beginTransaction();
            hanging.send(new ProducerRecord<>(ledger.topics().entries(), HOME, null, new Tick(0)))
                    .get();
            KafkaEntriesTail tail = new KafkaEntriesTail(ledger.settings, readers);

            // When, Then
            assertThatThrownBy(() -> tail.read(HOME, 0, LIMIT))
                    .isInstanceOf(KafkaException.class)
                    .hasMessageContainingAll("from offset 2 to its end 3", "kafka-transactions.sh find-hanging");
            hanging.abortTransaction();
        }
    }

    @Test
    void abortedRecordsAndAPendingTransactionAtTheEndDoNotConfuseIt() throws InterruptedException, ExecutionException {
        // Given: 1,000 aborted records, longer than the first stretch that is read, then a writer that died
        appendUpTo(first, 0, 50);
        ledger.deleteChangelog();
        try (Producer<String, SpecificRecord> stranger = stranger(60_000)) {
            stranger.initTransactions();
            stranger.beginTransaction();
            List<Future<RecordMetadata>> sent = IntStream.range(0, 1_000)
                    .mapToObj(i ->
                            stranger.send(new ProducerRecord<>(ledger.topics().entries(), HOME, null, new Tick(i))))
                    .toList();
            stranger.flush();
            assertThat(sent).allSatisfy(one -> assertThat(one).succeedsWithin(PATIENCE));
            stranger.abortTransaction();
        }
        try (Producer<String, SpecificRecord> dead = stranger(1_000)) {
            dead.initTransactions();
            dead.beginTransaction();
            dead.send(new ProducerRecord<>(ledger.topics().entries(), HOME, null, new Tick(0)))
                    .get();

            // When: the broker aborts what is pending, the guard waits for it
            appendUpTo(second, 50, 60);
        }

        // Then
        assertThat(ledger.accounted(CHAIN)).isEqualTo(60);
    }

    @Test
    void anEntryThatIsCommittedWhileTheGuardWaitsIsSeen() throws InterruptedException, ExecutionException {
        // Given: the last entry lies in a transaction that is open
        appendUpTo(first, 0, 50);
        List<List<SpecificRecord>> whole = ledger.allEntries();
        List<SpecificRecord> home = whole.get(HOME);
        SpecificRecord last = home.get(home.size() - 1);
        ledger.replaceEntries(with(whole, home.subList(0, home.size() - 1)));
        try (Producer<String, SpecificRecord> pending = transactional(60_000, ledger.records.serializer());
                SpareReaders readers = new SpareReaders(ledger.settings, ledger.records.deserializer(), PATIENCE)) {
            pending.initTransactions();
            pending.beginTransaction();
            pending.send(new ProducerRecord<>(ledger.topics().entries(), HOME, CHAIN, last))
                    .get();
            KafkaEntriesTail tail = new KafkaEntriesTail(ledger.settings, readers);

            // When
            CompletableFuture<List<SpecificRecord>> read =
                    CompletableFuture.supplyAsync(() -> tail.read(HOME, 0, LIMIT));
            try (ChainApplication application = launch(first)) {
                await().during(Duration.ofSeconds(3))
                        .atMost(PATIENCE)
                        .until(() -> !read.isDone() && !application.isRunning() && fatal.get() == null);
                pending.commitTransaction();

                // Then: whoever stops before it sees a state that is ahead of the topic
                assertThat(read).succeedsWithin(PATIENCE).satisfies(records -> assertThat(
                                ((LedgerEntry) records.get(records.size() - 1)).getSeq())
                        .isEqualTo(50));
                awaitRunning(application);
                append(CHAIN, 50, 60);
            }
        }
        assertThat(EntriesOracle.check(ledger.entries(HOME)).sizes()).containsEntry(CHAIN, 61L);
        assertThat(fatal).hasNullValue();
    }

    private Producer<String, SpecificRecord> stranger(int timeoutMs) {
        return transactional(timeoutMs, (topic, record) -> new byte[] {0});
    }

    private Producer<String, SpecificRecord> transactional(int timeoutMs, Serializer<SpecificRecord> serializer) {
        Map<String, Object> properties = ledger.settings.kafkaClient("stranger");
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, ledger.topics().group("stranger") + timeoutMs);
        properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, timeoutMs);
        return new KafkaProducer<>(properties, new StringSerializer(), serializer);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import static io.tallystick.chain.RunningLedger.PATIENCE;
import static io.tallystick.chain.RunningLedger.awaitRunning;
import static io.tallystick.chain.RunningLedger.partition;
import static io.tallystick.chain.sequence.Given.event;
import static io.tallystick.chain.sequence.Given.forChain;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.avro.ChainHalt;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.chain.recover.KnownSizes;
import io.tallystick.chain.recover.RecoveryRefusedException;
import io.tallystick.chain.recover.RecoveryRefusedException.Kind;
import io.tallystick.chain.sequence.EntriesOracle;
import io.tallystick.chain.sequence.Given;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.entry.Bytes;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The chain stage has lost its state and replays nothing by itself; an operator recovers it. */
@ExtendWith(LedgerExtension.class)
class RecoveryIT {
    private static final String CHAIN = "acme/0";
    private static final int HOME = partition(CHAIN);
    private static final long LIMIT = 20;
    private static final TrustRoot TRUST_ROOT = TestKeys.trustRoot(Given.ORIGIN);

    /** A chain of the other partition. */
    private static final String ELSEWHERE = IntStream.range(1, 100)
            .mapToObj(i -> "acme/" + i)
            .filter(chain -> partition(chain) != HOME)
            .findFirst()
            .orElseThrow();

    @TempDir
    private Path state;

    private final AtomicReference<Throwable> fatal = new AtomicReference<>();
    private RunningLedger ledger;
    private SealedLedger sealed;

    @BeforeEach
    void setUp(EmbeddedLedger broker) throws IOException {
        ledger = new RunningLedger(broker);
        sealed = new SealedLedger(ledger);
    }

    @AfterEach
    void tearDown() {
        ledger.close();
    }

    private ChainApplication launch() {
        ChainApplication application =
                new ChainApplication(ledger.config(state), new SimpleMeterRegistry(), fatal::set, LIMIT);
        application.start();
        return application;
    }

    private void run(Consumer<ChainApplication> work) throws InterruptedException, ExecutionException {
        try (ChainApplication application = launch()) {
            awaitRunning(application);
            work.accept(application);
        }
        ledger.endSessions();
    }

    private void append(String chain, long from, long to) {
        ledger.sendEvents(chain, from, to);
        ledger.awaitAccounted(chain, to);
    }

    /** Two chains, sealed twice, with entries after the last seal; then all state is lost. */
    private void runSealAndLoseTheState() throws InterruptedException, ExecutionException {
        runAndSeal();
        loseTheState();
    }

    private void runAndSeal() throws InterruptedException, ExecutionException {
        run(application -> {
            append(CHAIN, 0, 60);
            append(ELSEWHERE, 0, 30);
            sealed.seal();
            append(CHAIN, 60, 90);
            sealed.seal();
            append(CHAIN, 90, 100);
        });
    }

    private void loseTheState() throws InterruptedException, ExecutionException {
        ledger.deleteChangelog();
        new LocalState(ledger.config(state)).remove();
    }

    private ChainRecovery.Report recover() {
        return recover(Optional.of(TRUST_ROOT), false, false);
    }

    private ChainRecovery.Report recover(Optional<TrustRoot> trustRoot, boolean withoutRegistry, boolean dryRun) {
        return new ChainRecovery(ledger.config(state), step -> {})
                .rebuild(new ChainRecovery.Options(trustRoot, withoutRegistry, false, dryRun, Duration.ZERO));
    }

    private ChainRecovery.Report acceptLoss() {
        return new ChainRecovery(ledger.config(state), step -> {})
                .rebuild(new ChainRecovery.Options(Optional.of(TRUST_ROOT), false, true, false, Duration.ZERO));
    }

    private void refuses(Kind kind, String... says) {
        refuses(Optional.of(TRUST_ROOT), kind, says);
    }

    private void refuses(Optional<TrustRoot> trustRoot, Kind kind, String... says) {
        assertThatThrownBy(() -> recover(trustRoot, false, false))
                .isInstanceOf(RecoveryRefusedException.class)
                .hasMessageContainingAll(says)
                .satisfies(thrown ->
                        assertThat(((RecoveryRefusedException) thrown).kind()).isEqualTo(kind));
    }

    private void goesOn(long from, long to) throws InterruptedException, ExecutionException {
        run(application -> append(CHAIN, from, to));
        assertThat(fatal).hasNullValue();
        assertThat(EntriesOracle.check(ledger.entries(HOME)).sizes()).containsEntry(CHAIN, to + 1);
    }

    @Test
    void totalLossOfStateIsRecoveredAndTheChainGoesOn() throws InterruptedException, ExecutionException {
        // Given: the head guard refuses
        runSealAndLoseTheState();
        try (ChainApplication application = launch()) {
            await().atMost(PATIENCE).until(() -> fatal.get() != null);
            assertThat(fatal.get()).isInstanceOf(LedgerIntegrityException.class).hasMessageContaining("recover chain");
            assertThat(application.isRunning()).isFalse();
        }
        fatal.set(null);
        ledger.endSessions();

        // When
        ChainRecovery.Report report = recover();

        // Then
        assertThat(report.chains()).isEqualTo(2);
        assertThat(report.entries()).isEqualTo(132);
        assertThat(report.heads()).isEqualTo(2);
        assertThat(report.registry().orElseThrow().head().size()).isEqualTo(6);
        assertThat(report.written()).isTrue();
        assertThat(report.removed()).contains(state.resolve(ledger.config(state).applicationId()));
        goesOn(95, 130);
    }

    @Test
    void whatIsWrittenIsWhatTheStoreHadWrittenAndNothingElse()
            throws InterruptedException, ExecutionException, IOException {
        // Given
        run(application -> {
            append(CHAIN, 0, 60);
            append(ELSEWHERE, 0, 30);
        });
        sealed.seal();
        SortedMap<String, Bytes> chains = chainsOf(ledger.changelogContents());
        loseTheState();
        ledger.makeChangelog();
        Path other = Files.createDirectories(state.resolve("another-application"));

        // When
        ChainRecovery.Report dry = recover(Optional.of(TRUST_ROOT), false, true);

        // Then
        assertThat(dry.written()).isFalse();
        assertThat(dry.entries()).isEqualTo(92);
        assertThat(ledger.changelogContents()).isEmpty();

        // When: the changelog holds a key that no store wrote
        try (Producer<String, byte[]> stranger = new KafkaProducer<>(
                ledger.settings.kafkaClient("stranger"), new StringSerializer(), new ByteArraySerializer())) {
            stranger.send(new ProducerRecord<>(ledger.changelog(), HOME, "foreign/7", new byte[] {1}))
                    .get();
        }
        ChainRecovery.Report report = recover();

        // Then
        assertThat(report.written()).isTrue();
        assertThat(report.deleted()).isEqualTo(1);
        assertThat(chains).hasSize(2);
        assertThat(chainsOf(ledger.changelogContents())).isEqualTo(chains);
        assertThat(ledger.changelogContents()).hasSize(4).containsKeys("0 partition", "1 partition");
        assertThat(other).isDirectory();
    }

    private static SortedMap<String, Bytes> chainsOf(Map<String, Bytes> changelog) {
        SortedMap<String, Bytes> chains = new TreeMap<>(changelog);
        chains.keySet().removeIf(key -> key.endsWith(" partition"));
        return chains;
    }

    @Test
    void aLedgerWithoutASignedRegistryIsRecoveredOnlyIfToldSoAndNotWhileItRuns()
            throws InterruptedException, ExecutionException {
        // Given
        run(application -> {
            append(CHAIN, 0, 50);
            refuses(Kind.NOT_READY, "the chain stage runs", "has members [0-1 on");
            assertThat(application.isRunning()).isTrue();
        });
        loseTheState();
        refuses(Kind.NOT_READY, "holds no registry checkpoint");

        // When
        ChainRecovery.Report report = recover(Optional.empty(), true, false);

        // Then
        assertThat(report.registry()).isEmpty();
        goesOn(50, 60);
    }

    @Test
    void whatTheTrustRootDoesNotVouchForIsRefused()
            throws InterruptedException, ExecutionException, KeyException, TrustException {
        // Given
        runSealAndLoseTheState();
        TrustRoot strange = new TrustRootBuilder(Given.ORIGIN, TestKeys.ISSUED, TestKeys.EXPIRES)
                .checkpointKey(TestKeys.key(KeyAlgorithm.ECDSA_P256, "stranger").spki())
                .sign(TestKeys.root());

        // When, Then: no trust root, also with the flag; another one; another ledger's
        refuses(Optional.empty(), Kind.NOT_READY, "no trust root");
        assertThatThrownBy(() -> recover(Optional.empty(), true, false)).isInstanceOf(RecoveryRefusedException.class);
        refuses(Optional.of(strange), Kind.DISAGREES, "not signed by the keys of the trust root");
        refuses(Optional.of(TestKeys.trustRoot("other.example.com")), Kind.DISAGREES, "other.example.com");

        // When, Then: a later window, signed by a stranger
        sealed.signedWith(TestKeys.key(KeyAlgorithm.ECDSA_P256, "stranger"));
        sealed.seal();
        refuses(Kind.DISAGREES, "not signed by the keys of the trust root");

        // When, Then: more leaves signed than there are
        sealed.signedWith(TestKeys.checkpointP256());
        sealed.checkpoint(new TreeHead(12, Hash.sha256(new byte[] {7})));
        refuses(Kind.DISAGREES, "covers 12 leaves", "holds 9");

        // When, Then: a second root for one size
        sealed.checkpoint(new TreeHead(12, Hash.sha256(new byte[] {8})));
        refuses(Kind.DISAGREES, "a split view");
    }

    @Test
    void aDamagedTopicIsRefusedUnlessOnlyWhatWasNeverSignedIsLost() throws InterruptedException, ExecutionException {
        // Given
        runSealAndLoseTheState();
        List<List<SpecificRecord>> whole = ledger.allEntries();

        // When, Then: cut below a registered head
        ledger.replaceEntries(with(whole, HOME, upToSeq(whole.get(HOME), 80)));
        refuses(Kind.DISAGREES, "chain " + CHAIN, "has 91 entries", "holds 81", "missing from seq 81");

        // When, Then: a chain is missing
        int elsewhere = partition(ELSEWHERE);
        ledger.replaceEntries(with(whole, elsewhere, whole.get(elsewhere).subList(0, 1)));
        refuses(Kind.DISAGREES, "chain " + ELSEWHERE, "has 31 entries", "holds 0");

        // When, Then: one id in one entry is another; the entry after it does not follow
        ledger.replaceEntries(with(whole, HOME, withOneEdit(whole.get(HOME))));
        refuses(Kind.DISAGREES, ledger.topics().entries() + "-" + HOME + " offset ", "entry 41 of " + CHAIN, "prev");

        // When: what was sealed is there, and no checkpoint was signed since
        ledger.replaceEntries(with(whole, HOME, upToSeq(whole.get(HOME), 94)));
        recover();

        // Then: ingest sends the rest again
        goesOn(94, 120);
    }

    @Test
    void aTopicCutBelowASignedCheckpointOfItsChainIsRefused() throws InterruptedException, ExecutionException {
        // Given: sealed up to 91 entries, signed up to 95, 101 in all
        runSealAndLoseTheState();
        sealed.checkpoint(CHAIN, sealed.head(CHAIN, 93));
        sealed.checkpoint(CHAIN, sealed.head(CHAIN, 95));
        List<List<SpecificRecord>> whole = ledger.allEntries();

        // When, Then
        ledger.replaceEntries(with(whole, HOME, upToSeq(whole.get(HOME), 93)));
        refuses(Kind.DISAGREES, "chain " + CHAIN, "signed checkpoint", "has 95 entries", "holds 94", "from seq 94");

        // When: what was signed is there
        ledger.replaceEntries(with(whole, HOME, upToSeq(whole.get(HOME), 94)));
        ChainRecovery.Report report = recover();

        // Then
        assertThat(report.checkpoints()).isEqualTo(1);
        goesOn(94, 120);
    }

    @Test
    void aTopicCutBelowWhatNobodySignedIsRefusedUntilTheLossIsAccepted()
            throws InterruptedException, ExecutionException {
        // Given: sealed up to 91 entries; the changelog knows of 101, and of 31 of the other chain
        runAndSeal();
        new LocalState(ledger.config(state)).remove();
        List<List<SpecificRecord>> whole = ledger.allEntries();
        ledger.replaceEntries(with(whole, HOME, upToSeq(whole.get(HOME), 94)));

        // When, Then: the head guard refuses, and so does a recovery, rehearsed or not
        try (ChainApplication application = launch()) {
            await().atMost(PATIENCE).until(() -> fatal.get() != null);
            assertThat(fatal.get()).isInstanceOf(LedgerIntegrityException.class);
            assertThat(application.isRunning()).isFalse();
        }
        fatal.set(null);
        ledger.endSessions();
        SortedMap<String, Bytes> before = new TreeMap<>(ledger.changelogContents());
        refuses(Kind.NOT_READY, CHAIN + " seq 95 to 100 (known by the stage's changelog)");
        assertThatThrownBy(() -> recover(Optional.of(TRUST_ROOT), false, true))
                .isInstanceOfSatisfying(RecoveryRefusedException.class, refused -> assertThat(refused.remedy())
                        .contains("--accept-loss", "Nothing was written"));
        assertThat(ledger.changelogContents()).isEqualTo(before);

        // When
        ChainRecovery.Report report = acceptLoss();

        // Then: once it is accepted, nothing knows of it any more but the report
        assertThat(report.lost()).containsExactly(new KnownSizes.Lost(CHAIN, 95, 101, "the stage's changelog"));
        assertThat(recover().lost()).isEmpty();
        goesOn(94, 120);
    }

    @Test
    void aHeadThatNobodySignedTellsOfALossToo() throws InterruptedException, ExecutionException {
        // Given
        runSealAndLoseTheState();
        List<List<SpecificRecord>> whole = ledger.allEntries();
        sealed.unsignedHead(CHAIN, 97);

        // When, Then: the topic has what the head has
        assertThat(recover(Optional.of(TRUST_ROOT), false, true).lost()).isEmpty();

        // When, Then
        ledger.replaceEntries(with(whole, HOME, upToSeq(whole.get(HOME), 94)));
        refuses(Kind.NOT_READY, CHAIN + " seq 95 to 96 (known by the heads topic)");
        assertThat(acceptLoss().lost()).containsExactly(new KnownSizes.Lost(CHAIN, 95, 97, "the heads topic"));

        // When, Then: what was signed is lost for nobody's word
        ledger.replaceEntries(with(whole, HOME, upToSeq(whole.get(HOME), 80)));
        assertThatThrownBy(this::acceptLoss)
                .isInstanceOfSatisfying(RecoveryRefusedException.class, refused -> assertThat(refused.kind())
                        .isEqualTo(Kind.DISAGREES));
    }

    @Test
    void aCheckpointOfAChainThatContradictsTheTopicOrIsAStrangersIsRefused()
            throws InterruptedException, ExecutionException, KeyException {
        // Given
        runSealAndLoseTheState();
        sealed.checkpoint(CHAIN, new TreeHead(95, Hash.sha256(new byte[] {9})));

        // When, Then
        refuses(Kind.DISAGREES, "chain " + CHAIN, "its entries 0 to 94", "signed checkpoint of the chain");

        // When, Then
        sealed.signedWith(TestKeys.key(KeyAlgorithm.ECDSA_P256, "stranger"));
        sealed.checkpoint(CHAIN, sealed.head(CHAIN, 97));
        refuses(Kind.DISAGREES, "the checkpoint of chain " + CHAIN + " of size 97 is not signed by the keys");
    }

    @Test
    void chainCheckpointsVouchAlsoBeforeTheFirstWindowIsClosed() throws InterruptedException, ExecutionException {
        // Given
        run(application -> append(CHAIN, 0, 50));
        loseTheState();
        sealed.checkpoint(CHAIN, sealed.head(CHAIN, 40));
        List<List<SpecificRecord>> whole = ledger.allEntries();

        // When, Then: they are not passed over for want of a trust root
        assertThatThrownBy(() -> recover(Optional.empty(), true, false))
                .isInstanceOf(RecoveryRefusedException.class)
                .hasMessageContainingAll("signed checkpoints of chains", "no trust root");

        // When, Then
        ledger.replaceEntries(with(whole, HOME, upToSeq(whole.get(HOME), 38)));
        assertThatThrownBy(() -> recover(Optional.of(TRUST_ROOT), true, false))
                .isInstanceOf(RecoveryRefusedException.class)
                .hasMessageContainingAll("has 40 entries", "holds 39");
    }

    private static List<List<SpecificRecord>> with(
            List<List<SpecificRecord>> whole, int partition, List<SpecificRecord> records) {
        List<List<SpecificRecord>> changed = new ArrayList<>(whole);
        changed.set(partition, records);
        return changed;
    }

    private static List<SpecificRecord> withOneEdit(List<SpecificRecord> records) {
        return records.stream()
                .map(record -> record instanceof LedgerEntry entry && entry.getSeq() == 40
                        ? LedgerEntry.newBuilder(entry)
                                .setEntry(edited(entry.getEntry()))
                                .build()
                        : record)
                .map(SpecificRecord.class::cast)
                .toList();
    }

    private static List<SpecificRecord> upToSeq(List<SpecificRecord> records, long seq) {
        return records.stream()
                .takeWhile(record -> !(record instanceof LedgerEntry entry
                        && entry.getChain().equals(CHAIN)
                        && entry.getSeq() > seq))
                .toList();
    }

    private static ByteBuffer edited(ByteBuffer entry) {
        byte[] bytes = new byte[entry.remaining()];
        entry.duplicate().get(bytes);
        String text = new String(bytes, UTF_8);
        return ByteBuffer.wrap(
                text.replace("\"id\":\"id-39\"", "\"id\":\"id-xx\"").getBytes(UTF_8));
    }

    @Test
    void aSecondHistoryThatIsWholeInItselfIsRefused() throws InterruptedException, ExecutionException {
        // Given: the same length, all links right, other contents than were sealed
        runSealAndLoseTheState();
        ledger.replaceEntries(
                List.of(ledger.entries(0).subList(0, 1), ledger.entries(1).subList(0, 1)));
        run(application -> {
            for (int offset = 0; offset < 100; offset++) {
                ledger.send(List.of(forChain(event(offset, offset, 0).setId("forged-" + offset), CHAIN)));
            }
            ledger.awaitAccounted(CHAIN, 100);
            append(ELSEWHERE, 0, 30);
        });

        // When, Then
        refuses(Kind.DISAGREES, "chain " + CHAIN, "its entries 0 to 90", "registered for the window");
    }

    @Test
    void aGroupWithoutOffsetsIsRefusedAndRecovered() throws InterruptedException, ExecutionException {
        // Given: as after a change of the group's name, or a week without an instance
        runSealAndLoseTheState();
        ledger.admin
                .deleteConsumerGroups(List.of(ledger.config(state).applicationId()))
                .all()
                .get();
        try (ChainApplication application =
                new ChainApplication(ledger.config(state), new SimpleMeterRegistry(), fatal::set, LIMIT)) {
            assertThatThrownBy(application::start)
                    .isInstanceOf(LedgerIntegrityException.class)
                    .hasMessageContainingAll("no committed offset", "tally recover chain");
        }

        // When
        ChainRecovery.Report report = recover();

        // Then: everything is read again, and dropped
        assertThat(report.offsetsSet()).isEqualTo(RunningLedger.N);
        goesOn(100, 110);
    }

    @Test
    void aHaltSurvivesTheLossOfAllStateAndIsClearedByAnOperator() throws InterruptedException, ExecutionException {
        // Given: the source has lost what it had from offset 70 on
        run(application -> {
            append(CHAIN, 0, 90);
            ledger.send(List.of(forChain(event(70, 70, 1), CHAIN)));
            append(ELSEWHERE, 0, 30);
            await().atMost(PATIENCE).until(() -> ledger.halts().containsKey(CHAIN));
        });
        sealed.seal();
        loseTheState();

        // When
        ChainRecovery.Report report = recover();

        // Then
        assertThat(report.halted()).containsExactly(CHAIN);
        run(application -> {
            ledger.sendEvents(CHAIN, 90, 95);
            append(ELSEWHERE, 30, 31);
            assertThat(ledger.accounted(CHAIN)).isEqualTo(90);

            // When
            ChainHalt mark = new ChainRecovery(ledger.config(state), step -> {})
                    .clearHalt(CHAIN, "Ada", "the broker lost its disk, ticket 4711", PATIENCE);

            // Then
            assertThat(mark.getOffset()).isEqualTo(70);
            assertThat(mark.getNext()).isEqualTo(90);
            assertThat(ledger.halts()).isEmpty();
            ledger.send(List.of(forChain(event(85, 90, 1), CHAIN)));
            ledger.awaitAccounted(CHAIN, 91);
            assertThat(EntriesOracle.check(ledger.entries(HOME)).sizes()).containsEntry(CHAIN, 93L);
        });

        // When, Then: also a replay of the clearing gives the chain that goes on
        loseTheState();
        assertThat(recover().halted()).isEmpty();
        run(application -> {
            ledger.send(List.of(forChain(event(91, 91, 1), CHAIN)));
            ledger.awaitAccounted(CHAIN, 92);
        });
    }

    @Test
    void aHaltedChainThatLostEntriesIsHaltedAgainAndCanBeCleared() throws InterruptedException, ExecutionException {
        // Given: halted with 91 entries, of which 61 are sealed
        run(application -> {
            append(CHAIN, 0, 60);
            sealed.seal();
            append(CHAIN, 60, 90);
            ledger.send(List.of(forChain(event(85, 85, 1), CHAIN)));
            await().atMost(PATIENCE).until(() -> ledger.halts().containsKey(CHAIN));
        });
        loseTheState();
        ledger.replaceEntries(with(ledger.allEntries(), HOME, upToSeq(ledger.entries(HOME), 80)));
        refuses(Kind.NOT_READY, CHAIN + " seq 81 to 90 (known by the mark of its halt)");

        // When
        ChainRecovery.Report report = acceptLoss();

        // Then
        assertThat(report.halted()).containsExactly(CHAIN);
        assertThat(ledger.halts().get(CHAIN).getSize()).isEqualTo(81);
        assertThat(recover().lost()).isEmpty();
        run(application -> {
            new ChainRecovery(ledger.config(state), step -> {})
                    .clearHalt(CHAIN, "Ada", "the broker lost its disk, and so did the source's", PATIENCE);
            assertThat(ledger.halts()).isEmpty();
            ledger.send(List.of(forChain(event(80, 80, 1), CHAIN)));
            ledger.awaitAccounted(CHAIN, 81);
        });
    }

    @Test
    void aHaltedChainOfWhichNothingIsLeftBeginsAgainWithoutItsMark() throws InterruptedException, ExecutionException {
        // Given: halted with 6 entries, none of them sealed
        run(application -> {
            append(ELSEWHERE, 0, 30);
            sealed.seal();
            append(CHAIN, 0, 5);
            ledger.send(List.of(forChain(event(2, 2, 1), CHAIN)));
            await().atMost(PATIENCE).until(() -> ledger.halts().containsKey(CHAIN));
        });
        loseTheState();
        ledger.replaceEntries(
                with(ledger.allEntries(), HOME, ledger.entries(HOME).subList(0, 1)));
        refuses(Kind.NOT_READY, CHAIN + " seq 0 to 5 (known by the mark of its halt)");

        // When
        ChainRecovery.Report report = acceptLoss();

        // Then: also when it has the size again at which the old one was halted
        assertThat(report.halted()).isEmpty();
        assertThat(report.unhalted()).extracting(ChainHalt::getChain).containsExactly(CHAIN);
        assertThat(ledger.halts()).isEmpty();
        goesOn(0, 5);
        loseTheState();
        assertThat(recover().halted()).isEmpty();
        goesOn(5, 10);
    }

    @Test
    void aClearingThatNobodyTakesIsReported() throws InterruptedException, ExecutionException {
        // Given: the stage does not run
        run(application -> {
            append(CHAIN, 0, 10);
            ledger.send(List.of(forChain(event(5, 5, 1), CHAIN)));
            await().atMost(PATIENCE).until(() -> ledger.halts().containsKey(CHAIN));
        });

        // When, Then
        assertThatThrownBy(() -> new ChainRecovery(ledger.config(state), step -> {})
                        .clearHalt(ELSEWHERE, "Ada", "nothing", PATIENCE))
                .isInstanceOf(RecoveryRefusedException.class)
                .hasMessageContaining("is not halted; halted are [" + CHAIN + "]");
        assertThatThrownBy(() -> new ChainRecovery(ledger.config(state), step -> {})
                        .clearHalt(CHAIN, "Ada", "the broker lost its disk", Duration.ofMillis(300)))
                .isInstanceOf(RecoveryRefusedException.class)
                .hasMessageContaining("no entry says so");

        // Then: it takes effect when the stage runs
        run(application -> await().atMost(PATIENCE).until(() -> ledger.halts().isEmpty()));
    }
}

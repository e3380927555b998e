// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.anchor.registry.RegistryBuilder;
import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.anchor.sign.CheckpointSigner;
import io.tallystick.anchor.sign.Root;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.avro.ChainTreeHead;
import io.tallystick.avro.Cut;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.avro.SigningIntent;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.fixtures.RemoteKey;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.Topics;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApplicationRecoverableException;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LedgerExtension.class)
class SignerIT {
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
    private static final WindowGrid GRID = new WindowGrid(Duration.ofMinutes(15));

    @TempDir
    private Path directory;

    private final List<Throwable> fatal = new CopyOnWriteArrayList<>();
    private final List<Signer> signers = new ArrayList<>();
    private TestLedger ledger;
    private CheckpointSigner checkpoints;
    private SignerMetrics metrics;

    @BeforeEach
    void open(EmbeddedLedger broker) throws IOException, KeyException {
        ledger = new TestLedger(broker, directory, START);
        checkpoints = new CheckpointSigner(ledger.keys());
    }

    @AfterEach
    void close() {
        signers.forEach(Signer::close);
        ledger.close();
    }

    private Signer start(String instance) {
        metrics = new SignerMetrics(new SimpleMeterRegistry(), InstantSource.system());
        Signer signer = new Signer(ledger.config(), instance, checkpoints, ledger.records(), metrics, fatal::add);
        signers.add(signer);
        signer.start();
        return signer;
    }

    private SignerSession session() {
        return new SignerSession(ledger.config(), checkpoints, ledger.records());
    }

    private static EntryChain chain(int size) {
        EntryChain chain = new EntryChain("acme/0");
        for (int i = 0; i < size; i++) {
            chain.next(START);
        }
        return chain;
    }

    private void writeHead(int size, Cut cut) {
        EntryChain chain = new EntryChain("acme/0");
        CompactRange range = CompactRange.EMPTY;
        while (range.size() < size) {
            chain.next(START);
            range = range.append(chain.lastLeaf());
        }
        ChainTreeHead head = ChainTreeHead.newBuilder()
                .setChain("acme/0")
                .setWindow(START)
                .setCut(cut)
                .setSize(size)
                .setRoot(HeadRecords.buffer(range.root()))
                .setFrontier(HeadRecords.buffers(range))
                .setLastLeaf(HeadRecords.buffer(chain.lastLeaf()))
                .setEntriesPartition(Topics.partitionOf("acme/0", TestLedger.PARTITIONS))
                .setEntriesOffset(size)
                .build();
        ledger.write(ledger.topics().heads(), 0, "acme/0", head);
    }

    private static SealedWindow emptyWindow(CompactRange registry, Instant start) {
        return new RegistryBuilder(EntryChain.ORIGIN, GRID, tenant -> Hash.ZERO).seal(registry, start, List.of());
    }

    private void writeWindow(SpecificRecord record) {
        ledger.write(
                ledger.topics().registry(), 0, RegistryRecords.key(((RegistryWindow) record).getWindowStart()), record);
    }

    private void writeWindow(SealedWindow window) {
        RegistryRecords.write(window).forEach(this::writeWindow);
    }

    private List<SignedCheckpoint> awaitCheckpoints(int count) {
        await().atMost(Duration.ofMinutes(1))
                .until(() -> !fatal.isEmpty() || ledger.checkpoints().size() >= count);
        assertThat(fatal).isEmpty();
        List<SignedCheckpoint> found = ledger.checkpoints();
        assertThat(found).hasSize(count);
        return found;
    }

    private void awaitFatal(String words) {
        await().atMost(Duration.ofMinutes(1)).until(() -> !fatal.isEmpty());
        assertThat(fatal.get(0)).isInstanceOf(LedgerIntegrityException.class).hasMessageContaining(words);
    }

    private static String origins(SignedCheckpoint checkpoint) {
        return checkpoint.getOrigin() + " " + checkpoint.getSize() + " " + checkpoint.getCut();
    }

    @Test
    void publishesWhatAThirdPartyCanVerifyChainsBeforeTheRegistry() throws NoteException {
        SealedWindow first = emptyWindow(CompactRange.EMPTY, START);
        writeWindow(first);
        writeWindow(emptyWindow(first.extended(), GRID.endOf(START)));
        writeHead(2, Cut.FAST);
        writeHead(3, Cut.FAST);
        writeHead(3, Cut.WINDOW);

        start("one");

        List<SignedCheckpoint> found = awaitCheckpoints(5);
        assertThat(found)
                .extracting(SignerIT::origins)
                .containsExactly(
                        EntryChain.ORIGIN + "/acme/0 2 FAST",
                        EntryChain.ORIGIN + "/acme/0 3 FAST",
                        EntryChain.ORIGIN + "/acme/0 3 WINDOW",
                        EntryChain.ORIGIN + " 1 WINDOW",
                        EntryChain.ORIGIN + " 2 WINDOW");
        for (SignedCheckpoint checkpoint : found) {
            Checkpoint text = Checkpoint.parse(ledger.verify(checkpoint).text());
            assertThat(text.origin()).isEqualTo(checkpoint.getOrigin());
            assertThat(text.head())
                    .isEqualTo(new TreeHead(checkpoint.getSize(), HeadRecords.hash(checkpoint.getRoot())));
        }
        assertThat(HeadRecords.hash(found.get(2).getRoot()))
                .isEqualTo(chain(3).head().root());
        await().until(() -> metrics.publishedUntil().equals(Optional.of(GRID.endOf(GRID.endOf(START)))));
    }

    @Test
    void aKeyServiceThatIsAwayIsAskedAgainAndStopsNothing() {
        checkpoints = new CheckpointSigner(List.of(new RemoteKey("remote").failing(2)));
        writeHead(3, Cut.FAST);

        start("one");

        assertThat(awaitCheckpoints(1)).extracting(SignedCheckpoint::getSize).containsExactly(3L);
    }

    @Test
    void intentsWithoutPublicationAreFinishedWithTheSameRoot() throws NoteException {
        String origin = EntryChain.ORIGIN + "/acme/0";
        writeHead(3, Cut.WINDOW);
        try (SignerSession crashed = session()) {
            crashed.intend(List.of(new Root(origin, chain(3).head(), true, START)));
        }

        start("one");

        SignedCheckpoint finished = awaitCheckpoints(1).get(0);
        assertThat(ledger.verify(finished).encode())
                .isEqualTo(checkpoints
                        .sign(origin, chain(3).head(), GRID.endOf(START))
                        .toByteArray());
        assertThat(ledger.read(ledger.topics().signer())).hasSize(1);
    }

    @Test
    void aRestartedSignerGoesOnWhereTheLastOneStopped() {
        writeHead(2, Cut.FAST);
        Signer first = start("one");
        awaitCheckpoints(1);
        first.close();
        writeHead(5, Cut.WINDOW);
        writeWindow(emptyWindow(CompactRange.EMPTY, START));

        start("one");

        assertThat(awaitCheckpoints(3)).extracting(SignedCheckpoint::getSize).containsExactly(2L, 5L, 1L);
    }

    @Test
    void aSecondSignerFencesTheFirst() {
        List<Root> batch = List.of(new Root(EntryChain.ORIGIN + "/acme/0", chain(3).head(), true, START));
        try (SignerSession first = session();
                SignerSession second = session()) {
            assertThatExceptionOfType(ApplicationRecoverableException.class).isThrownBy(() -> first.intend(batch));
            second.intend(batch);
        }

        assertThat(ledger.read(ledger.topics().signer())).hasSize(1);
        assertThat(ledger.checkpoints()).isEmpty();
    }

    @Test
    void aFencedSignerStandsByAndComesBackWithoutStoppingAnything() {
        writeHead(2, Cut.FAST);
        start("one");
        awaitCheckpoints(1);
        session().close();

        writeHead(3, Cut.FAST);

        assertThat(awaitCheckpoints(2)).extracting(SignedCheckpoint::getSize).containsExactly(2L, 3L);
    }

    @Test
    void aSignerWithoutThePartitionStandsBy() {
        start("one");
        writeHead(2, Cut.FAST);
        awaitCheckpoints(1);
        start("two");

        writeHead(3, Cut.FAST);
        writeHead(4, Cut.FAST);

        assertThat(awaitCheckpoints(3)).extracting(SignedCheckpoint::getSize).containsExactly(2L, 3L, 4L);
    }

    @Test
    void aRegistryRootThatItsLeavesDoNotHaveIsNeverSigned() {
        RegistryWindow genuine = (RegistryWindow)
                RegistryRecords.write(emptyWindow(CompactRange.EMPTY, START)).get(0);
        writeWindow(RegistryWindow.newBuilder(genuine)
                .setRoot(HeadRecords.buffer(Hash.ZERO))
                .build());

        start("one");

        awaitFatal("leaves lead to");
        assertThat(ledger.checkpoints()).isEmpty();
        assertThat(ledger.read(ledger.topics().signer())).isEmpty();
    }

    @Test
    void aRegistryThatDoesNotExtendTheOneSignedLastIsNeverSigned() {
        SealedWindow first = emptyWindow(CompactRange.EMPTY, START);
        SealedWindow other = emptyWindow(CompactRange.EMPTY, START.minus(Duration.ofMinutes(15)));
        writeWindow(first);
        writeWindow(emptyWindow(other.extended(), GRID.endOf(START)));

        start("one");

        awaitFatal("an extension of another tree");
        assertThat(ledger.checkpoints()).hasSize(1);
    }

    @Test
    void aSecondRootForASizeIsNeverSigned() {
        ledger.write(
                ledger.topics().signer(),
                0,
                EntryChain.ORIGIN + "/acme/0",
                new SigningIntent(EntryChain.ORIGIN + "/acme/0", 3L, HeadRecords.buffer(Hash.sha256())));
        writeHead(3, Cut.WINDOW);

        start("one");

        awaitFatal("a second root for this size");
        assertThat(ledger.checkpoints()).isEmpty();
    }

    @Test
    void aSmallerTreeThanBeforeIsPassedOver() {
        writeHead(3, Cut.WINDOW);
        writeHead(2, Cut.WINDOW);
        writeHead(4, Cut.WINDOW);

        start("one");

        assertThat(awaitCheckpoints(2)).extracting(SignedCheckpoint::getSize).containsExactly(3L, 4L);
        await().until(() -> metrics.skippedRoots() == 1);
        assertThat(fatal).isEmpty();
    }

    @Test
    void offsetsSetBackLeadToNoRootThatIsSmallerAndStopNothing() {
        SealedWindow first = emptyWindow(CompactRange.EMPTY, START);
        writeWindow(first);
        writeWindow(emptyWindow(first.extended(), GRID.endOf(START)));
        writeHead(2, Cut.FAST);
        writeHead(3, Cut.WINDOW);
        Signer before = start("one");
        awaitCheckpoints(4);
        before.close();
        setOffsetsBack();
        writeHead(4, Cut.FAST);

        start("one");

        assertThat(awaitCheckpoints(7))
                .extracting(SignedCheckpoint::getSize)
                .containsExactly(2L, 3L, 1L, 2L, 3L, 4L, 2L);
        await().until(() -> metrics.skippedRoots() == 2);
        assertThat(fatal).isEmpty();
    }

    /** As {@code tally init} does for a group whose offsets have expired; waits until the group has no members. */
    private void setOffsetsBack() {
        Map<TopicPartition, OffsetAndMetadata> zero = Map.of(
                new TopicPartition(ledger.topics().heads(), 0), new OffsetAndMetadata(0),
                new TopicPartition(ledger.topics().registry(), 0), new OffsetAndMetadata(0));
        try (Admin admin = Admin.create(ledger.settings().kafkaClient("test"))) {
            await().atMost(Duration.ofMinutes(1)).ignoreExceptions().until(() -> {
                admin.alterConsumerGroupOffsets(ledger.topics().group("signer"), zero)
                        .all()
                        .get();
                return true;
            });
        }
    }

    @Test
    void aRecordThatCannotBeReadStopsTheSigner() throws Exception {
        Map<String, Object> client = ledger.settings().kafkaClient("test");
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(client, new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(ledger.topics().heads(), 0, "acme/0", new byte[] {9, 9, 9, 9, 9, 9}))
                    .get();
        }

        start("one");

        await().atMost(Duration.ofMinutes(1)).until(() -> !fatal.isEmpty());
        assertThat(fatal.get(0)).isInstanceOf(RecordDeserializationException.class);
    }

    @Test
    void aHeadWhoseFrontierHasAnotherRootIsNeverSigned() {
        writeHead(3, Cut.WINDOW);
        ChainTreeHead genuine =
                (ChainTreeHead) ledger.read(ledger.topics().heads()).get(0);
        ledger.write(
                ledger.topics().heads(),
                0,
                "acme/0",
                ChainTreeHead.newBuilder(genuine)
                        .setSize(7)
                        .setFrontier(List.of(
                                HeadRecords.buffer(Hash.ZERO),
                                HeadRecords.buffer(Hash.ZERO),
                                HeadRecords.buffer(Hash.ZERO)))
                        .build());

        start("one");

        awaitFatal("its frontier has root");
        assertThat(ledger.checkpoints()).extracting(SignedCheckpoint::getSize).doesNotContain(7L);
    }

    @Test
    void intentsThatContradictEachOtherStopTheSigner() {
        for (String root : List.of("a", "b")) {
            ledger.write(
                    ledger.topics().signer(),
                    0,
                    EntryChain.ORIGIN,
                    new SigningIntent(
                            EntryChain.ORIGIN,
                            3L,
                            HeadRecords.buffer(Hash.sha256(root.getBytes(StandardCharsets.UTF_8)))));
        }

        start("one");

        awaitFatal("a second root for this size");
    }
}

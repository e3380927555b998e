// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.anchor.registry.RegistryBuilder;
import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.anchor.registry.WindowHead;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.ProofException;
import io.tallystick.tree.Proofs;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeExtension;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Entries in, verifiable checkpoints out, over losses of all local state. */
@ExtendWith(LedgerExtension.class)
class AnchorIT {
    private static final WindowGrid GRID = new WindowGrid(Duration.ofMinutes(15));
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final Instant CREATED = NOON.plusSeconds(10);

    @TempDir
    private Path directory;

    private final List<Throwable> fatal = new CopyOnWriteArrayList<>();
    private final List<PartitionFeed> feeds = List.of(new PartitionFeed(0, 1), new PartitionFeed(1, 1));
    private final List<EntryChain> chains =
            List.of(TestLedger.chain("acme", 0), TestLedger.chain("acme", 1), TestLedger.chain("globex", 1));
    private final List<Integer> partitions = List.of(0, 1, 1);
    private final List<SealedWindow> expected = new ArrayList<>();
    private final List<TreeHead> expectedHeads = new ArrayList<>();
    private TestLedger ledger;
    private AnchorApplication application;
    private Instant clock = CREATED;
    private final long[] registered = new long[chains.size()];

    @BeforeEach
    void open(EmbeddedLedger broker) throws IOException, KeyException {
        ledger = new TestLedger(broker, directory, CREATED);
    }

    @AfterEach
    void close() {
        if (application != null) {
            application.close();
        }
        ledger.close();
    }

    private void start() {
        application = new AnchorApplication(ledger.config(), new SimpleMeterRegistry(), fatal::add);
        application.start();
    }

    /** An entry a second after the last one, or at the window's start. */
    private void write(int chain, Instant window) {
        clock = clock.isBefore(window) ? window : clock.plusSeconds(1);
        EntryChain of = chains.get(chain);
        byte[] entry = of.next(clock);
        int partition = partitions.get(chain);
        ledger.write(
                ledger.topics().entries(),
                partition,
                of.id().toString(),
                feeds.get(partition).entry(of, entry));
    }

    /** Entries for some chains, then the window's end in both partitions; keeps what should come of it. */
    private void writeWindow(Instant start, int... active) {
        List<WindowHead> heads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            for (int chain : active) {
                write(chain, start);
            }
        }
        for (int chain = 0; chain < registered.length; chain++) {
            EntryChain of = chains.get(chain);
            if (of.size() > registered[chain]) {
                heads.add(new WindowHead(of.id(), of.head()));
                expectedHeads.add(of.head());
                registered[chain] = of.size();
            }
        }
        for (int partition = 0; partition < TestLedger.PARTITIONS; partition++) {
            ledger.write(
                    ledger.topics().entries(),
                    partition,
                    null,
                    feeds.get(partition).windowEnd(GRID.endOf(start), GRID.size()));
        }
        CompactRange registry = expected.isEmpty()
                ? CompactRange.EMPTY
                : expected.get(expected.size() - 1).extended();
        expected.add(new RegistryBuilder(EntryChain.ORIGIN, GRID, ledger::blind).seal(registry, start, heads));
    }

    private static Instant window(int index) {
        return NOON.plus(GRID.size().multipliedBy(index));
    }

    private List<SignedCheckpoint> registryCheckpoints() {
        return ledger.checkpoints().stream()
                .filter(checkpoint -> checkpoint.getOrigin().equals(EntryChain.ORIGIN))
                .toList();
    }

    private void awaitSealed(int windows) {
        await().atMost(Duration.ofMinutes(2))
                .until(() -> !fatal.isEmpty() || registryCheckpoints().size() >= windows);
        assertThat(fatal).isEmpty();
    }

    private void loseLocalState() throws IOException {
        application.close();
        try (Stream<Path> paths = Files.walk(ledger.config().stateDirectory())) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private void loseChangelogs() throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(ledger.settings().kafkaClient("test"))) {
            List<String> changelogs = admin.listTopics().names().get().stream()
                    .filter(topic -> topic.startsWith(ledger.topics().group("")) && topic.endsWith("-changelog"))
                    .toList();
            assertThat(changelogs).hasSize(4);
            admin.deleteTopics(changelogs).all().get();
        }
    }

    /** All windows and all checkpoints are exactly those that an outsider computes from the entries. */
    private void requireExpected() throws NoteException, ProofException {
        assertThat(ledger.registered()).containsExactlyElementsOf(expected);
        List<SignedCheckpoint> registry = registryCheckpoints();
        assertThat(registry).hasSameSizeAs(expected);
        for (int i = 0; i < registry.size(); i++) {
            SealedWindow window = expected.get(i);
            Checkpoint checkpoint =
                    Checkpoint.parse(ledger.verify(registry.get(i)).text());
            assertThat(checkpoint.head()).isEqualTo(window.extended().head());
            assertThat(registry.get(i).getWindowStart()).isEqualTo(window.start());
            requireProofs(window, checkpoint.head());
        }
        List<SignedCheckpoint> all = ledger.checkpoints();
        assertThat(all.stream().filter(checkpoint -> !registry.contains(checkpoint)))
                .extracting(checkpoint -> new TreeHead(checkpoint.getSize(), HeadRecords.hash(checkpoint.getRoot())))
                .containsExactlyInAnyOrderElementsOf(expectedHeads);
        for (SignedCheckpoint checkpoint : all) {
            ledger.verify(checkpoint);
        }
    }

    private static void requireProofs(SealedWindow window, TreeHead head) throws ProofException {
        List<Hash> leaves = window.leaves().stream()
                .map(Bytes::toByteArray)
                .map(Rfc6962::leafHash)
                .toList();
        TreeExtension extension = new TreeExtension(window.previous(), leaves);
        for (int i = 0; i < leaves.size(); i++) {
            long index = window.previous().size() + i;
            Proofs.verifyInclusion(head, index, leaves.get(i), extension.inclusionProof(index));
        }
        if (window.previous().size() > 0) {
            Proofs.verifyConsistency(window.previous().head(), head, extension.consistencyProof());
        }
    }

    @Test
    void theSameBytesContinueAfterEveryLossOfState() throws Exception {
        start();
        writeWindow(window(0), 0, 1, 2);
        writeWindow(window(1));
        writeWindow(window(2), 1);
        awaitSealed(3);
        requireExpected();
        await().until(() -> application.snapshot().publishedUntil().equals(Optional.of(window(3))));
        assertThat(application.snapshot().sealedUntil()).contains(window(3));
        assertThat(application.snapshot().registrySize()).isEqualTo(7);

        loseLocalState();
        writeWindow(window(3), 0, 1);
        start();
        awaitSealed(4);
        requireExpected();

        write(2, window(4));
        loseLocalState();
        loseChangelogs();
        write(2, window(4));
        writeWindow(window(4), 0);
        start();
        awaitSealed(5);
        requireExpected();
    }

    @Test
    void aReturningStaticMemberRebuildsTheTreesWhoseChangelogAloneIsGone() throws Exception {
        start();
        writeWindow(window(0), 0, 1, 2);
        awaitSealed(1);

        loseStoresOfAMember();
        loseChangelog("trees-chain-trees-changelog");
        writeWindow(window(1), 1);
        start();
        awaitSealed(2);

        requireExpected();
    }

    /** All but the name in the group. */
    private void loseStoresOfAMember() throws IOException {
        Path name = ledger.config().stateDirectory().resolve("instance-id");
        application.close();
        String kept = Files.readString(name);
        loseLocalState();
        Files.createDirectories(name.getParent());
        Files.writeString(name, kept);
    }

    private void loseChangelog(String suffix) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(ledger.settings().kafkaClient("test"))) {
            List<String> changelogs = admin.listTopics().names().get().stream()
                    .filter(topic -> topic.equals(ledger.topics().group("") + suffix))
                    .toList();
            assertThat(changelogs).hasSize(1);
            admin.deleteTopics(changelogs).all().get();
            await().until(() -> !admin.listTopics().names().get().contains(changelogs.get(0)));
        }
    }

    @Test
    void offsetsSetBackAndAllStateLostLeadToNothingNew() throws Exception {
        start();
        writeWindow(window(0), 0, 1, 2);
        write(2, window(1));
        writeCheckpoint(window(1).plusSeconds(60), 2);
        awaitSealed(1);
        await().atMost(Duration.ofMinutes(1)).until(() -> ledger.checkpoints().size() == 1 + expectedHeads.size());

        loseLocalState();
        loseChangelogs();
        setOffsetsBack("trees", ledger.topics().entries(), TestLedger.PARTITIONS);
        setOffsetsBack("registry", ledger.topics().heads(), 1);
        writeWindow(window(1), 1);
        start();
        awaitSealed(2);

        requireExpected();
    }

    /** The instant at which chains with new entries get a head that is not registered. */
    private void writeCheckpoint(Instant time, int chain) {
        for (int partition = 0; partition < TestLedger.PARTITIONS; partition++) {
            ledger.write(
                    ledger.topics().entries(),
                    partition,
                    null,
                    feeds.get(partition).checkpoint(time));
        }
        clock = time;
        expectedHeads.add(chains.get(chain).head());
    }

    /** As {@code tally init} does for a group whose offsets have expired; waits until the group has no members. */
    private void setOffsetsBack(String stage, String topic, int count) {
        Map<TopicPartition, OffsetAndMetadata> zero = new HashMap<>();
        for (int partition = 0; partition < count; partition++) {
            zero.put(new TopicPartition(topic, partition), new OffsetAndMetadata(0));
        }
        try (Admin admin = Admin.create(ledger.settings().kafkaClient("test"))) {
            await().atMost(Duration.ofMinutes(1)).ignoreExceptions().until(() -> {
                admin.alterConsumerGroupOffsets(ledger.topics().group(stage), zero)
                        .all()
                        .get();
                return true;
            });
        }
    }

    @Test
    void aTamperedEntryStopsEverythingAndNothingIsSignedAfterIt() throws Exception {
        start();
        writeWindow(window(0), 0, 1);
        awaitSealed(1);
        EntryChain chain = chains.get(0);
        Entry forked = chain.draft(chain.size(), Hash.sha256(), window(1).plusSeconds(1));
        ledger.write(
                ledger.topics().entries(),
                0,
                chain.id().toString(),
                feeds.get(0).entry(chain, chain.size(), EntryCodec.encode(forked)));
        ledger.write(ledger.topics().entries(), 0, null, feeds.get(0).windowEnd(window(2), GRID.size()));
        ledger.write(ledger.topics().entries(), 1, null, feeds.get(1).windowEnd(window(2), GRID.size()));

        await().atMost(Duration.ofMinutes(1)).until(() -> !fatal.isEmpty());

        assertThat(fatal).hasSize(1);
        assertThat(fatal.get(0))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("chain " + chain.id() + ", sequence 3");
        requireExpected();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.anchor.client.TestParty;
import io.tallystick.anchor.client.TestRekor;
import io.tallystick.anchor.client.TestTsa;
import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.registry.RegistryBuilder;
import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.anchor.registry.WindowHead;
import io.tallystick.anchor.sign.CheckpointSigner;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.anchor.witness.CosigningRule;
import io.tallystick.anchor.witness.server.FileWitnessState;
import io.tallystick.anchor.witness.server.WitnessServer;
import io.tallystick.avro.Attestation;
import io.tallystick.avro.AttestationState;
import io.tallystick.avro.Cut;
import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.receipt.AnchoredCheckpoint;
import io.tallystick.receipt.Cosigner;
import io.tallystick.topic.Topics;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The part that anchors, against real topics and real parties: a witness, a time-stamping authority, a Rekor log, a log file.
 * The windows and their checkpoints are written here as registry and signer write them.
 */
@ExtendWith(LedgerExtension.class)
class OutsideIT {
    private static final Instant START = Instant.parse("2026-11-21T00:00:00Z");
    private static final Duration WINDOW = Duration.ofMinutes(15);
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int OUTAGE = 100;
    private static final List<String> ANCHORS = List.of("w", "t", "l", "r");

    @TempDir
    private Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Cosigner cosigner =
            Cosigner.of("witness.example", KeyFile.generate(KeyAlgorithm.ED25519, new SecureRandom()));
    private final int witnessPort = freePort();
    private TestLedger ledger;
    private AnchorConfig config;
    private TestParty tsa;
    private final TestRekor log = new TestRekor();
    private TestParty rekor;
    private CompactRange registry = CompactRange.EMPTY;
    private final List<CompactRange> frontiers = new ArrayList<>();
    private int windows;
    private OutsidePart part;

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void open(EmbeddedLedger broker) throws Exception {
        ledger = new TestLedger(broker, directory, START);
        TestTsa authority = new TestTsa();
        tsa = new TestParty(authority);
        rekor = new TestParty(log);
        Path root = directory.resolve("root.pem");
        authority.writeRoot(root);
        SigningKey logKey = KeyFile.generate(KeyAlgorithm.ED25519, new SecureRandom());
        Path logKeyFile = directory.resolve("log.pem");
        KeyFile.write(logKeyFile, logKey, KeyFile.readPassphrase(ledger.config().passphraseFile()));
        Map<String, Object> properties = new HashMap<>(ledger.config().originals());
        properties.putAll(Map.of(
                "ledger.anchors",
                String.join(",", ANCHORS),
                "ledger.anchors.backoff.ms",
                "300",
                "ledger.anchors.backoff.max.ms",
                "1000",
                "ledger.anchor.w.type",
                "witness",
                "ledger.anchor.w.url",
                "http://127.0.0.1:" + witnessPort,
                "ledger.anchor.w.vkey",
                cosigner.vkey(),
                "ledger.anchor.t.type",
                "tsa",
                "ledger.anchor.t.url",
                tsa.address().toString(),
                "ledger.anchor.t.roots",
                root.toString()));
        properties.putAll(Map.of(
                "ledger.anchor.r.type", "rekor",
                "ledger.anchor.r.url", rekor.address().toString(),
                "ledger.anchor.r.vkey", log.trusted().vkey()));
        properties.putAll(Map.of(
                "ledger.anchor.l.type", "log",
                "ledger.anchor.l.file", directory.resolve("log").toString(),
                "ledger.anchor.l.key.file", logKeyFile.toString()));
        config = new AnchorConfig(properties);
        FileWitnessState.create(directory.resolve("witness"));
    }

    @AfterEach
    void close() {
        if (part != null) {
            part.close();
        }
        tsa.close();
        rekor.close();
        ledger.close();
    }

    private void start() {
        part = start("one", meters);
    }

    private OutsidePart start(String instance, SimpleMeterRegistry metersOf) {
        SigningKeys keys = new SigningKeys(ledger.keys());
        OutsideMetrics metrics = new OutsideMetrics(metersOf, ANCHORS, WINDOW, InstantSource.system());
        List<Anchor> anchors = config.anchors().stream()
                .map(anchor -> anchor.open(keys, Optional.empty(), metrics.of(anchor.id())))
                .toList();
        OutsidePart started = new OutsidePart(config, instance, anchors, ledger.records(), metrics);
        started.start();
        return started;
    }

    private WitnessServer witness(FileWitnessState state) throws Exception {
        SigningKey key = ledger.keys().get(0);
        WitnessServer server = new WitnessServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), witnessPort),
                new CosigningRule(List.of(NoteVerifiers.of(EntryChain.ORIGIN, key.algorithm(), key.spki()))),
                state,
                cosigner,
                InstantSource.system());
        server.start();
        return server;
    }

    /** A window as the registry and the signer write it, with a few heads. */
    private void seal() {
        Instant start = START.plus(WINDOW.multipliedBy(windows++));
        EntryChain chain = TestLedger.chain("acme", 0);
        for (int i = 0; i <= windows % 4; i++) {
            byte[] unused = chain.next(start);
        }
        SealedWindow window = new RegistryBuilder(EntryChain.ORIGIN, new WindowGrid(WINDOW), ledger::blind)
                .seal(registry, start, List.of(new WindowHead(chain.id(), chain.head())));
        registry = window.extended();
        frontiers.add(registry);
        RegistryRecords.write(window)
                .forEach(record -> ledger.write(ledger.topics().registry(), 0, RegistryRecords.key(start), record));
        SignedCheckpoint checkpoint = SignedCheckpoint.newBuilder()
                .setOrigin(EntryChain.ORIGIN)
                .setSize(registry.size())
                .setRoot(HeadRecords.buffer(registry.root()))
                .setNote(ByteBuffer.wrap(new CheckpointSigner(ledger.keys())
                        .sign(EntryChain.ORIGIN, registry.head(), start.plus(WINDOW))
                        .toByteArray()))
                .setCut(Cut.WINDOW)
                .setWindowStart(start)
                .build();
        ledger.write(ledger.topics().checkpoints(), 0, EntryChain.ORIGIN, checkpoint);
    }

    private Map<AttestationState, Long> states(String anchor) {
        return ledger.read(ledger.topics().attestations()).stream()
                .map(Attestation.class::cast)
                .filter(attestation -> attestation.getAnchor().equals(anchor))
                .collect(Collectors.groupingBy(Attestation::getState, Collectors.counting()));
    }

    private double pending(String anchor) {
        return meters.get("ledger.anchor.pending").tag("anchor", anchor).gauge().value();
    }

    @Test
    void anOutageOfAHundredWindowsShowsAndEndsWithAllConfirmedOrCovered() throws Exception {
        tsa.setMood(TestParty.Mood.BROKEN);
        rekor.setMood(TestParty.Mood.BUSY);
        start();
        for (int i = 0; i < OUTAGE; i++) {
            seal();
        }
        await().atMost(PATIENCE).until(() -> Stream.of("w", "t", "r").allMatch(anchor -> pending(anchor) == OUTAGE));
        assertThat(meters.get("ledger.anchor.oldest.pending.age")
                        .tag("anchor", "w")
                        .gauge()
                        .value())
                .isGreaterThan(0);
        await().atMost(PATIENCE).until(() -> pending("l") == 0);
        assertThat(states("w")).isEmpty();
        assertThat(states("t")).isEmpty();
        assertThat(states("r")).isEmpty();

        try (FileWitnessState state = FileWitnessState.open(directory.resolve("witness"));
                WitnessServer witness = witness(state)) {
            tsa.setMood(TestParty.Mood.GOOD);
            rekor.setMood(TestParty.Mood.GOOD);
            await().atMost(PATIENCE).until(() -> Stream.of("w", "t", "r").allMatch(anchor -> pending(anchor) == 0));
            restartAndSealAnother();

            assertThat(witness.address().getPort()).isEqualTo(witnessPort);
            state.store(EntryChain.ORIGIN, frontiers.get(OUTAGE / 2).head());
            sealUntilAllAreSettled(OUTAGE + 2);
        }

        for (String anchor : ANCHORS) {
            Map<AttestationState, Long> states = states(anchor);
            assertThat(states.values().stream().mapToLong(Long::longValue).sum())
                    .as(anchor)
                    .isEqualTo(OUTAGE + 2);
            assertThat(states.keySet()).as(anchor).isSubsetOf(AttestationState.CONFIRMED, AttestationState.COVERED_BY);
        }
        assertThat(states("w").get(AttestationState.CONFIRMED)).isEqualTo(3);
        assertThat(states("r").get(AttestationState.COVERED_BY)).isGreaterThanOrEqualTo(OUTAGE - 1);
        verifyLastCosignature();
    }

    /** The witness is shown a proof from where it stands (and, set back later, from there); nothing is submitted again that was settled. */
    private void restartAndSealAnother() {
        part.close();
        meters.clear();
        start();
        sealUntilAllAreSettled(OUTAGE + 1);
    }

    private void sealUntilAllAreSettled(int windowsInAll) {
        seal();
        await().atMost(PATIENCE).until(() -> ANCHORS.stream()
                .allMatch(anchor -> states(anchor).values().stream()
                                .mapToLong(Long::longValue)
                                .sum()
                        == windowsInAll));
    }

    private static boolean isStopped(SimpleMeterRegistry metersOf) {
        return metersOf.get("ledger.anchor.stopped").tag("anchor", "w").gauge().value() == 1;
    }

    private void awaitSettled(int count, String... anchors) {
        await().atMost(PATIENCE).until(() -> Stream.of(anchors)
                .allMatch(anchor -> states(anchor).values().stream()
                                .mapToLong(Long::longValue)
                                .sum()
                        == count));
    }

    private void awaitMembers(int count) {
        String group = ledger.topics().group("anchors");
        try (Admin admin = Admin.create(ledger.settings().kafkaClient("test"))) {
            await().atMost(PATIENCE)
                    .until(() -> admin.describeConsumerGroups(List.of(group))
                                    .all()
                                    .get()
                                    .get(group)
                                    .members()
                                    .size()
                            == count);
        }
    }

    /**
     * Of two processes the one that has the work stops the witness and goes; the other, which ran before that, takes over. Only
     * when it is restarted it asks the witness again, which by then agrees.
     */
    @Test
    void aWitnessThatIsStoppedIsNotAskedAgainByWhoeverTakesOverBeforeARestart() throws Exception {
        SimpleMeterRegistry firstMeters = new SimpleMeterRegistry();
        try (FileWitnessState state = FileWitnessState.open(directory.resolve("witness"));
                WitnessServer witness = witness(state)) {
            assertThat(witness.address().getPort()).isEqualTo(witnessPort);
            OutsidePart first = start("a", firstMeters);
            seal();
            awaitSettled(1, "w", "t", "l", "r");
            start();
            awaitMembers(2);
            TreeHead known = state.head(EntryChain.ORIGIN);
            state.store(EntryChain.ORIGIN, new TreeHead(known.size(), Hash.sha256()));
            seal();
            awaitSettled(2, "t", "l", "r");
            await().atMost(PATIENCE).until(() -> isStopped(firstMeters));
            state.store(EntryChain.ORIGIN, known);

            first.close();
            assertThat(isStopped(firstMeters)).isTrue();
            seal();
            awaitSettled(3, "t", "l", "r");
            seal();
            awaitSettled(4, "t", "l", "r");
            await().atMost(PATIENCE).until(() -> pending("w") == 3);
            assertThat(isStopped(meters)).isTrue();
            assertThat(states("w")).containsExactly(Map.entry(AttestationState.CONFIRMED, 1L));

            part.close();
            meters.clear();
            start();
            awaitSettled(4, "w", "t", "l", "r");
            await().atMost(PATIENCE).until(() -> !isStopped(meters));
        }
    }

    private void verifyLastCosignature() throws Exception {
        List<SignedCheckpoint> checkpoints = ledger.checkpoints();
        SignedCheckpoint last = checkpoints.get(checkpoints.size() - 1);
        Attestation cosigned = ledger.read(ledger.topics().attestations()).stream()
                .map(Attestation.class::cast)
                .filter(attestation ->
                        attestation.getAnchor().equals("w") && attestation.getRegistrySize() == last.getSize())
                .findFirst()
                .orElseThrow();
        AnchoredCheckpoint checkpoint = AnchoredCheckpoint.parse(EntryRecords.bytes(last.getNote()));

        assertThat(cosigner.witness()
                        .verify(EntryRecords.bytes(cosigned.getReceipt()), checkpoint.checkpoint())
                        .existedBy())
                .isPresent();
        assertThat(cosigned.getObjectName()).isEqualTo(cosigner.witness().objectName());
        assertThat(Topics.attestationKey(12, "w")).isEqualTo("00000000000000000012/w");
    }
}

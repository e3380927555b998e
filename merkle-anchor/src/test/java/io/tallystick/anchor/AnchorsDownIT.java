// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.anchor.client.TestParty;
import io.tallystick.anchor.client.TestRekor;
import io.tallystick.anchor.client.TestTsa;
import io.tallystick.anchor.witness.CosigningRule;
import io.tallystick.anchor.witness.server.FileWitnessState;
import io.tallystick.anchor.witness.server.WitnessServer;
import io.tallystick.avro.Attestation;
import io.tallystick.avro.AttestationState;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.entry.Bytes;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.receipt.Cosigner;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Entries to signed checkpoints while no anchor answers: a witness, a time-stamping authority and a Rekor log that take requests
 * and are silent, and a log that cannot be written.
 */
@ExtendWith(LedgerExtension.class)
class AnchorsDownIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int WINDOWS = 100;
    private static final List<String> ANCHORS = List.of("w", "t", "l", "r");

    /** Their ends lie in the past, and one of them begins a day. */
    private final Instant first = Instant.now().truncatedTo(ChronoUnit.DAYS).minus(Duration.ofHours(36));

    @TempDir
    private Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<Throwable> fatal = new CopyOnWriteArrayList<>();
    private final Cosigner cosigner =
            Cosigner.of("witness.example", KeyFile.generate(KeyAlgorithm.ED25519, new SecureRandom()));
    private final HttpClient http = HttpClient.newHttpClient();
    private TestParty tsa;
    private TestParty witness;
    private final TestRekor log = new TestRekor();
    private TestParty rekor;
    private FileWitnessState witnessState;
    private WitnessServer witnessServer;
    private TestLedger ledger;
    private AnchorApplication application;

    @BeforeEach
    void open(EmbeddedLedger broker) throws Exception {
        TestTsa authority = new TestTsa();
        authority.writeRoot(directory.resolve("root.pem"));
        tsa = new TestParty(authority);
        witness = new TestParty((path, body) -> forward(body));
        rekor = new TestParty(log);
        ledger = new TestLedger(broker, directory, LedgerScript.createdIn(first), settings());
        KeyFile.write(
                directory.resolve("log.pem"),
                KeyFile.generate(KeyAlgorithm.ED25519, new SecureRandom()),
                KeyFile.readPassphrase(ledger.config().passphraseFile()));
        FileWitnessState.create(directory.resolve("witness"));
        witnessState = FileWitnessState.open(directory.resolve("witness"));
        SigningKey key = ledger.keys().get(0);
        witnessServer = new WitnessServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new CosigningRule(List.of(NoteVerifiers.of(EntryChain.ORIGIN, key.algorithm(), key.spki()))),
                witnessState,
                cosigner,
                InstantSource.system());
        witnessServer.start();
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>(Map.of(
                "ledger.anchors", String.join(",", ANCHORS),
                "ledger.anchors.backoff.ms", "300",
                "ledger.anchors.backoff.max.ms", "1000"));
        settings.putAll(Map.of(
                "ledger.anchor.w.type",
                "witness",
                "ledger.anchor.w.url",
                witness.address().toString(),
                "ledger.anchor.w.vkey",
                cosigner.vkey(),
                "ledger.anchor.w.timeout.ms",
                "1000"));
        settings.putAll(Map.of(
                "ledger.anchor.t.type",
                "tsa",
                "ledger.anchor.t.url",
                tsa.address().toString(),
                "ledger.anchor.t.roots",
                directory.resolve("root.pem").toString(),
                "ledger.anchor.t.timeout.ms",
                "1000"));
        settings.putAll(Map.of(
                "ledger.anchor.r.type",
                "rekor",
                "ledger.anchor.r.url",
                rekor.address().toString(),
                "ledger.anchor.r.vkey",
                log.trusted().vkey(),
                "ledger.anchor.r.timeout.ms",
                "1000"));
        settings.putAll(Map.of(
                "ledger.anchor.l.type", "log",
                "ledger.anchor.l.file", directory.resolve("log").toString(),
                "ledger.anchor.l.key.file", directory.resolve("log.pem").toString()));
        return settings;
    }

    private TestParty.Reply forward(byte[] body) throws Exception {
        URI address = URI.create("http://127.0.0.1:" + witnessServer.address().getPort() + "/add-checkpoint");
        HttpRequest request = HttpRequest.newBuilder(address)
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
        return new TestParty.Reply(
                answer.statusCode(),
                answer.headers().firstValue("Content-Type").orElseThrow(),
                Bytes.wrap(answer.body()));
    }

    @AfterEach
    void close() throws Exception {
        if (application != null) {
            application.close();
        }
        tsa.close();
        witness.close();
        rekor.close();
        witnessServer.close();
        witnessState.close();
        ledger.close();
    }

    private double pending(String anchor) {
        return meters.get("ledger.anchor.pending").tag("anchor", anchor).gauge().value();
    }

    private double failures(String anchor) {
        return meters.get("ledger.anchor.failures")
                .tag("anchor", anchor)
                .counter()
                .count();
    }

    private List<AttestationState> states(String anchor) {
        return ledger.read(ledger.topics().attestations()).stream()
                .map(Attestation.class::cast)
                .filter(attestation -> attestation.getAnchor().equals(anchor))
                .map(Attestation::getState)
                .toList();
    }

    private void awaitAll(int pending) {
        await().atMost(PATIENCE)
                .until(() -> !fatal.isEmpty() || ANCHORS.stream().allMatch(anchor -> pending(anchor) == pending));
        assertThat(fatal).isEmpty();
    }

    @Test
    void sealingGoesOnWithoutAnyAnchorAndAllIsSettledWhenTheyReturn() throws Exception {
        witness.setMood(TestParty.Mood.SILENT);
        tsa.setMood(TestParty.Mood.SILENT);
        rekor.setMood(TestParty.Mood.SILENT);
        Path file = Files.createDirectory(directory.resolve("log"));
        LedgerScript script = new LedgerScript(ledger, first);
        application = new AnchorApplication(ledger.config(), meters, fatal::add);
        application.start();

        script.writeWindow(0, 0, 1, 2);
        script.awaitSealed(1, fatal);
        awaitAll(1);
        await().atMost(PATIENCE).until(() -> ANCHORS.stream().allMatch(anchor -> failures(anchor) > 0));
        for (int i = 1; i < WINDOWS; i++) {
            script.writeWindow(i, i % 3);
        }
        script.awaitSealed(WINDOWS, fatal);
        awaitAll(WINDOWS);
        script.requireExpected();
        assertThat(meters.get("ledger.checkpoints.pending").gauge().value()).isEqualTo(WINDOWS);
        assertThat(ledger.read(ledger.topics().attestations())).isEmpty();

        witness.setMood(TestParty.Mood.GOOD);
        tsa.setMood(TestParty.Mood.GOOD);
        rekor.setMood(TestParty.Mood.GOOD);
        Files.delete(file);
        awaitAll(0);

        for (String anchor : ANCHORS) {
            assertThat(states(anchor))
                    .as(anchor)
                    .hasSize(WINDOWS)
                    .containsOnly(AttestationState.CONFIRMED, AttestationState.COVERED_BY);
            assertThat(meters.get("ledger.anchor.stopped")
                            .tag("anchor", anchor)
                            .gauge()
                            .value())
                    .as(anchor)
                    .isZero();
        }
        assertThat(fatal).isEmpty();
    }
}

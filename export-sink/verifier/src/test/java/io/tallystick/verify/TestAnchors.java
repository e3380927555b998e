// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.fixtures.TestLog;
import io.tallystick.fixtures.TestTsa;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.SignedNote;
import io.tallystick.receipt.Cosigner;
import io.tallystick.receipt.LocalLog;
import io.tallystick.receipt.RekorLog;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Outside parties of a test ledger: two witnesses, one of them with ML-DSA-44, an authority, a Rekor and a local log. */
final class TestAnchors {
    /** Later than the authority's certificate begins. */
    static final Instant FROM = Instant.parse("2026-02-01T00:00:00Z");

    static final Instant UNTIL = Instant.parse("2030-01-01T00:00:00Z");
    /** Seconds from a window's end to the receipts of its checkpoint. */
    static final long LATER = 5;

    final Cosigner w1 = cosigner("witness.example.org/w1", KeyAlgorithm.ED25519);
    final Cosigner w2 = cosigner("witness.example.net/w2", KeyAlgorithm.ML_DSA_44);
    final TestTsa tsa = TestTsa.create();
    final TestLog rekor = new TestLog("log.example.org/2026");
    final TestLog local = new TestLog("local.example.com");

    static Cosigner cosigner(String name, KeyAlgorithm algorithm) {
        return Cosigner.of(name, KeyFile.generate(algorithm, new SecureRandom()));
    }

    TrustAnchors listed() {
        return listed(UNTIL);
    }

    TrustAnchors listed(Instant until) {
        return new TrustAnchors(
                List.of(tsa.anchor("tsa1", FROM, until)),
                List.of(
                        rekor.anchor("log2026", RekorLog.KIND, FROM, until),
                        local.anchor("local1", LocalLog.KIND, FROM, until)),
                List.of(new TrustAnchors.Witness(w1.vkey()), new TrustAnchors.Witness(w2.vkey())));
    }

    /** A trust root that lists all of them. */
    byte[] trustRoot(TestKeys keys, TrustPolicy policy, TestKeys.Change change) {
        return trustRoot(keys, policy, listed(), change);
    }

    byte[] trustRoot(TestKeys keys, TrustPolicy policy, TrustAnchors listed, TestKeys.Change change) {
        return keys.trustRoot(TestKeys.ORIGIN, List.of(Set.of(KeyAlgorithm.ECDSA_P256)), policy, listed, change);
    }

    static Path registry(Path bucket, int window) {
        return bucket.resolve("v1/registry").resolve(TestLedger.window(Scenario.start(window)));
    }

    /** Where the receipts of the window's registry checkpoint lie. */
    static Path folder(Path bucket, int window) throws IOException {
        String note = Files.readString(registry(bucket, window).resolve("checkpoint"));
        String day = TestLedger.window(Scenario.start(window)).split("/", -1)[0];
        return bucket.resolve("v1/anchors").resolve(day).resolve(note.split("\n", -1)[1]);
    }

    /** Five seconds after the window's end. */
    static Instant time(int window) {
        return Scenario.start(window + 1).plusSeconds(LATER);
    }

    /** Writes every party's receipt for a window. */
    void write(Path bucket, int window, SigningKey p256) throws IOException {
        cosign(bucket, window, w1);
        cosign(bucket, window, w2);
        stamp(bucket, window);
        byte[] object = object(bucket, window);
        SignedNote note = note(object);
        Files.write(
                folder(bucket, window).resolve("log2026.rekor.json"),
                rekor.rekorEntry(note.text(), note.signatures().get(1).signature(), p256.spki()));
        logLocally(bucket, window);
    }

    void cosign(Path bucket, int window, Cosigner witness) throws IOException {
        cosign(Files.createDirectories(folder(bucket, window)), witness, object(bucket, window), time(window));
    }

    void stamp(Path bucket, int window) throws IOException {
        Path folder = Files.createDirectories(folder(bucket, window));
        Files.write(folder.resolve("tsa1.tsr"), tsa.response(object(bucket, window), time(window)));
    }

    void logLocally(Path bucket, int window) throws IOException {
        Path folder = Files.createDirectories(folder(bucket, window));
        Files.write(folder.resolve("local1.log.json"), local.receipt("local1", object(bucket, window)));
    }

    private static byte[] object(Path bucket, int window) throws IOException {
        return Files.readAllBytes(registry(bucket, window).resolve("checkpoint"));
    }

    static void cosign(Path folder, Cosigner witness, byte[] object, Instant time) throws IOException {
        try {
            Checkpoint checkpoint = Checkpoint.parse(note(object).text());
            String line = witness.cosign(checkpoint, time).encode();
            Files.write(folder.resolve(witness.witness().objectName()), line.getBytes(StandardCharsets.UTF_8));
        } catch (NoteException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SignedNote note(byte[] object) {
        try {
            return SignedNote.parse(object);
        } catch (NoteException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Removes a window's receipts. */
    static void remove(Path bucket, int window) throws IOException {
        Path folder = folder(bucket, window);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}

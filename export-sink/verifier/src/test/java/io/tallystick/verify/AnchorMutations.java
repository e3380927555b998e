// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static io.tallystick.verify.Phase.ANCHORS;
import static io.tallystick.verify.Phase.COMPLETENESS;
import static io.tallystick.verify.Phase.SIGNATURES;

import io.tallystick.fixtures.TestTsa;
import io.tallystick.receipt.Cosigner;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustPolicy;
import io.tallystick.verify.MutationTest.Mutation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Receipts of outside parties: changed, exchanged, backdated, missing. The third window (index 2) is tampered with. */
final class AnchorMutations {
    private static final TrustPolicy ALL = new TrustPolicy(Set.of(TrustAnchors.Kind.values()), 2, 0);
    private static final int WINDOW = 2;

    private AnchorMutations() {}

    /** What is done to receipts that were all in order. */
    interface Change {
        void to(Tampering bucket, TestAnchors anchors, Path folder) throws IOException;
    }

    /** A bucket with every receipt for every window, and a trust root that requires them all. */
    private static TestAnchors anchored(Tampering t, TrustPolicy policy) throws IOException {
        TestAnchors anchors = new TestAnchors();
        for (int window = 0; window < 4; window++) {
            anchors.write(t.bucket, window, t.keys.p256);
        }
        t.trustRoot(anchors.trustRoot(t.keys, policy, (a, b, c) -> {}));
        return anchors;
    }

    private static Mutation failed(String name, String message, Change change) {
        return row(name, ExitCode.FAILED, ANCHORS, message, change);
    }

    private static Mutation incomplete(String name, String message, Change change) {
        return row(name, ExitCode.INCOMPLETE, ANCHORS, message, change);
    }

    private static Mutation row(String name, int exitCode, Phase phase, String message, Change change) {
        return new Mutation(name, exitCode, phase, message, t -> {
            TestAnchors anchors = anchored(t, ALL);
            change.to(t, anchors, TestAnchors.folder(t.bucket, WINDOW));
        });
    }

    private static void flip(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int index = at < 0 ? bytes.length + at : at;
        bytes[index] ^= 1;
        Files.write(file, bytes);
    }

    private static void replace(Path file, String old, String by) throws IOException {
        String text = Files.readString(file);
        if (!text.contains(old)) {
            throw new IllegalStateException(file + " has no " + old);
        }
        Files.writeString(file, text.replace(old, by));
    }

    private static Path cosignature(Path folder, Cosigner witness) {
        return folder.resolve(witness.witness().objectName());
    }

    private static Path other(Tampering t) throws IOException {
        return TestAnchors.folder(t.bucket, WINDOW - 1);
    }

    private static void copy(Path from, Path to, String name) throws IOException {
        Files.write(to.resolve(name), Files.readAllBytes(from.resolve(name)));
    }

    static Stream<Mutation> rows() {
        return Stream.of(witnesses(), authorities(), logs(), missing(), compromise())
                .flatMap(rows -> rows);
    }

    private static Stream<Mutation> witnesses() {
        return Stream.of(
                failed(
                        "cosignature of another window",
                        "does not verify over this checkpoint",
                        (t, a, folder) -> copy(other(t), folder, a.w1.witness().objectName())),
                failed(
                        "ML-DSA cosignature of another window",
                        "does not verify over this checkpoint",
                        (t, a, folder) -> copy(other(t), folder, a.w2.witness().objectName())),
                failed("cosignature made older", "does not verify over this checkpoint", (t, a, folder) -> {
                    Path file = cosignature(folder, a.w1);
                    String line = Files.readString(file);
                    int blob = line.lastIndexOf(' ') + 1;
                    byte[] bytes =
                            Base64.getDecoder().decode(line.substring(blob).trim());
                    bytes[10]--;
                    Files.writeString(
                            file, line.substring(0, blob) + Base64.getEncoder().encodeToString(bytes) + "\n");
                }),
                failed(
                        "cosignature under the other witness' name",
                        "not by witness.example.net/w2",
                        (t, a, folder) ->
                                Files.write(cosignature(folder, a.w2), Files.readAllBytes(cosignature(folder, a.w1)))),
                failed(
                        "two cosignatures in one object",
                        "a cosignature is one line",
                        (t, a, folder) -> Files.writeString(
                                cosignature(folder, a.w1),
                                Files.readString(cosignature(folder, a.w1)).repeat(2))),
                failed(
                        "cosignature with spaces up to its limit and beyond",
                        "the cosignature is larger than 8192 bytes",
                        (t, a, folder) -> Files.writeString(cosignature(folder, a.w1), " ".repeat(20_000))),
                failed(
                        "empty cosignature",
                        "a cosignature is one line",
                        (t, a, folder) -> Files.write(cosignature(folder, a.w1), new byte[0])));
    }

    private static Stream<Mutation> authorities() {
        return Stream.of(
                failed(
                        "time-stamp of another window",
                        "the imprint is not of this checkpoint",
                        (t, a, folder) -> copy(other(t), folder, "tsa1.tsr")),
                failed(
                        "time-stamp with a changed last byte of its signature",
                        "tsa1.tsr: the signature does not hold: signature not created by certificate",
                        (t, a, folder) -> flip(folder.resolve("tsa1.tsr"), -1)),
                failed(
                        "time-stamp cut off",
                        "tsa1.tsr: the time-stamp is not DER: an object longer than the one it is in",
                        (t, a, folder) -> Files.write(
                                folder.resolve("tsa1.tsr"),
                                Arrays.copyOf(Files.readAllBytes(folder.resolve("tsa1.tsr")), 200))),
                failed(
                        "time-stamp refused",
                        "tsa1.tsr: the authority did not grant it: status 2",
                        (t, a, folder) -> Files.write(folder.resolve("tsa1.tsr"), TestTsa.refusal())),
                failed(
                        "time-stamp by another authority under the name",
                        "the signer's certificate does not lead to a configured root at the time stamped",
                        (t, a, folder) -> Files.write(
                                folder.resolve("tsa1.tsr"),
                                TestTsa.create().response(checkpoint(t), TestAnchors.time(WINDOW)))),
                failed(
                        "time-stamp before the authority counted",
                        "stamped 2026-01-31T23:59:59Z, tsa1 counts from 2026-02-01T00:00:00Z",
                        (t, a, folder) -> Files.write(
                                folder.resolve("tsa1.tsr"),
                                a.tsa.response(checkpoint(t), TestAnchors.FROM.minusSeconds(1)))),
                failed(
                        "time-stamp after the authority's end",
                        "stamped 2026-11-21T04:00:05Z, tsa1 counts from 2026-02-01T00:00:00Z to 2026-11-21T04:00:04Z",
                        (t, a, folder) -> t.trustRoot(a.trustRoot(
                                t.keys, ALL, a.listed(TestAnchors.time(3).minusSeconds(1)), (k, l, m) -> {}))),
                failed(
                        "time-stamp padded with gigabytes of length",
                        "tsa1.tsr: the time-stamp is not DER: an object longer than the one it is in",
                        (t, a, folder) -> Files.write(
                                folder.resolve("tsa1.tsr"), new byte[] {0x30, (byte) 0x84, 0x7f, 0, 0, 0})));
    }

    private static byte[] checkpoint(Tampering t) throws IOException {
        return Files.readAllBytes(TestAnchors.registry(t.bucket, WINDOW).resolve("checkpoint"));
    }

    private static Stream<Mutation> logs() {
        return Stream.of(
                failed(
                        "log entry of another window",
                        "are not those of this checkpoint",
                        (t, a, folder) -> copy(other(t), folder, "log2026.rekor.json")),
                failed(
                        "log entry under another index",
                        "the entry has two indexes",
                        (t, a, folder) -> replace(
                                folder.resolve("log2026.rekor.json"),
                                "{\n  \"logIndex\": \"",
                                "{\n  \"logIndex\": \"1")),
                failed(
                        "log entry of a larger tree",
                        "size or root of the proof are not those of the log's checkpoint",
                        (t, a, folder) ->
                                replace(folder.resolve("log2026.rekor.json"), "\"treeSize\": \"", "\"treeSize\": \"1")),
                failed(
                        "log checkpoint of a larger tree",
                        "the log's checkpoint: log.example.org/2026+",
                        (t, a, folder) -> replace(
                                folder.resolve("log2026.rekor.json"),
                                "\"envelope\": \"log.example.org/2026\\n",
                                "\"envelope\": \"log.example.org/2026\\n1")),
                failed(
                        "log entry that is not JSON",
                        "log2026.rekor.json: not a log entry: not JSON at byte 5",
                        (t, a, folder) -> Files.writeString(folder.resolve("log2026.rekor.json"), "{\"a\":")),
                failed(
                        "local log receipt of another window",
                        "the logged leaf is not this checkpoint",
                        (t, a, folder) -> copy(other(t), folder, "local1.log.json")),
                failed(
                        "local log receipt in another form",
                        "local1.log.json: the log receipt is not in its one form",
                        (t, a, folder) -> replace(folder.resolve("local1.log.json"), ",\"v\":1", ", \"v\":1")),
                failed(
                        "local log receipt with a changed proof",
                        "local1.log.json: the log's inclusion: expected root ",
                        (t, a, folder) -> {
                            Path file = folder.resolve("local1.log.json");
                            String text = Files.readString(file);
                            int at = text.indexOf("\"proof\":[\"") + 10;
                            Files.writeString(
                                    file,
                                    text.substring(0, at)
                                            + (text.charAt(at) == '0' ? '1' : '0')
                                            + text.substring(at + 1));
                        }));
    }

    private static Stream<Mutation> missing() {
        return Stream.of(
                incomplete(
                        "last window's time-stamp removed",
                        "time-stamps of authorities: 0 of 1, which the trust root requires",
                        (t, a, folder) ->
                                Files.delete(TestAnchors.folder(t.bucket, 3).resolve("tsa1.tsr"))),
                incomplete(
                        "one of two witnesses missing in the last window",
                        "cosignatures of witnesses: 1 of 2, which the trust root requires",
                        (t, a, folder) -> Files.delete(cosignature(TestAnchors.folder(t.bucket, 3), a.w2))),
                incomplete("both logs' receipts removed", "entries in transparency logs: 0 of 1", (t, a, folder) -> {
                    Files.delete(TestAnchors.folder(t.bucket, 3).resolve("local1.log.json"));
                    Files.delete(TestAnchors.folder(t.bucket, 3).resolve("log2026.rekor.json"));
                }),
                incomplete(
                        "last window's receipts removed",
                        "cosignatures of witnesses: 0 of 2",
                        (t, a, folder) -> TestAnchors.remove(t.bucket, 3)),
                incomplete(
                        "more witnesses asked for than there are",
                        "cosignatures of witnesses: 2 of 3, which was asked for",
                        (t, a, folder) -> t.request = t.request.withAnchors(AnchorRequirement.parse("witness:3"))),
                incomplete(
                        "anchors later than the time asked for",
                        "time-stamps of authorities: 0 of 1 no later than 2026-11-21T04:00:04Z",
                        (t, a, folder) -> t.request =
                                t.request.withAsOf(TestAnchors.time(3).minusSeconds(1))),
                incomplete(
                        "log entries that nothing proves to be of the time asked for",
                        "entries in transparency logs: 0 of 1 no later than 2026-11-21T04:00:05Z",
                        (t, a, folder) -> {
                            Path last = TestAnchors.folder(t.bucket, 3);
                            Files.delete(last.resolve("tsa1.tsr"));
                            Files.delete(cosignature(last, a.w1));
                            Files.delete(cosignature(last, a.w2));
                            t.request = t.request.withAsOf(TestAnchors.time(3));
                        }),
                row(
                        "windows that had ended by the time asked for are missing",
                        ExitCode.INCOMPLETE,
                        COMPLETENESS,
                        "as of 2026-11-21T04:15:00Z the windows from 2026-11-21T04:00:00Z on are missing",
                        (t, a, folder) -> t.request = t.request.withAsOf(Scenario.start(5))),
                incomplete(
                        "one key under two witness names", "cosignatures of witnesses: 1 of 2", AnchorMutations::twins),
                incomplete(
                        "trust root that lists nobody, with anchors asked for",
                        "cosignatures of witnesses: 0 of 1, which was asked for",
                        (t, a, folder) -> {
                            t.trustRoot(t.keys.trustRoot());
                            t.request = t.request.withAnchors(AnchorRequirement.parse("witness"));
                        }),
                failed("folder with more files than parties can be", "more than 256 files", (t, a, folder) -> {
                    for (int i = 0; i < 300; i++) {
                        Files.writeString(folder.resolve("x" + i + ".tsr"), "");
                    }
                }));
    }

    private static void twins(Tampering t, TestAnchors a, Path folder) throws IOException {
        SigningKey key = KeyFile.generate(KeyAlgorithm.ED25519, new SecureRandom());
        Cosigner one = Cosigner.of("one.example", key);
        Cosigner two = Cosigner.of("two.example", key);
        for (int window = 0; window < 4; window++) {
            byte[] object =
                    Files.readAllBytes(TestAnchors.registry(t.bucket, window).resolve("checkpoint"));
            TestAnchors.cosign(TestAnchors.folder(t.bucket, window), one, object, TestAnchors.time(window));
            TestAnchors.cosign(TestAnchors.folder(t.bucket, window), two, object, TestAnchors.time(window));
        }
        TrustAnchors listed = new TrustAnchors(
                a.listed().tsa(),
                a.listed().logs(),
                List.of(new TrustAnchors.Witness(one.vkey()), new TrustAnchors.Witness(two.vkey())));
        t.trustRoot(a.trustRoot(t.keys, ALL, listed, (k, l, m) -> {}));
    }

    private static MutationTest.Tamper compromised(Instant since, Change change) {
        return t -> {
            TestAnchors anchors = anchored(t, TrustPolicy.NONE);
            change.to(t, anchors, TestAnchors.folder(t.bucket, WINDOW));
            t.trustRoot(anchors.trustRoot(t.keys, TrustPolicy.NONE, (ed25519, p256, bundle) -> {
                p256.status = KeyStatus.COMPROMISED;
                p256.compromisedSince = Optional.of(since);
            }));
        };
    }

    private static Stream<Mutation> compromise() {
        String words = "is compromised since 2026-11-21T03:45:01Z and no anchor proves this older";
        Instant since = Instant.parse("2026-11-21T03:45:01Z");
        return Stream.of(
                new Mutation(
                        "key compromised before the last anchors",
                        ExitCode.FAILED,
                        SIGNATURES,
                        words,
                        compromised(since, (t, a, folder) -> {})),
                new Mutation(
                        "key compromised, and logs alone say the checkpoint is older",
                        ExitCode.FAILED,
                        SIGNATURES,
                        "is compromised since 2027-01-01T00:00:00Z and no anchor proves this older",
                        compromised(Instant.parse("2027-01-01T00:00:00Z"), (t, a, folder) -> {
                            Path last = TestAnchors.folder(t.bucket, 3);
                            Files.delete(last.resolve("tsa1.tsr"));
                            Files.delete(cosignature(last, a.w1));
                            Files.delete(cosignature(last, a.w2));
                        })),
                new Mutation(
                        "bundle key compromised, which no anchor can heal",
                        ExitCode.FAILED,
                        SIGNATURES,
                        "no anchor proves this older",
                        t -> {
                            TestAnchors anchors = anchored(t, TrustPolicy.NONE);
                            t.trustRoot(anchors.trustRoot(t.keys, TrustPolicy.NONE, (ed25519, p256, bundle) -> {
                                bundle.status = KeyStatus.COMPROMISED;
                                bundle.compromisedSince = Optional.of(Instant.parse("2027-01-01T00:00:00Z"));
                            }));
                        }));
    }
}

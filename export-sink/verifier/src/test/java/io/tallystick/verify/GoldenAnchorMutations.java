// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static io.tallystick.verify.Phase.ANCHORS;
import static io.tallystick.verify.Phase.CHAINS;
import static io.tallystick.verify.Phase.COMPLETENESS;
import static io.tallystick.verify.Phase.SIGNATURES;
import static io.tallystick.verify.Phase.TREES;

import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustedKey;
import io.tallystick.verify.MutationTest.Mutation;
import io.tallystick.verify.MutationTest.Tamper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What needs no key of the ledger, done to the checked-in bucket of {@link AnchoredScenario}. */
final class GoldenAnchorMutations {
    private GoldenAnchorMutations() {}

    private static Mutation failed(String name, Phase phase, String message, Tamper tamper) {
        return new Mutation("rotated and anchored: " + name, ExitCode.FAILED, phase, message, tamper);
    }

    private static Mutation incomplete(String name, Phase phase, String message, Tamper tamper) {
        return new Mutation("rotated and anchored: " + name, ExitCode.INCOMPLETE, phase, message, tamper);
    }

    private static Path receipt(Tampering t, int window, String name) throws IOException {
        Path folder = TestAnchors.folder(t.bucket, window);
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> String.valueOf(file.getFileName()).startsWith(name))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** What one window's party said, under the checkpoint of another. */
    private static void exchange(Tampering t, int from, int to, String name) throws IOException {
        Files.write(receipt(t, to, name), Files.readAllBytes(receipt(t, from, name)));
    }

    private static TrustedKey ending(TrustedKey key) {
        return AnchoredScenario.isOld(key)
                ? key.with(KeyStatus.ACTIVE, AnchoredScenario.T2.minusSeconds(900), Optional.empty())
                : key;
    }

    private static TrustedKey compromised(TrustedKey key) {
        return AnchoredScenario.isOld(key)
                ? key.with(KeyStatus.COMPROMISED, key.notAfter(), Optional.of(TestAnchors.time(3)))
                : key;
    }

    private static TrustedKey revoked(TrustedKey key) {
        return AnchoredScenario.isNew(key) ? key.with(KeyStatus.REVOKED, key.notAfter(), Optional.empty()) : key;
    }

    static Stream<Mutation> rows() {
        return Stream.of(receipts(), covers(), keys(), entries()).flatMap(rows -> rows);
    }

    private static Stream<Mutation> receipts() {
        return Stream.of(
                failed("last byte of a time-stamp", ANCHORS, "tsa1.tsr: ", t -> {
                    Path file = receipt(t, 0, "tsa1");
                    byte[] bytes = Files.readAllBytes(file);
                    bytes[bytes.length - 1] ^= 1;
                    Files.write(file, bytes);
                }),
                failed(
                        "time-stamp of another window",
                        ANCHORS,
                        "tsa1.tsr: the imprint is not of this checkpoint",
                        t -> exchange(t, 0, 3, "tsa1")),
                failed(
                        "cosignature of another window",
                        ANCHORS,
                        "does not verify over this checkpoint",
                        t -> exchange(t, 0, 3, "cosignature-")),
                failed(
                        "log entry of another window",
                        ANCHORS,
                        "are not those of this checkpoint",
                        t -> exchange(t, 0, 3, "log2026")),
                incomplete("no receipts from the fourth window on", ANCHORS, "0 of 1", t -> {
                    TestAnchors.remove(t.bucket, 3);
                    TestAnchors.remove(t.bucket, 5);
                }),
                incomplete(
                        "witnesses that are not listed any more",
                        ANCHORS,
                        "cosignatures of witnesses: 0 of 2, which the trust root requires",
                        t -> {
                            TrustAnchors before = AnchoredScenario.anchors(t);
                            TrustAnchors.Witness stranger = new TrustAnchors.Witness(new TestAnchors().w1.vkey());
                            TrustAnchors.Witness other = new TrustAnchors.Witness(new TestAnchors().w2.vkey());
                            AnchoredScenario.trust(
                                    t,
                                    new TrustAnchors(before.tsa(), before.logs(), List.of(stranger, other)),
                                    key -> key);
                        }));
    }

    private static Stream<Mutation> covers() {
        return Stream.of(
                incomplete(
                        "leaves that lead to the covering checkpoint gone",
                        ANCHORS,
                        "time-stamps of authorities: 0 of 1, which the trust root requires",
                        t -> Files.delete(t.leaves(2).resolve("leaves.ndjson"))),
                failed(
                        "leaves that lead to the covering checkpoint changed",
                        COMPLETENESS,
                        "leaves.ndjson",
                        t -> Files.writeString(
                                t.leaves(2).resolve("leaves.ndjson"),
                                Files.readString(t.leaves(2).resolve("leaves.ndjson"))
                                        .replace("\"chains\":0", "\"chains\":1"))),
                incomplete(
                        "idle covered window dropped",
                        COMPLETENESS,
                        "missing: every window from 2026-11-21T03:30:00Z to 2026-11-21T03:45:00Z",
                        t -> Scenario.deleteAll(t.acme(2).folder)));
    }

    private static Stream<Mutation> keys() {
        return Stream.of(
                failed(
                        "old key ended before the overlap did",
                        SIGNATURES,
                        "which was valid only until 2026-11-21T03:45:00Z; the window ends 2026-11-21T04:00:00Z",
                        t -> AnchoredScenario.trust(t, GoldenAnchorMutations::ending)),
                failed(
                        "old key compromised before the receipts that cover it",
                        SIGNATURES,
                        "is compromised since 2026-11-21T04:00:05Z and no anchor proves this older",
                        t -> AnchoredScenario.trust(t, GoldenAnchorMutations::compromised)),
                failed(
                        "new key revoked",
                        SIGNATURES,
                        "which is revoked; the window ends ",
                        t -> AnchoredScenario.trust(t, GoldenAnchorMutations::revoked)),
                failed(
                        "new key not listed, with whose signature a log was shown the checkpoint",
                        ANCHORS,
                        "log2026.rekor.json: the logged digest, signature and key are not those of this checkpoint",
                        AnchoredScenario::unlistNew));
    }

    private static Stream<Mutation> entries() {
        return Stream.of(
                failed(
                        "gap made smaller",
                        CHAINS,
                        "source offsets are not contiguous: expected from 39, found 40",
                        t -> t.acme(3).editLine(Scenario.DATA3, 0, "\"next\":40", "\"next\":39")),
                failed("checkpoint of an earlier window", TREES, "checkpoint: expected ", t -> t.acme(5)
                        .write("checkpoint", t.acme(4).read("checkpoint"))));
    }
}

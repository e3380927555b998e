// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static io.tallystick.verify.Phase.ANCHORS;
import static io.tallystick.verify.Phase.COMPLETENESS;
import static io.tallystick.verify.Phase.ENTRIES;
import static io.tallystick.verify.Phase.RETENTION;
import static io.tallystick.verify.Phase.SIGNATURES;

import io.tallystick.tree.Hash;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustPolicy;
import io.tallystick.verify.MutationTest.Mutation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Foreign, expired and misused keys, and what is missing or doubled between bundles, leaves and tenants. */
final class LedgerMutations {
    private static final List<Set<KeyAlgorithm>> P256 = List.of(Set.of(KeyAlgorithm.ECDSA_P256));
    /** Ends within the scenario's second window. */
    private static final Instant EARLY = Instant.parse("2026-11-21T03:20:00Z");

    private LedgerMutations() {}

    private static MutationTest.Tamper trust(TestKeys.Change change) {
        return t -> t.trustRoot(t.keys.trustRoot(change));
    }

    private static Mutation failed(String name, Phase phase, String message, MutationTest.Tamper tamper) {
        return new Mutation(name, ExitCode.FAILED, phase, message, tamper);
    }

    private static Mutation untrusted(String name, String message, MutationTest.Tamper tamper) {
        return new Mutation(name, ExitCode.UNTRUSTED, SIGNATURES, message, tamper);
    }

    private static Mutation incomplete(String name, String message, MutationTest.Tamper tamper) {
        return new Mutation(name, ExitCode.INCOMPLETE, COMPLETENESS, message, tamper);
    }

    /** Signs the registry checkpoint of a window anew, wherever it lies. */
    private static void resign(Tampering t, int window, SigningKey... keys) throws IOException {
        String note = t.acme(window).text("checkpoint");
        byte[] signed = TestLedger.note(TestKeys.ORIGIN, note.substring(0, note.indexOf("\n\n") + 1), List.of(keys));
        t.acme(window).write("checkpoint", signed);
        t.globex(window).write("checkpoint", signed);
        Files.write(t.leaves(window).resolve("checkpoint"), signed);
    }

    static Stream<Mutation> signatures() {
        return Stream.of(
                untrusted("no trust root", "no trust root given", t -> t.request = VerifyRequest.of(t.bucket)),
                untrusted(
                        "trust root of another ledger",
                        "the trust root is of ledger other.example.com",
                        t -> t.trustRoot(
                                t.keys.trustRoot("other.example.com", P256, TrustPolicy.NONE, (a, b, c) -> {}))),
                untrusted(
                        "trust root changed after signing",
                        "the trust root cannot be used",
                        t -> t.trustRoot(
                                Text.bytes(Text.string(t.keys.trustRoot()).replace("2030-01-01", "2031-01-01")))),
                untrusted(
                        "trust root that is no JSON",
                        "the trust root cannot be used",
                        t -> t.trustRoot(Text.bytes("{"))),
                untrusted(
                        "trust root with another fingerprint",
                        "expected " + "0".repeat(64),
                        t -> t.request = t.request.withFingerprint(Hash.ZERO)),
                untrusted(
                        "another ledger's keys under the same name",
                        "only by keys that the trust root does not list for this role and scope",
                        t -> t.trustRoot(new TestKeys().trustRoot())),
                untrusted(
                        "bundle signed anew with a foreign key",
                        "which the trust root does not list for bundles",
                        t -> t.reseal(t.acme(1), new TestKeys().bundle)),
                untrusted(
                        "bundle signed with the checkpoint key",
                        "which the trust root does not list for bundles of this ledger",
                        t -> t.reseal(t.acme(1), t.keys.p256)),
                untrusted(
                        "bundle key listed for another tenant",
                        "which the trust root does not list for bundles of this ledger",
                        trust((a, b, c) -> c.scopes = List.of(TestKeys.ORIGIN + "/initech"))),
                untrusted("checkpoint signed anew with foreign keys", "does not list for this role and scope", t -> {
                    TestKeys foreign = new TestKeys();
                    resign(t, 1, foreign.ed25519, foreign.p256);
                }),
                untrusted(
                        "checkpoint signed with the bundle key",
                        "does not list for this role and scope",
                        t -> resign(t, 1, t.keys.bundle)),
                untrusted(
                        "required P-256 only by a stranger, Ed25519 by a listed key",
                        "checkpoint: the required ecdsa-p256 signature is only by keys that the trust root does not list",
                        t -> resign(t, 1, t.keys.ed25519, new TestKeys().p256)),
                untrusted(
                        "checkpoint keys listed for the registry only",
                        "checkpoints/chain-0000: the required ecdsa-p256 signature is only by keys",
                        trust((a, b, c) -> {
                            a.scopes = List.of(TestKeys.ORIGIN);
                            b.scopes = List.of(TestKeys.ORIGIN);
                        })),
                untrusted(
                        "checkpoint keys listed for chains only",
                        "checkpoint: the required ecdsa-p256 signature is only by keys",
                        trust((a, b, c) -> {
                            a.scopes = List.of(TestKeys.ORIGIN + "/*");
                            b.scopes = List.of(TestKeys.ORIGIN + "/*");
                        })),
                failed(
                        "required P-256 line dropped",
                        SIGNATURES,
                        "checkpoint: no ecdsa-p256 signature, which the trust root requires",
                        t -> resign(t, 1, t.keys.ed25519)),
                failed(
                        "required Ed25519 line dropped",
                        SIGNATURES,
                        "checkpoint: no ed25519 signature, which the trust root requires",
                        t -> {
                            resign(t, 1, t.keys.p256);
                            t.trustRoot(t.keys.trustRoot(
                                    TestKeys.ORIGIN,
                                    List.of(Set.of(KeyAlgorithm.ECDSA_P256), Set.of(KeyAlgorithm.ED25519)),
                                    TrustPolicy.NONE,
                                    (a, b, c) -> {}));
                        }),
                failed(
                        "bundle key expired within the window",
                        SIGNATURES,
                        "was valid only until 2026-11-21T03:20:00Z",
                        trust((a, b, c) -> c.notAfter = EARLY)),
                failed(
                        "checkpoint key expired within the window",
                        SIGNATURES,
                        "which was valid only until 2026-11-21T03:20:00Z; the window ends 2026-11-21T03:30:00Z",
                        trust((a, b, c) -> b.notAfter = EARLY)),
                failed(
                        "optional key expired within the window",
                        SIGNATURES,
                        "which was valid only until 2026-11-21T03:20:00Z; the window ends 2026-11-21T03:30:00Z",
                        trust((a, b, c) -> a.notAfter = EARLY)),
                failed(
                        "checkpoint key not yet valid",
                        SIGNATURES,
                        "which is valid only from 2026-11-21T03:20:00Z; the window ends 2026-11-21T03:15:00Z",
                        trust((a, b, c) -> b.notBefore = EARLY)),
                failed(
                        "bundle key revoked",
                        SIGNATURES,
                        "which is revoked; the window ends 2026-11-21T03:15:00Z",
                        trust((a, b, c) -> c.status = KeyStatus.REVOKED)),
                failed(
                        "checkpoint key revoked",
                        SIGNATURES,
                        "which is revoked; the window ends 2026-11-21T03:15:00Z",
                        trust((a, b, c) -> b.status = KeyStatus.REVOKED)),
                failed(
                        "checkpoint key compromised",
                        SIGNATURES,
                        "which is compromised since 2026-11-21T03:20:00Z and no anchor proves this older",
                        trust((a, b, c) -> {
                            b.status = KeyStatus.COMPROMISED;
                            b.compromisedSince = Optional.of(EARLY);
                        })),
                failed(
                        "bit of the manifest signature",
                        SIGNATURES,
                        "manifest.sig: the signature does not verify with listed key ",
                        t -> {
                            t.acme(1).flipByte("manifest.sig", -1);
                            t.only(t.acme(1));
                        }),
                failed("bit of the checkpoint signature", SIGNATURES, "checkpoint: the signature of listed key ", t -> {
                    byte[] note = t.acme(1).read("checkpoint");
                    String text = Text.string(note);
                    int at = text.lastIndexOf(' ') + 20;
                    char flipped = text.charAt(at) == 'A' ? 'B' : 'A';
                    t.acme(1).write("checkpoint", Text.bytes(text.substring(0, at) + flipped + text.substring(at + 1)));
                    t.only(t.acme(1));
                }),
                failed(
                        "signature of the envelope over something else",
                        SIGNATURES,
                        "bundle.dsse.json: the signature",
                        t -> {
                            String statement = t.acme(1).statement();
                            t.acme(1).envelope(t.keys.bundle, statement.replace("export.json", "exporu.json"));
                            String forged = t.acme(1).text("bundle.dsse.json");
                            String honest = Base64.getEncoder().encodeToString(Text.bytes(statement));
                            t.acme(1)
                                    .write(
                                            "bundle.dsse.json",
                                            Text.bytes(forged.replaceFirst(
                                                    "\"payload\":\"[^\"]*\"", "\"payload\":\"" + honest + "\"")));
                            t.acme(1).sums();
                            t.only(t.acme(1));
                        }),
                failed(
                        "manifest signature of another manifest",
                        SIGNATURES,
                        "manifest.sig: the signature does not verify",
                        t -> {
                            t.acme(1).write("manifest.sig", t.acme(0).read("manifest.sig"));
                            t.acme(1).sealStatement(t.keys.bundle);
                        }),
                failed("a failure counts more than an unknown signer", ENTRIES, "payload or its salt", t -> {
                    t.acme(0).editLine(Scenario.DATA, 2, "second", "sekond");
                    t.request = VerifyRequest.of(t.bucket);
                }),
                untrusted("an unknown signer counts more than a missing window", "no trust root given", t -> {
                    Scenario.deleteAll(t.acme(1).folder);
                    t.request = VerifyRequest.of(t.bucket);
                }));
    }

    static Stream<Mutation> completeness() {
        return Stream.of(
                incomplete(
                        "middle window dropped",
                        "missing: every window from 2026-11-21T03:15:00Z to 2026-11-21T03:30:00Z (1 windows",
                        t -> Scenario.deleteAll(t.acme(1).folder)),
                incomplete(
                        "idle middle window dropped",
                        "missing: every window from 2026-11-21T03:30:00Z",
                        t -> Scenario.deleteAll(t.acme(2).folder)),
                incomplete(
                        "last window dropped",
                        "1 chain heads in the window of 2026-11-21T03:45:00Z",
                        t -> Scenario.deleteAll(t.globex(3).folder)),
                incomplete(
                        "first window dropped",
                        "chain heads in the window of 2026-11-21T03:00:00Z",
                        t -> Scenario.deleteAll(t.acme(0).folder)),
                incomplete(
                        "tenant dropped",
                        "chain heads in the window of",
                        t -> Scenario.deleteAll(t.bucket.resolve("v1/tenant=globex"))),
                incomplete(
                        "last window dropped from a tenant's folder",
                        "chain heads in the window of 2026-11-21T03:45:00Z",
                        t -> {
                            Scenario.deleteAll(t.acme(3).folder);
                            t.target(t.bucket.resolve("v1/tenant=acme"));
                        }),
                incomplete("checkpoint of the last window dropped", "chain heads in the window of", t -> t.acme(3)
                        .delete("checkpoint")),
                incomplete("checkpoint of a lone bundle dropped", "no committed bundle here", t -> {
                    t.acme(3).delete("checkpoint");
                    t.only(t.acme(3));
                }),
                incomplete(
                        "empty folder",
                        "no committed bundle here",
                        t -> t.target(Files.createDirectory(t.folder.resolve("empty")))),
                incomplete("bucket without a bundle", "no committed bundle here", t -> {
                    Scenario.deleteAll(t.bucket.resolve("v1/tenant=acme"));
                    Scenario.deleteAll(t.bucket.resolve("v1/tenant=globex"));
                }),
                incomplete(
                        "leaves of a window dropped",
                        "the registry has no leaves for the window of 2026-11-21T03:15:00Z",
                        t -> Scenario.deleteAll(t.leaves(1))),
                incomplete(
                        "whole registry dropped",
                        "no registry leaves given (--registry)",
                        t -> Scenario.deleteAll(t.bucket.resolve("v1/registry"))),
                failed(
                        "second bundle for a window",
                        COMPLETENESS,
                        "a second bundle for the window",
                        t -> Scenario.copy(t.acme(1).folder, t.acme(1).folder.resolveSibling("copy"))),
                failed(
                        "another tenant's bundle",
                        COMPLETENESS,
                        "a bundle of tenant globex in the folder of acme",
                        t -> Scenario.copy(t.globex(1).folder, t.acme(1).folder.resolveSibling("stray"))),
                failed(
                        "another tenant's bundle in a renamed folder",
                        COMPLETENESS,
                        "b: a bundle of tenant globex in the folder of acme",
                        t -> {
                            Path mixed = Files.createDirectory(t.folder.resolve("mixed"));
                            Scenario.copy(t.acme(0).folder, mixed.resolve("a"));
                            Scenario.copy(t.globex(1).folder, mixed.resolve("b"));
                            t.request = VerifyRequest.of(mixed)
                                    .withTrustRoot(t.trustRoot)
                                    .withRegistry(t.bucket.resolve("v1/registry"));
                        }),
                failed(
                        "tenant folders exchanged",
                        COMPLETENESS,
                        "a bundle of tenant globex in the folder of acme",
                        t -> {
                            Files.move(t.bucket.resolve("v1/tenant=acme"), t.bucket.resolve("v1/tenant=other"));
                            Files.move(t.bucket.resolve("v1/tenant=globex"), t.bucket.resolve("v1/tenant=acme"));
                            Files.move(t.bucket.resolve("v1/tenant=other"), t.bucket.resolve("v1/tenant=globex"));
                        }),
                failed("previous manifest replaced", COMPLETENESS, "previous is", t -> {
                    t.acme(1).replace("manifest.json", "\"transactional\":false", "\"transactional\":true");
                    t.reseal(t.acme(1));
                }),
                failed("previous digest changed", COMPLETENESS, "previous is", t -> {
                    t.acme(1).flipHexAfter("manifest.json", "\"previous\":\"");
                    t.reseal(t.acme(1));
                }),
                failed("idle chain no longer listed", COMPLETENESS, "chain acme/3 is not listed any more", t -> {
                    String manifest = t.acme(2).text("manifest.json");
                    int from = manifest.indexOf(",{\"counts\"", manifest.indexOf("\"partition\":0"));
                    int to = manifest.indexOf("],\"data\"");
                    t.acme(2).write("manifest.json", Text.bytes(manifest.substring(0, from) + manifest.substring(to)));
                    t.reseal(t.acme(2));
                }),
                failed(
                        "source position of an idle chain moved",
                        COMPLETENESS,
                        "chain acme/0: source.from is 8, the bundle before ended at 7",
                        t -> {
                            t.acme(2)
                                    .replace(
                                            "manifest.json",
                                            "\"source\":{\"from\":7,\"next\":7}",
                                            "\"source\":{\"from\":8,\"next\":8}");
                            t.reseal(t.acme(2));
                        }),
                failed(
                        "split view",
                        COMPLETENESS,
                        "split view: the bundle has size 6 root ",
                        t -> Files.write(
                                t.leaves(1).resolve("checkpoint"),
                                Files.readAllBytes(t.leaves(2).resolve("checkpoint")))),
                failed(
                        "other signatures on the registry's checkpoint",
                        COMPLETENESS,
                        "checkpoint: not the same bytes as the registry's checkpoint of this window",
                        t -> {
                            String note = Files.readString(t.leaves(1).resolve("checkpoint"));
                            Files.write(
                                    t.leaves(1).resolve("checkpoint"),
                                    TestLedger.note(
                                            TestKeys.ORIGIN,
                                            note.substring(0, note.indexOf("\n\n") + 1),
                                            List.of(t.keys.p256)));
                        }),
                failed(
                        "leaf removed",
                        COMPLETENESS,
                        "the window leaf counts 3 heads, found 2",
                        t -> leaves(t, 0, lines -> lines.remove(0))),
                failed(
                        "leaves reordered",
                        COMPLETENESS,
                        "line 2: chain 164fe4c60751ef91b8540ef65d5b5b33f15b7c6dc11894091355a7771effe78b is not after ",
                        t -> leaves(t, 0, lines -> Collections.swap(lines, 0, 1))),
                failed(
                        "leaf doubled",
                        COMPLETENESS,
                        "line 2: chain 164fe4c60751ef91b8540ef65d5b5b33f15b7c6dc11894091355a7771effe78b is not after ",
                        t -> leaves(t, 0, lines -> lines.add(1, lines.get(0)))),
                failed(
                        "leaf changed",
                        COMPLETENESS,
                        "the head of chain acme/3 is another one, leaf hash ",
                        t -> leaves(t, 0, lines -> {
                            String leaf = lines.get(1);
                            int at = leaf.indexOf("\"head\":\"") + 8;
                            lines.set(
                                    1,
                                    leaf.substring(0, at)
                                            + (leaf.charAt(at) == '0' ? '1' : '0')
                                            + leaf.substring(at + 1));
                        })),
                failed(
                        "leaf with an extra member",
                        COMPLETENESS,
                        "leaves.ndjson: line 1: registry leaf: unknown member 'u'",
                        t -> leaves(t, 0, lines -> lines.set(0, lines.get(0).replace("\"v\":1", "\"u\":1,\"v\":1")))),
                failed(
                        "leaf with whitespace",
                        COMPLETENESS,
                        "line 1: registry leaf is not in canonical form (RFC 8785) at byte 168",
                        t -> leaves(t, 0, lines -> lines.set(0, lines.get(0).replace("\"v\":1", "\"v\": 1")))),
                failed(
                        "window leaf removed",
                        COMPLETENESS,
                        "leaves.ndjson: no window leaf at the end",
                        t -> leaves(t, 0, lines -> lines.remove(3))),
                failed(
                        "leaf after the window leaf",
                        COMPLETENESS,
                        "line 5: a leaf after the window leaf",
                        t -> leaves(t, 0, lines -> lines.add(4, lines.get(0)))),
                failed(
                        "leaves of another window",
                        COMPLETENESS,
                        "the registry has a head of chain acme/3 at index 5 that the bundle does not show",
                        t -> Files.write(
                                t.leaves(1).resolve("leaves.ndjson"),
                                Files.readAllBytes(t.leaves(0).resolve("leaves.ndjson")))),
                failed("leaves cut off", COMPLETENESS, "leaves.ndjson: line 4 has no line feed at its end", t -> {
                    byte[] all = Files.readAllBytes(t.leaves(0).resolve("leaves.ndjson"));
                    Files.write(t.leaves(0).resolve("leaves.ndjson"), Arrays.copyOf(all, all.length - 5));
                }),
                failed(
                        "retention shorter than promised",
                        RETENTION,
                        "until is 2026-12-20T03:30:00Z, before 2026-12-21T03:30:00Z (window end and 30 days)",
                        t -> {
                            t.acme(1).seal(t.keys.bundle, Scenario.start(2).plus(Duration.ofDays(29)));
                        }),
                failed(
                        "retention shorter than the trust root requires",
                        RETENTION,
                        "retention of 30 days, required are 365",
                        t -> t.trustRoot(t.keys.trustRoot(
                                TestKeys.ORIGIN, P256, new TrustPolicy(Set.of(), 0, 365), (a, b, c) -> {}))),
                failed("lock read back is shorter than promised", RETENTION, "promised was 2026-12-21T04:00:00Z", t -> {
                    t.acme(0).lock("compliance", Scenario.start(4).plus(Duration.ofDays(30)));
                    t.sealStatement(t.acme(0));
                    t.acme(1)
                            .previousLock(
                                    t.acme(0), "compliance", Scenario.start(4).plus(Duration.ofDays(29)));
                    t.sealStatement(t.acme(1));
                }),
                failed(
                        "lock read back is weaker than promised",
                        RETENTION,
                        "is governance until 2026-12-21T04:00:00Z, promised was compliance",
                        t -> {
                            t.acme(0).lock("compliance", Scenario.start(4).plus(Duration.ofDays(30)));
                            t.sealStatement(t.acme(0));
                            t.acme(1)
                                    .previousLock(
                                            t.acme(0),
                                            "governance",
                                            Scenario.start(4).plus(Duration.ofDays(30)));
                            t.sealStatement(t.acme(1));
                        }),
                failed(
                        "lock read back is none, where one was promised",
                        RETENTION,
                        "is none until 2026-12-21T04:00:00Z, which is no lock",
                        t -> {
                            t.acme(0).lock("governance", Scenario.start(4).plus(Duration.ofDays(30)));
                            t.sealStatement(t.acme(0));
                            t.acme(1)
                                    .previousLock(
                                            t.acme(0), "none", Scenario.start(4).plus(Duration.ofDays(30)));
                            t.sealStatement(t.acme(1));
                        }),
                failed(
                        "default lock of the store is shorter than the trust root requires",
                        RETENTION,
                        "required are 30 days, to 2026-12-21T03:15:00Z",
                        t -> {
                            t.acme(1)
                                    .previousLock(
                                            t.acme(0),
                                            "governance",
                                            Scenario.start(1).plus(Duration.ofDays(29)));
                            t.sealStatement(t.acme(1));
                            t.trustRoot(t.keys.trustRoot(
                                    TestKeys.ORIGIN, P256, new TrustPolicy(Set.of(), 0, 30), (a, b, c) -> {}));
                        }),
                new Mutation(
                        "anchors required by the trust root",
                        ExitCode.INCOMPLETE,
                        ANCHORS,
                        "which the trust root requires",
                        t -> t.trustRoot(t.keys.trustRoot(
                                TestKeys.ORIGIN,
                                P256,
                                new TrustPolicy(Set.of(TrustAnchors.Kind.TSA), 0, 0),
                                (a, b, c) -> {}))));
    }

    private static void leaves(Tampering t, int window, Consumer<List<String>> change) throws IOException {
        Path file = t.leaves(window).resolve("leaves.ndjson");
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        change.accept(lines);
        Files.writeString(file, String.join("\n", lines) + "\n");
    }
}

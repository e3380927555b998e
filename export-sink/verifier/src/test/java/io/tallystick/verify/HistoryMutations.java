// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static io.tallystick.verify.Phase.CHAINS;
import static io.tallystick.verify.Phase.COMPLETENESS;
import static io.tallystick.verify.Phase.ENTRIES;
import static io.tallystick.verify.Phase.SIGNATURES;

import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustRole;
import io.tallystick.verify.MutationTest.Mutation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** Histories that were written wrong in the first place, forked, or signed anew: all by the ledger's own keys. */
final class HistoryMutations {
    private static final String REOPENED = "chain acme/0 has entries after it was closed";
    private static final String SPLIT = "split view: another registry for the window of ";

    private HistoryMutations() {}

    /** What somebody who runs the ledger writes. */
    private interface Writing {
        void to(TestLedger ledger, TestLedger.Chain chain) throws IOException;
    }

    private static Mutation failed(String name, Phase phase, String message, MutationTest.Tamper tamper) {
        return new Mutation(name, ExitCode.FAILED, phase, message, tamper);
    }

    /** A ledger of its own, by the keys of the trust root, in which chain acme/0 begins. */
    private static Mutation history(String name, Phase phase, String message, Writing writing) {
        return failed(name, phase, message, t -> {
            TestLedger ledger = ledger(t, "history");
            writing.to(ledger, ledger.tenant("acme", false).chain(0).genesis());
            t.target(ledger.bucket);
        });
    }

    private static TestLedger ledger(Tampering t, String name) {
        return new TestLedger(t.folder.resolve(name), Scenario.START, 1, t.keys);
    }

    static Stream<Mutation> rows() {
        return Stream.of(chains(), duplicates(), closed(), forks(), rotation()).flatMap(rows -> rows);
    }

    private static Stream<Mutation> chains() {
        return Stream.of(
                history(
                        "entry recorded in a later window",
                        ENTRIES,
                        "line 2 (seq 1): recorded 2026-11-21T03:15:00.137Z is not in the window",
                        (ledger, chain) -> {
                            chain.recorded(Scenario.start(1)).event("late", "{}");
                            ledger.closeWindow();
                        }),
                history(
                        "ledger clock goes back",
                        CHAINS,
                        "recorded 2026-11-21T03:00:00.137Z is before 2026-11-21T03:01:00.137Z of the entry before",
                        (ledger, chain) -> {
                            chain.recorded(Scenario.START.plusSeconds(60)).event("a", "{}");
                            chain.recorded(Scenario.START).event("early", "{}");
                            ledger.closeWindow();
                        }),
                history(
                        "source entry that names the same topic",
                        CHAINS,
                        "source entry names the topic id the chain already has",
                        (ledger, chain) -> {
                            chain.source("AAAAAAAAAAAAAAAAAAAAAA");
                            ledger.closeWindow();
                        }),
                history(
                        "source entry of a later window that names the same topic",
                        COMPLETENESS,
                        "chain acme/0: source entry names the topic id the chain already has",
                        (ledger, chain) -> {
                            ledger.closeWindow();
                            ledger.closeWindow();
                            chain.source("AAAAAAAAAAAAAAAAAAAAAA");
                            ledger.closeWindow();
                        }));
    }

    /** Seq 0 is the genesis, 1 the event, 2 a rejected value, 3 another event, 4 the duplicate itself. */
    private static Stream<Mutation> duplicates() {
        return Stream.of(
                duplicate("duplicate of an event with another id", 1, "other"),
                duplicate("duplicate of the genesis", 0, "a"),
                duplicate("duplicate of a rejected value", 2, "a"),
                duplicate("duplicate of another event", 3, "a"));
    }

    private static Mutation duplicate(String name, long of, String id) {
        String message = "duplicateOf " + of + " is not an earlier event with this id and producer";
        return history(name, CHAINS, message, (ledger, chain) -> {
            chain.octets("a", new byte[] {1}, "text/plain")
                    .rejected("null-value", null)
                    .octets("b", new byte[] {1}, "text/plain")
                    .duplicate(id, "{}", of);
            ledger.closeWindow();
        });
    }

    private static Stream<Mutation> closed() {
        return Stream.of(
                history(
                        "entry after the chain was closed",
                        CHAINS,
                        "an entry after the chain was closed",
                        (ledger, chain) -> {
                            chain.closed().event("after", "{}");
                            ledger.closeWindow();
                        }),
                history(
                        "entry in the window after the chain was closed",
                        COMPLETENESS,
                        REOPENED,
                        (ledger, chain) -> reopened(ledger, chain, 0)),
                history(
                        "entry after the chain was closed, an idle window later",
                        COMPLETENESS,
                        REOPENED,
                        (ledger, chain) -> reopened(ledger, chain, 1)),
                history(
                        "entry after the chain was closed, a missing window later",
                        COMPLETENESS,
                        REOPENED,
                        (ledger, chain) -> {
                            reopened(ledger, chain, 1);
                            Scenario.deleteAll(ledger.bucket.resolve(Scenario.path("acme", 1)));
                        }),
                history(
                        "entry after the chain was closed, in a window that is missing",
                        COMPLETENESS,
                        REOPENED,
                        (ledger, chain) -> {
                            reopened(ledger, chain, 0);
                            ledger.closeWindow();
                            Scenario.deleteAll(ledger.bucket.resolve(Scenario.path("acme", 1)));
                        }),
                failed("entry after the chain was closed in a window before --since", COMPLETENESS, REOPENED, t -> {
                    TestLedger ledger = ledger(t, "history");
                    reopened(ledger, ledger.tenant("acme", false).chain(0).genesis(), 1);
                    t.target(ledger.bucket);
                    t.request = t.request.withSince(
                            ledger.bucket.resolve(Scenario.path("acme", 1)).resolve("checkpoint"));
                }));
    }

    /** @param idle windows between the one in which the chain ends, and the one in which it goes on */
    private static void reopened(TestLedger ledger, TestLedger.Chain chain, int idle) {
        chain.closed();
        for (int window = 0; window <= idle; window++) {
            ledger.closeWindow();
        }
        chain.event("after", "{}");
        ledger.closeWindow();
    }

    private static Stream<Mutation> forks() {
        return Stream.of(
                history(
                        "chain that is registered and not shown",
                        COMPLETENESS,
                        "the registry has a head of chain acme/9999 at index",
                        (ledger, chain) -> {
                            ledger.tenant("acme", false).chain(9_999).genesis();
                            ledger.tenant("acme", false).hidden.add(9_999);
                            ledger.closeWindow();
                        }),
                history(
                        "chain that is registered and not shown in one of the windows",
                        COMPLETENESS,
                        "the registry has a head of chain acme/7 at index",
                        (ledger, chain) -> {
                            TestLedger.Chain other =
                                    ledger.tenant("acme", false).chain(7).genesis();
                            ledger.closeWindow();
                            other.event("hidden", "{}");
                            ledger.tenant("acme", false).hidden.add(7);
                            ledger.closeWindow();
                        }),
                failed(
                        "registry forked between tenants",
                        COMPLETENESS,
                        SPLIT + "2026-11-21T03:00:00Z",
                        t -> t.target(forked(t, 0).bucket)),
                failed(
                        "registry forked between tenants, in a window in which both are idle",
                        COMPLETENESS,
                        SPLIT + "2026-11-21T03:15:00Z",
                        t -> t.target(forked(t, 1).bucket)),
                failed(
                        "registry forked in an idle window, shown to its tenant alone",
                        COMPLETENESS,
                        "split view: the bundle has size 5",
                        t -> t.target(forked(t, 1).bucket.resolve("v1/tenant=globex"))));
    }

    /**
     * Two histories by the same keys, the same up to this window, in which one has a tenant more: acme is shown one of
     * them, globex the other.
     */
    private static TestLedger forked(Tampering t, int window) throws IOException {
        TestLedger honest = ledger(t, "honest");
        TestLedger other = ledger(t, "other");
        for (TestLedger ledger : List.of(honest, other)) {
            ledger.tenant("acme", false).chain(0).genesis();
            ledger.tenant("globex", false).chain(0).genesis();
            for (int i = 0; i <= window; i++) {
                if (i == window && ledger == other) {
                    ledger.tenant("initech", false).chain(0).genesis();
                }
                ledger.closeWindow();
            }
        }
        Path shown = honest.bucket.resolve(Scenario.path("globex", window));
        Scenario.deleteAll(shown);
        Scenario.copy(other.bucket.resolve(Scenario.path("globex", window)), shown);
        return honest;
    }

    private static Stream<Mutation> rotation() {
        return Stream.of(
                failed(
                        "old checkpoint signed anew with the key that came after it",
                        SIGNATURES,
                        "which is valid only from 2026-11-21T03:30:00Z; the window ends 2026-11-21T03:15:00Z",
                        t -> {
                            SigningKey fresh = rotated(t);
                            resign(t, 0, fresh);
                        }),
                failed(
                        "new checkpoint signed anew with the key that was before it",
                        SIGNATURES,
                        "which was valid only until 2026-11-21T03:30:00Z; the window ends 2026-11-21T03:45:00Z",
                        t -> {
                            rotated(t);
                            resign(t, 2, t.keys.p256);
                        }),
                failed(
                        "old bundle signed anew with the key that came after it",
                        SIGNATURES,
                        "which is valid only from 2026-11-21T03:30:00Z; the window ends 2026-11-21T03:15:00Z",
                        t -> {
                            SigningKey fresh = fresh();
                            t.trustRoot(t.keys.trustRoot(
                                    (a, b, c) -> {}, listed(fresh, TrustRole.BUNDLE, Scenario.start(2))));
                            t.reseal(t.acme(0), fresh);
                        }));
    }

    private static SigningKey fresh() {
        return KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom());
    }

    private static TestKeys.Listing listed(SigningKey key, TrustRole role, Instant notBefore) {
        TestKeys.Listing listing = new TestKeys.Listing(key, role);
        listing.notBefore = notBefore;
        return listing;
    }

    /** Three windows of one tenant; the last is signed by a key that takes the place of the first two's. */
    private static SigningKey rotated(Tampering t) throws IOException {
        SigningKey fresh = fresh();
        TestLedger ledger = ledger(t, "rotated");
        ledger.tenant("acme", false).chain(0).genesis();
        ledger.closeWindow();
        ledger.closeWindow();
        ledger.signers = List.of(t.keys.ed25519, fresh);
        ledger.tenant("acme", false).chain(0).event("a", "{}");
        ledger.closeWindow();
        t.trustRoot(t.keys.trustRoot(
                (a, b, c) -> b.notAfter = Scenario.start(2), listed(fresh, TrustRole.CHECKPOINT, Scenario.start(2))));
        t.target(ledger.bucket);
        return fresh;
    }

    private static void resign(Tampering t, int window, SigningKey key) throws IOException {
        Path bucket = t.request.target();
        Path checkpoint = bucket.resolve(Scenario.path("acme", window)).resolve("checkpoint");
        String note = Files.readString(checkpoint);
        byte[] signed = TestLedger.note(
                TestKeys.ORIGIN, note.substring(0, note.indexOf("\n\n") + 1), List.of(t.keys.ed25519, key));
        Files.write(checkpoint, signed);
        Files.write(TestAnchors.registry(bucket, window).resolve("checkpoint"), signed);
    }
}

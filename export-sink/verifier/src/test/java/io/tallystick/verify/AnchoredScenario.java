// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustPolicy;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootBuilder;
import io.tallystick.trust.TrustedKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A bucket of six windows in which keys are replaced and outside parties are away: the tenants of {@link Scenario}, one or both
 * of them idle for a while, a gap, and receipts of every party for three of the windows, which cover the others.
 *
 * <pre>
 * window  checkpoints signed by   bundles by   receipts
 *   0     Ed25519, old P-256      old key      all
 *   1     Ed25519, old P-256      old key      none: covered by window 3; globex is idle
 *   2     Ed25519, both P-256     old key      none: covered by window 3; both are idle
 *   3     Ed25519, both P-256     old key      all
 *   4     Ed25519, new P-256      new key      none: covered by window 5; globex is idle
 *   5     Ed25519, new P-256      new key      all; both are idle
 * </pre>
 */
final class AnchoredScenario {
    static final int WINDOWS = 6;

    /** End of the third window: the new keys count from here on. */
    static final Instant T1 = Scenario.start(3);

    /** End of the fourth: the old keys count up to here. */
    static final Instant T2 = Scenario.start(4);

    private static final Path GOLDEN = Path.of("src/test/resources/bundles/rotated-and-anchored");
    private static final TrustPolicy ALL = new TrustPolicy(Set.of(TrustAnchors.Kind.values()), 2, 0);

    private AnchoredScenario() {}

    static Scenario write(Path folder, long seed) throws IOException {
        TestLedger ledger = new TestLedger(folder.resolve("bucket"), Scenario.START, seed);
        SigningKey p256 = KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom());
        SigningKey bundle = KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom());
        write(ledger, p256);
        for (int window = 4; window < WINDOWS; window++) {
            for (String tenant : List.of("acme", "globex")) {
                new TestBundle(ledger.bucket.resolve(Scenario.path(tenant, window)))
                        .seal(bundle, Scenario.start(window + 1).plus(Duration.ofDays(30)));
            }
        }
        TestAnchors anchors = new TestAnchors();
        anchors.write(ledger.bucket, 0, ledger.keys.p256);
        anchors.write(ledger.bucket, 3, ledger.keys.p256);
        anchors.write(ledger.bucket, 5, p256);
        TestKeys.Listing freshP256 = new TestKeys.Listing(p256, TrustRole.CHECKPOINT);
        freshP256.notBefore = T1;
        TestKeys.Listing freshBundle = new TestKeys.Listing(bundle, TrustRole.BUNDLE);
        freshBundle.notBefore = T1;
        Path trustRoot = folder.resolve("trust-root.json");
        Files.write(
                trustRoot,
                ledger.keys.trustRoot(
                        TestKeys.ORIGIN,
                        List.of(Set.of(KeyAlgorithm.ECDSA_P256)),
                        ALL,
                        anchors.listed(),
                        (ed25519, oldP256, oldBundle) -> {
                            oldP256.notAfter = T2;
                            oldBundle.notAfter = T2;
                        },
                        freshP256,
                        freshBundle));
        return Scenario.of(ledger, trustRoot);
    }

    private static void write(TestLedger ledger, SigningKey p256) {
        TestKeys keys = ledger.keys;
        TestLedger.Tenant acme = ledger.tenant("acme", false);
        TestLedger.Tenant globex = ledger.tenant("globex", false);
        acme.chain(0).genesis().event("a-1", "{\"note\":\"first\"}").event("a-2", "{\"note\":\"second\"}");
        acme.chain(3).genesis();
        globex.chain(0).genesis().event("g-1", "{\"n\":1}");
        close(ledger, keys.ed25519, keys.p256);
        acme.chain(0).event("a-3", "{\"note\":\"third\"}").rejected("not-json", Text.bytes("{nonsense"));
        close(ledger, keys.ed25519, keys.p256);
        close(ledger, keys.ed25519, keys.p256, p256);
        acme.chain(3).gap(40).event("b-1", "{\"note\":\"after the gap\"}");
        globex.chain(0).event("g-2", "{\"n\":2}");
        close(ledger, keys.ed25519, keys.p256, p256);
        acme.chain(0).event("a-4", "{\"note\":\"fourth\"}");
        close(ledger, keys.ed25519, p256);
        close(ledger, keys.ed25519, p256);
    }

    private static void close(TestLedger ledger, SigningKey... signers) {
        ledger.signers = List.of(signers);
        ledger.closeWindow();
    }

    /** The one that is checked in. Its keys sign nothing any more. */
    static Scenario golden() throws IOException {
        Path trustRoot = GOLDEN.resolve("trust-root.json");
        TestKeys lost = TestKeys.lost(parse(trustRoot));
        return Scenario.of(new TestLedger(GOLDEN.resolve("bucket"), Scenario.START, 0, lost), trustRoot);
    }

    /**
     * A trust root that says something else of the keys, or lists other parties.
     *
     * @param change may give null: then the key is not listed
     */
    static void trust(Tampering t, TrustAnchors anchors, UnaryOperator<TrustedKey> change) throws IOException {
        TrustRoot before = parse(t.trustRoot);
        TrustRootBuilder builder = new TrustRootBuilder(before.ledger(), TestKeys.ISSUED, TestKeys.EXPIRES)
                .requireForCheckpoints(before.require(TrustRole.CHECKPOINT))
                .policy(before.policy())
                .anchors(anchors);
        try {
            for (TrustedKey key : before.keys()) {
                TrustedKey changed = key.roles().contains(TrustRole.ROOT) ? null : change.apply(key);
                if (changed != null) {
                    builder.key(changed);
                }
            }
            t.trustRoot(builder.sign(t.keys.root).encode());
        } catch (KeyException | TrustException e) {
            throw new IllegalStateException(e);
        }
    }

    static void trust(Tampering t, UnaryOperator<TrustedKey> change) throws IOException {
        trust(t, anchors(t), change);
    }

    /** A trust root of before the rotation. */
    static void unlistNew(Tampering t) throws IOException {
        trust(t, anchors(t), key -> isNew(key) ? null : key);
    }

    static TrustAnchors anchors(Tampering t) throws IOException {
        return parse(t.trustRoot).anchors();
    }

    /** Whether it is the old checkpoint key of P-256. */
    static boolean isOld(TrustedKey key) {
        return key.roles().contains(TrustRole.CHECKPOINT) && key.notAfter().equals(T2);
    }

    /** Whether it is the new checkpoint key of P-256. */
    static boolean isNew(TrustedKey key) {
        return key.roles().contains(TrustRole.CHECKPOINT) && key.notBefore().equals(T1);
    }

    private static TrustRoot parse(Path file) throws IOException {
        try {
            return TrustRoot.parse(Files.readAllBytes(file));
        } catch (TrustException e) {
            throw new IllegalStateException(e);
        }
    }
}

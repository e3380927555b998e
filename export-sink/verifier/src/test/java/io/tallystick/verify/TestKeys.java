// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.PublicKey;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustPolicy;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootBuilder;
import io.tallystick.trust.TrustedKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The keys of a test ledger, and trust roots that say different things about them. */
final class TestKeys {
    static final String ORIGIN = "ledger.example.com";
    static final Instant ISSUED = Instant.parse("2026-01-01T00:00:00Z");
    static final Instant EXPIRES = Instant.parse("2030-01-01T00:00:00Z");

    final SigningKey root = generate(KeyAlgorithm.ECDSA_P256);
    final SigningKey ed25519;
    final SigningKey p256;
    final SigningKey bundle;

    TestKeys() {
        this(generate(KeyAlgorithm.ED25519), generate(KeyAlgorithm.ECDSA_P256), generate(KeyAlgorithm.ECDSA_P256));
    }

    private TestKeys(SigningKey ed25519, SigningKey p256, SigningKey bundle) {
        this.ed25519 = ed25519;
        this.p256 = p256;
        this.bundle = bundle;
    }

    private static SigningKey generate(KeyAlgorithm algorithm) {
        return KeyFile.generate(algorithm, new SecureRandom());
    }

    /** Keys that nobody has any more, as a trust root lists them: they can be listed anew, and sign nothing. */
    static TestKeys lost(TrustRoot trustRoot) {
        return new TestKeys(
                LostKey.of(trustRoot, KeyAlgorithm.ED25519, TrustRole.CHECKPOINT),
                LostKey.of(trustRoot, KeyAlgorithm.ECDSA_P256, TrustRole.CHECKPOINT),
                LostKey.of(trustRoot, KeyAlgorithm.ECDSA_P256, TrustRole.BUNDLE));
    }

    /** The public half of a key. */
    record LostKey(KeyAlgorithm algorithm, PublicKey key) implements SigningKey {
        /** What would have to be signed cannot be. */
        static final class LostException extends RuntimeException {
            private static final long serialVersionUID = 1L;
        }

        static LostKey of(TrustRoot trustRoot, KeyAlgorithm algorithm, TrustRole role) {
            TrustedKey listed = trustRoot.keys(role, ORIGIN).stream()
                    .filter(key -> key.algorithm() == algorithm)
                    .findFirst()
                    .orElseThrow();
            return new LostKey(algorithm, listed.publicKey());
        }

        @Override
        public byte[] spki() {
            return key.spki();
        }

        @Override
        public byte[] sign(byte[] message) {
            throw new LostException();
        }

        @Override
        public void close() {}
    }

    /** What a trust root says of one key; valid defaults. */
    static final class Listing {
        private final SigningKey key;
        private final TrustRole role;
        List<String> scopes = List.of(ORIGIN, ORIGIN + "/*");
        Instant notBefore = ISSUED;
        Instant notAfter = EXPIRES;
        KeyStatus status = KeyStatus.ACTIVE;
        Optional<Instant> compromisedSince = Optional.empty();

        Listing(SigningKey key, TrustRole role) {
            this.key = key;
            this.role = role;
        }
    }

    /** As a trust root lists an active key for checkpoints of the ledger. */
    static TrustedKey checkpointKey(SigningKey key, Instant notBefore, Instant notAfter) throws KeyException {
        return new TrustedKey(
                PublicKey.of(key.spki()),
                Set.of(TrustRole.CHECKPOINT),
                List.of(ORIGIN, ORIGIN + "/*"),
                notBefore,
                notAfter,
                KeyStatus.ACTIVE,
                Optional.empty());
    }

    interface Change {
        void change(Listing ed25519, Listing p256, Listing bundle);
    }

    byte[] trustRoot() {
        return trustRoot((a, b, c) -> {});
    }

    /** @param more keys beside those that this ledger begins with */
    byte[] trustRoot(Change change, Listing... more) {
        return trustRoot(
                ORIGIN, List.of(Set.of(KeyAlgorithm.ECDSA_P256)), TrustPolicy.NONE, TrustAnchors.NONE, change, more);
    }

    byte[] trustRoot(String ledger, List<Set<KeyAlgorithm>> require, TrustPolicy policy, Change change) {
        return trustRoot(ledger, require, policy, TrustAnchors.NONE, change);
    }

    byte[] trustRoot(
            String ledger,
            List<Set<KeyAlgorithm>> require,
            TrustPolicy policy,
            TrustAnchors anchors,
            Change change,
            Listing... more) {
        Listing a = new Listing(ed25519, TrustRole.CHECKPOINT);
        Listing b = new Listing(p256, TrustRole.CHECKPOINT);
        Listing c = new Listing(bundle, TrustRole.BUNDLE);
        change.change(a, b, c);
        TrustRootBuilder builder = new TrustRootBuilder(ledger, ISSUED, EXPIRES)
                .requireForCheckpoints(require)
                .policy(policy)
                .anchors(anchors);
        try {
            List<Listing> all = new ArrayList<>(List.of(a, b, c));
            all.addAll(List.of(more));
            for (Listing listing : all) {
                builder.key(new TrustedKey(
                        PublicKey.of(listing.key.spki()),
                        Set.of(listing.role),
                        listing.scopes,
                        listing.notBefore,
                        listing.notAfter,
                        listing.status,
                        listing.compromisedSince));
            }
            TrustRoot signed = builder.sign(root);
            return signed.encode();
        } catch (KeyException | TrustException e) {
            throw new IllegalStateException(e);
        }
    }
}

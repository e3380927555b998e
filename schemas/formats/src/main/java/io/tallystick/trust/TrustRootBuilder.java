// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import io.tallystick.tree.Hash;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes the single-key form of a trust root: one root key, threshold 1. Keys are listed as active, for the ledger's
 * origin and all its chains, valid from issue to expiry, unless given as a whole. Not thread-safe.
 */
public final class TrustRootBuilder {
    private final String ledger;
    private final Instant issued;
    private final Instant expires;
    private final List<TrustedKey> keys = new ArrayList<>();
    private List<Set<KeyAlgorithm>> checkpointRequire = List.of(Set.of(KeyAlgorithm.ECDSA_P256));
    private TrustAnchors anchors = TrustAnchors.NONE;
    private TrustPolicy policy = TrustPolicy.NONE;
    private long version = 1;
    private Optional<Hash> previous = Optional.empty();

    /**
     * A trust root for a ledger; times are cut to milliseconds.
     *
     * @param ledger the ledger's origin
     */
    public TrustRootBuilder(String ledger, Instant issued, Instant expires) {
        this.ledger = ledger;
        this.issued = issued.truncatedTo(ChronoUnit.MILLIS);
        this.expires = expires.truncatedTo(ChronoUnit.MILLIS);
    }

    /**
     * Lists a key that signs checkpoints.
     *
     * @throws KeyException if the key is not acceptable
     */
    public TrustRootBuilder checkpointKey(byte[] spki) throws KeyException {
        return key(active(spki, TrustRole.CHECKPOINT, List.of(ledger, ledger + "/*")));
    }

    /**
     * Lists a key that signs bundles; ECDSA P-256, and not a checkpoint key.
     *
     * @throws KeyException if the key is not acceptable
     */
    public TrustRootBuilder bundleKey(byte[] spki) throws KeyException {
        return key(active(spki, TrustRole.BUNDLE, List.of(ledger, ledger + "/*")));
    }

    /** Lists a key with everything said about it. */
    public TrustRootBuilder key(TrustedKey key) {
        keys.add(key);
        return this;
    }

    /** The algorithms a checkpoint must be signed with, of each set at least one; without this, ECDSA P-256. */
    public TrustRootBuilder requireForCheckpoints(List<Set<KeyAlgorithm>> require) {
        checkpointRequire = List.copyOf(require);
        return this;
    }

    /** Parties outside the ledger whose statements count; without this, none. */
    public TrustRootBuilder anchors(TrustAnchors trusted) {
        anchors = trusted;
        return this;
    }

    /** What is demanded beyond signatures; without this, nothing. */
    public TrustRootBuilder policy(TrustPolicy demanded) {
        policy = demanded;
        return this;
    }

    /** Makes this the version that follows another. */
    public TrustRootBuilder following(TrustRoot before) {
        version = before.version() + 1;
        previous = Optional.of(before.fingerprint());
        return this;
    }

    /**
     * Lists the root key, signs and verifies.
     *
     * @param rootKey also signs as the root key of the version before, if there is one and it is the same
     * @param further root keys of the version before
     * @throws KeyException if the root key is not acceptable
     * @throws TrustException if the result does not verify
     * @throws IllegalArgumentException if what was given breaks a rule of trust roots
     */
    public TrustRoot sign(SigningKey rootKey, SigningKey... further) throws KeyException, TrustException {
        List<TrustedKey> all = new ArrayList<>();
        all.add(active(rootKey.spki(), TrustRole.ROOT, List.of()));
        all.addAll(keys);
        TrustContent content = new TrustContent(
                ledger,
                version,
                previous,
                issued,
                expires,
                List.of(rootKey.keyId()),
                1,
                checkpointRequire,
                List.of(Set.of(KeyAlgorithm.ECDSA_P256)),
                all,
                anchors,
                policy);
        List<SigningKey> signers = new ArrayList<>();
        signers.add(rootKey);
        signers.addAll(List.of(further));
        return TrustRoot.sign(content, signers);
    }

    private TrustedKey active(byte[] spki, TrustRole role, List<String> scopes) throws KeyException {
        return new TrustedKey(
                PublicKey.of(spki), Set.of(role), scopes, issued, expires, KeyStatus.ACTIVE, Optional.empty());
    }
}

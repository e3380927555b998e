// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import io.tallystick.json.Jcs;
import io.tallystick.tree.Hash;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A version of a trust root in the making: what it will say, and the signatures it has so far. Its file has the form of a
 * {@link TrustRoot}, so that it can go from one holder of a root key to the next; only {@link #complete} makes one of it.
 *
 * <p>Immutable. Whatever changes the content drops all signatures. Keys are never taken out: evidence needs them for ever.
 */
public final class TrustRootDraft {
    private final TrustContent content;
    private final Map<String, String> signatures;

    private TrustRootDraft(TrustContent content, Map<String, String> signatures) {
        content.requireRetiredKeysEnded();
        this.content = content;
        this.signatures = Map.copyOf(signatures);
    }

    /**
     * The first version of a ledger's trust root.
     *
     * @param ledger the ledger's origin
     * @param keys every key, root keys included
     * @param threshold how many root keys must sign
     * @throws IllegalArgumentException if it would break a rule of trust roots
     */
    public static TrustRootDraft first(
            String ledger, Instant issued, Instant expires, List<TrustedKey> keys, int threshold) {
        return new TrustRootDraft(
                new TrustContent(
                        ledger,
                        1,
                        Optional.empty(),
                        issued.truncatedTo(ChronoUnit.MILLIS),
                        expires.truncatedTo(ChronoUnit.MILLIS),
                        activeRoots(keys),
                        threshold,
                        List.of(Set.of(KeyAlgorithm.ECDSA_P256)),
                        List.of(Set.of(KeyAlgorithm.ECDSA_P256)),
                        keys,
                        TrustAnchors.NONE,
                        TrustPolicy.NONE),
                Map.of());
    }

    /**
     * The version that follows another, saying the same; but a retired key that is valid beyond {@code issued} ends then.
     *
     * @param before of {@link TrustRoot#parse}, or of {@link TrustRoot#parseToFollow}
     */
    public static TrustRootDraft following(TrustRoot before, Instant issued) {
        TrustContent next = before.content().with(now -> {
            now.version = before.version() + 1;
            now.previous = Optional.of(before.fingerprint());
            now.issued = issued.truncatedTo(ChronoUnit.MILLIS);
            now.keys = before.content().keysEndedBy(now.issued);
        });
        return new TrustRootDraft(next, Map.of());
    }

    /**
     * Reads a draft, or a trust root.
     *
     * @throws TrustException if it is too large, malformed or breaks a rule, or a signature of a root key is false
     */
    public static TrustRootDraft parse(byte[] json) throws TrustException {
        if (json.length > TrustRoot.SIZE_MAX) {
            throw new TrustException("the trust root is larger than " + TrustRoot.SIZE_MAX + " bytes");
        }
        TrustRootCodec.File file = TrustRootCodec.decode(json);
        TrustRoot.countSignatures(file.content(), file.signatures(), file.content());
        try {
            return new TrustRootDraft(file.content(), file.signatures());
        } catch (IllegalArgumentException e) {
            throw new TrustException("the trust root is not usable: " + e.getMessage(), e);
        }
    }

    private static List<String> activeRoots(List<TrustedKey> keys) {
        return keys.stream()
                .filter(key -> key.roles().contains(TrustRole.ROOT) && key.status() == KeyStatus.ACTIVE)
                .map(TrustedKey::keyId)
                .toList();
    }

    /** Lists a further key; root keys become those that must sign. */
    public TrustRootDraft withKey(TrustedKey key) {
        List<TrustedKey> keys = new ArrayList<>(content.keys());
        keys.add(key);
        return withKeys(keys);
    }

    /**
     * Says something else about a listed key.
     *
     * @throws IllegalArgumentException if it is not listed, or the change makes another key of it
     */
    public TrustRootDraft withKey(String keyId, UnaryOperator<TrustedKey> change) {
        List<TrustedKey> keys = new ArrayList<>(content.keys());
        for (int i = 0; i < keys.size(); i++) {
            if (keys.get(i).keyId().equals(keyId)) {
                TrustedKey changed = change.apply(keys.get(i));
                if (!changed.keyId().equals(keyId)) {
                    throw new IllegalArgumentException("key " + keyId + " cannot become another key");
                }
                keys.set(i, changed);
                return withKeys(keys);
            }
        }
        throw new IllegalArgumentException("the trust root lists no key " + keyId);
    }

    private TrustRootDraft withKeys(List<TrustedKey> keys) {
        return with(now -> {
            now.keys = keys;
            now.rootKeyIds = activeRoots(keys);
        });
    }

    /** Sets how many root keys must sign. */
    public TrustRootDraft withThreshold(int threshold) {
        return with(now -> now.threshold = threshold);
    }

    /** Sets when a newer version should be known. */
    public TrustRootDraft withExpiry(Instant expires) {
        return with(now -> now.expires = expires.truncatedTo(ChronoUnit.MILLIS));
    }

    /** Sets the algorithms checkpoints must be signed with, of each set at least one. */
    public TrustRootDraft withRequiredForCheckpoints(List<Set<KeyAlgorithm>> require) {
        return with(now -> now.checkpointRequire = require);
    }

    /** Sets the parties outside the ledger whose statements count, and what is demanded of them. */
    public TrustRootDraft withAnchors(TrustAnchors anchors, TrustPolicy policy) {
        return with(now -> {
            now.anchors = anchors;
            now.policy = policy;
        });
    }

    private TrustRootDraft with(Consumer<TrustContent.Changes> change) {
        return new TrustRootDraft(content.with(change), Map.of());
    }

    /**
     * Adds a signature.
     *
     * @param rootKey a root key of this version, or of the version before
     */
    public TrustRootDraft sign(SigningKey rootKey) {
        Map<String, String> all = new TreeMap<>(signatures);
        all.put(rootKey.keyId(), StrictBase64.encode(rootKey.sign(TrustRoot.message(content))));
        return new TrustRootDraft(content, all);
    }

    /**
     * The trust root.
     *
     * @throws TrustException if too few of its root keys have signed
     */
    public TrustRoot complete() throws TrustException {
        return TrustRoot.verified(content, signatures);
    }

    /** The file in canonical form. */
    public byte[] encode() {
        return Jcs.encode(TrustRootCodec.file(content, signatures));
    }

    /** What the auditor will compare; signatures do not change it. */
    public Hash fingerprint() {
        return Hash.sha256(Jcs.encode(TrustRootCodec.signed(content)));
    }

    /** Origin of the ledger. */
    public String ledger() {
        return content.ledger();
    }

    /** 1 for the first, then one more each. */
    public long version() {
        return content.version();
    }

    /** When it was begun. */
    public Instant issued() {
        return content.issued();
    }

    /** Last instant before a newer version should be known. */
    public Instant expires() {
        return content.expires();
    }

    /** The algorithms required of a role, as {@link TrustRoot#require}. */
    public List<Set<KeyAlgorithm>> require(TrustRole role) {
        return TrustRoot.require(content, role);
    }

    /** Every key listed. */
    public List<TrustedKey> keys() {
        return content.keys();
    }

    /** Parties outside the ledger whose statements count. */
    public TrustAnchors anchors() {
        return content.anchors();
    }

    /** What is demanded beyond signatures. */
    public TrustPolicy policy() {
        return content.policy();
    }

    /** Ids of the keys that have signed, ascending. */
    public List<String> signers() {
        return signatures.keySet().stream().sorted().toList();
    }

    /** Ids of the root keys that have not signed. */
    public List<String> missingSigners() {
        return content.rootKeyIds().stream()
                .filter(keyId -> !signatures.containsKey(keyId))
                .toList();
    }

    /** How many root keys must sign. */
    public int threshold() {
        return content.threshold();
    }
}

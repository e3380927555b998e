// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import io.tallystick.json.Jcs;
import io.tallystick.tree.Hash;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The keys an auditor trusts, signed by a threshold of root keys and pinned by its fingerprint. Immutable; an instance
 * exists only if its own root signatures hold.
 *
 * <pre>
 * file         = JSON {"signatures": [{"keyId", "sig"}], "signed": {...}}, at most 1 MiB
 * signed bytes = "tallystick/trust-root/v1" 0x00 JCS(signed)
 * fingerprint  = SHA-256(JCS(signed))
 *
 * signed  anchors  {logs, tsa, witnesses}                    expires   LedgerTime
 *         issued   LedgerTime                                keys      [key]
 *         ledger   origin                                    policy    {minRetentionDays, requireAnchors, witnessQuorum}
 *         previous hex fingerprint, or "" in version 1       roles     {bundle {require}, checkpoint {require},
 *         type     "trust-root"                                         root {keyIds, threshold}}
 *         v        1                                         version   1, 2, ...
 * key     alg, compromisedSince (only if compromised), keyId, notAfter, notBefore, roles, scopes, spki, status
 * tsa     id, policyOids, roots, validFor {end, start}
 * log     id, kind, origin, validFor {end, start}, vkey
 * witness vkey
 * </pre>
 *
 * Every other member is refused, and so is a missing one, or a retired key that is valid after the trust root is issued.
 * Signatures by keys that are no root keys are ignored, because a new version carries those of the old version's keys too; a
 * false signature by a root key is refused.
 */
public final class TrustRoot {
    /** Largest file accepted, in bytes. */
    public static final int SIZE_MAX = 1024 * 1024;

    private static final byte[] DOMAIN = "tallystick/trust-root/v1\0".getBytes(StandardCharsets.US_ASCII);

    private final TrustContent content;
    private final Map<String, String> signatures;

    private TrustRoot(TrustContent content, Map<String, String> signatures) {
        this.content = content;
        this.signatures = signatures;
    }

    /**
     * Reads a trust root and verifies its own root signatures. Whether to trust it is decided by comparing the
     * {@linkplain #fingerprint() fingerprint}.
     *
     * @throws TrustException if it is too large, malformed, breaks a rule or is not signed by enough root keys
     */
    public static TrustRoot parse(byte[] json) throws TrustException {
        TrustRootCodec.File file = decode(json);
        return verified(file.content(), file.signatures());
    }

    /**
     * Reads a trust root that is to be followed by another: as {@link #parse}, but also one with a retired key that is valid
     * after it was issued, which nobody else goes by. {@link TrustRootDraft#following} ends such keys.
     *
     * @throws TrustException as of {@link #parse}
     */
    public static TrustRoot parseToFollow(byte[] json) throws TrustException {
        TrustRootCodec.File file = decode(json);
        return signed(file.content(), file.signatures());
    }

    private static TrustRootCodec.File decode(byte[] json) throws TrustException {
        if (json.length > SIZE_MAX) {
            throw new TrustException("the trust root is larger than " + SIZE_MAX + " bytes");
        }
        return TrustRootCodec.decode(json);
    }

    /**
     * Signs content with root keys.
     *
     * @throws TrustException if they are not enough
     */
    static TrustRoot sign(TrustContent content, List<SigningKey> rootKeys) throws TrustException {
        byte[] message = message(content);
        Map<String, String> signatures = new TreeMap<>();
        for (SigningKey key : rootKeys) {
            signatures.put(key.keyId(), StrictBase64.encode(key.sign(message)));
        }
        return verified(content, signatures);
    }

    static TrustRoot verified(TrustContent content, Map<String, String> signatures) throws TrustException {
        try {
            content.requireRetiredKeysEnded();
        } catch (IllegalArgumentException e) {
            throw new TrustException("the trust root is not usable: " + e.getMessage(), e);
        }
        return signed(content, signatures);
    }

    private static TrustRoot signed(TrustContent content, Map<String, String> signatures) throws TrustException {
        TrustRoot root = new TrustRoot(content, Map.copyOf(signatures));
        root.requireThreshold(content);
        return root;
    }

    /** Requires that this trust root is signed by enough of the root keys of {@code by}. */
    private void requireThreshold(TrustContent by) throws TrustException {
        int valid = countSignatures(content, signatures, by);
        if (valid < by.threshold()) {
            throw new TrustException(
                    "the trust root is signed by " + valid + " root keys, " + by.threshold() + " are needed");
        }
    }

    /**
     * How many root keys of {@code by} have signed the content.
     *
     * @throws TrustException if a signature of one of them is false
     */
    static int countSignatures(TrustContent content, Map<String, String> signatures, TrustContent by)
            throws TrustException {
        byte[] message = message(content);
        int valid = 0;
        for (String keyId : by.rootKeyIds()) {
            String signature = signatures.get(keyId);
            if (signature != null) {
                verify(keyOf(by, keyId), message, signature);
                valid++;
            }
        }
        return valid;
    }

    private static void verify(TrustedKey key, byte[] message, String signature) throws TrustException {
        try {
            Signatures.verify(key.algorithm(), key.spki(), message, StrictBase64.decode(signature));
        } catch (InvalidSignatureException | IllegalArgumentException e) {
            throw new TrustException("the signature of root key " + key.keyId() + " does not verify", e);
        }
    }

    private static TrustedKey keyOf(TrustContent content, String keyId) {
        return content.keys().stream()
                .filter(key -> key.keyId().equals(keyId))
                .findFirst()
                .orElseThrow();
    }

    TrustContent content() {
        return content;
    }

    static byte[] message(TrustContent content) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(DOMAIN);
        message.writeBytes(Jcs.encode(TrustRootCodec.signed(content)));
        return message.toByteArray();
    }

    /**
     * Verifies that another trust root follows this one: same ledger, next version, names this one's fingerprint, and
     * signed by enough of this one's root keys besides its own.
     *
     * @throws TrustException naming the first rule broken
     */
    public void verifySuccessor(TrustRoot next) throws TrustException {
        if (!next.ledger().equals(ledger())) {
            throw new TrustException("the next trust root is about " + next.ledger() + ", not " + ledger());
        }
        if (next.version() != version() + 1) {
            throw new TrustException("version " + next.version() + " does not follow version " + version());
        }
        if (!next.previous().equals(Optional.of(fingerprint()))) {
            throw new TrustException("the next trust root names another one as the one before it");
        }
        next.requireThreshold(content);
    }

    /** The file in canonical form. */
    public byte[] encode() {
        return Jcs.encode(TrustRootCodec.file(content, signatures));
    }

    /** SHA-256 of the canonical form of the signed part: what the auditor compares over a second channel. */
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

    /** Fingerprint of the version before; empty in version 1. */
    public Optional<Hash> previous() {
        return content.previous();
    }

    /** When it was made. */
    public Instant issued() {
        return content.issued();
    }

    /** When a newer one should be known; old evidence verifies all the same. */
    public Instant expires() {
        return content.expires();
    }

    /** Ids of the keys that sign trust roots. */
    public List<String> rootKeyIds() {
        return content.rootKeyIds();
    }

    /** How many of the root keys must sign. */
    public int threshold() {
        return content.threshold();
    }

    /** Every key listed, whatever its status. */
    public List<TrustedKey> keys() {
        return content.keys();
    }

    /** The key of that id, whatever its role and status. */
    public Optional<TrustedKey> key(String keyId) {
        return keys().stream().filter(key -> key.keyId().equals(keyId)).findFirst();
    }

    /**
     * The keys listed for a role and an origin, whatever their status and validity: a signature by one of them counts
     * or fails, a signature by any other key is a stranger's.
     */
    public List<TrustedKey> keys(TrustRole role, String origin) {
        return keys().stream().filter(key -> key.covers(role, origin)).toList();
    }

    /**
     * The algorithms required of a role: of each set at least one must have signed, from when {@link #missing} says on.
     *
     * @param role checkpoint or bundle; root keys have a threshold instead
     */
    public List<Set<KeyAlgorithm>> require(TrustRole role) {
        return require(content, role);
    }

    /** @throws IllegalArgumentException if no ledger can have this origin; says which can */
    public static void requireOrigin(String origin) {
        TrustContent.requireOrigin(origin);
    }

    static List<Set<KeyAlgorithm>> require(TrustContent content, TrustRole role) {
        return switch (role) {
            case CHECKPOINT -> content.checkpointRequire();
            case BUNDLE -> content.bundleRequire();
            case ROOT -> throw new IllegalArgumentException("root keys have a threshold");
        };
    }

    /**
     * The sets of {@link #require} that signatures of these algorithms leave unmet; empty if all is there.
     *
     * <p>A set is required of windows that end when the first of its keys is valid, or later: a demand that is added to a
     * ledger does not condemn what it signed before. Where that leaves no set at all, every set is required.
     *
     * @param role checkpoint or bundle
     * @param origin of what is signed
     * @param windowEnd end of the window it belongs to
     * @param verified algorithms of the signatures that count
     */
    public List<Set<KeyAlgorithm>> missing(
            TrustRole role, String origin, Instant windowEnd, Collection<KeyAlgorithm> verified) {
        Set<KeyAlgorithm> there = new HashSet<>(verified);
        return required(role, origin, windowEnd).stream()
                .filter(anyOf -> anyOf.stream().noneMatch(there::contains))
                .toList();
    }

    private List<Set<KeyAlgorithm>> required(TrustRole role, String origin, Instant windowEnd) {
        List<Set<KeyAlgorithm>> all = require(role);
        List<Set<KeyAlgorithm>> begun = all.stream()
                .filter(anyOf -> requiredFrom(anyOf, role, origin)
                        .filter(windowEnd::isBefore)
                        .isEmpty())
                .toList();
        return begun.isEmpty() ? all : begun;
    }

    /**
     * When the first key is valid that can give one of these signatures, whatever has become of it.
     *
     * @return empty if none is listed: then what is required is always required, and never there
     */
    public Optional<Instant> requiredFrom(Set<KeyAlgorithm> anyOf, TrustRole role, String origin) {
        return keys(role, origin).stream()
                .filter(key -> anyOf.contains(key.algorithm()))
                .map(TrustedKey::notBefore)
                .min(Instant::compareTo);
    }

    /** Parties outside the ledger whose statements count. */
    public TrustAnchors anchors() {
        return content.anchors();
    }

    /** What is demanded beyond signatures. */
    public TrustPolicy policy() {
        return content.policy();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TrustRoot root && content.equals(root.content) && signatures.equals(root.signatures);
    }

    @Override
    public int hashCode() {
        return content.hashCode();
    }

    @Override
    public String toString() {
        return "trust root of " + ledger() + ", version " + version() + ", fingerprint " + fingerprint();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import io.tallystick.tree.Hash;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The signed part of a trust root. Cannot exist in breach of a rule that concerns it alone, but for {@link
 * #requireRetiredKeysEnded}.
 *
 * @param ledger origin of the ledger it is about
 * @param version 1 for the first, then one more each
 * @param previous fingerprint of the version before; there from version 2 on
 * @param issued when it was made
 * @param expires when a newer one should be known
 * @param rootKeyIds keys that sign trust roots: listed, with that role, and active
 * @param threshold how many of them must sign
 * @param checkpointRequire algorithms a checkpoint must be signed with, see {@link TrustRoot#require}
 * @param bundleRequire likewise for a bundle
 * @param keys all keys ever listed
 * @param anchors outside parties
 * @param policy further demands
 */
record TrustContent(
        String ledger,
        long version,
        Optional<Hash> previous,
        Instant issued,
        Instant expires,
        List<String> rootKeyIds,
        int threshold,
        List<Set<KeyAlgorithm>> checkpointRequire,
        List<Set<KeyAlgorithm>> bundleRequire,
        List<TrustedKey> keys,
        TrustAnchors anchors,
        TrustPolicy policy) {
    private static final int LEDGER_BYTES_MAX = 128;

    TrustContent {
        Objects.requireNonNull(anchors);
        Objects.requireNonNull(policy);
        rootKeyIds = List.copyOf(rootKeyIds);
        checkpointRequire = checkpointRequire.stream().map(Set::copyOf).toList();
        bundleRequire = bundleRequire.stream().map(Set::copyOf).toList();
        keys = List.copyOf(keys);
        requireOrigin(ledger);
        require(version >= 1, "the version is " + version);
        require(previous.isPresent() == (version > 1), "version 1 has no previous one, every later version has");
        require(issued.isBefore(expires), "it expires before it is issued");
        requireDistinctKeys(keys);
        requireRootRole(rootKeyIds, threshold, keys);
        requireAlgorithms("checkpoint", checkpointRequire);
        requireAlgorithms("bundle", bundleRequire);
        require(
                policy.witnessQuorum() <= anchors.witnesses().size(),
                "the policy asks for more witnesses than are listed");
    }

    /**
     * The same but for what is changed.
     *
     * @throws IllegalArgumentException if the result would break a rule
     */
    TrustContent with(Consumer<Changes> change) {
        Changes now = new Changes(this);
        change.accept(now);
        return new TrustContent(
                ledger,
                now.version,
                now.previous,
                now.issued,
                now.expires,
                now.rootKeyIds,
                now.threshold,
                now.checkpointRequire,
                bundleRequire,
                now.keys,
                now.anchors,
                now.policy);
    }

    /** What may differ from one version to the next; the rules are checked when all of it is changed. */
    static final class Changes {
        long version;
        Optional<Hash> previous;
        Instant issued;
        Instant expires;
        List<String> rootKeyIds;
        int threshold;
        List<Set<KeyAlgorithm>> checkpointRequire;
        List<TrustedKey> keys;
        TrustAnchors anchors;
        TrustPolicy policy;

        private Changes(TrustContent from) {
            version = from.version;
            previous = from.previous;
            issued = from.issued;
            expires = from.expires;
            rootKeyIds = from.rootKeyIds;
            threshold = from.threshold;
            checkpointRequire = from.checkpointRequire;
            keys = from.keys;
            anchors = from.anchors;
            policy = from.policy;
        }
    }

    static void requireOrigin(String ledger) {
        require(
                isOrigin(ledger),
                "not a ledger origin: '" + ledger + "'; it has 1 to " + LEDGER_BYTES_MAX
                        + " printable ASCII characters, without spaces and '+'");
    }

    private static boolean isOrigin(String origin) {
        return !origin.isEmpty()
                && origin.length() <= LEDGER_BYTES_MAX
                && origin.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '+');
    }

    private static void requireDistinctKeys(List<TrustedKey> keys) {
        Set<String> seen = new HashSet<>();
        for (TrustedKey key : keys) {
            require(seen.add(key.keyId()), "key " + key.keyId() + " is listed twice");
        }
    }

    /**
     * Requires that each retired key's validity ended no later than this was issued: whoever gets hold of such a key later must
     * find no window left that it could sign. A version that says otherwise can only be followed by another.
     *
     * @throws IllegalArgumentException if one's did not
     */
    void requireRetiredKeysEnded() {
        for (TrustedKey key : keys) {
            require(
                    hasEnded(key, issued),
                    "key " + key.keyId() + " is retired, but valid until " + key.notAfter()
                            + ", which is after the trust root is issued; the next version that 'tally trust-root update'"
                            + " makes of it ends the key");
        }
    }

    private static boolean hasEnded(TrustedKey key, Instant issued) {
        return key.status() != KeyStatus.RETIRED || !key.notAfter().isAfter(issued);
    }

    /** The keys, with each retired one ended at an instant unless it ended before; what it signed until then stands. */
    List<TrustedKey> keysEndedBy(Instant end) {
        return keys.stream()
                .map(key -> hasEnded(key, end) ? key : ended(key, end))
                .toList();
    }

    /** One that was to begin later is valid for no window. */
    private static TrustedKey ended(TrustedKey key, Instant end) {
        TrustedKey begun = key.notBefore().isAfter(end) ? key.withNotBefore(end) : key;
        return begun.with(KeyStatus.RETIRED, end, key.compromisedSince());
    }

    private static void requireRootRole(List<String> rootKeyIds, int threshold, List<TrustedKey> keys) {
        require(new HashSet<>(rootKeyIds).size() == rootKeyIds.size(), "a root key is named twice");
        require(
                threshold >= 1 && threshold <= rootKeyIds.size(),
                "a root threshold of " + threshold + " with " + rootKeyIds.size()
                        + " active root keys: it is from 1 to their number");
        for (String keyId : rootKeyIds) {
            boolean listed = keys.stream()
                    .anyMatch(key -> key.keyId().equals(keyId)
                            && key.roles().contains(TrustRole.ROOT)
                            && key.status() == KeyStatus.ACTIVE);
            require(listed, "root key " + keyId + " is not an active key with role root");
        }
    }

    private static void requireAlgorithms(String role, List<Set<KeyAlgorithm>> require) {
        require(
                !require.isEmpty() && require.stream().noneMatch(Set::isEmpty),
                "role " + role + " requires no algorithm");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}

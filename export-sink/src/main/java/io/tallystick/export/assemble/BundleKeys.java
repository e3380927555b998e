// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootWatch;
import io.tallystick.trust.TrustedKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The keys that sign bundles, open until closed. Which one signs is decided by the trust root and the window's end, the
 * verifier's own rule: of those valid then, the one whose validity began last. So a rotation happens at the same window
 * whenever a process was restarted, and windows that are exported late are signed by the key of their time.
 *
 * <p>Immutable; may be used by several threads at once.
 */
public final class BundleKeys implements AutoCloseable {
    private final List<Dated> keys;
    private final List<TrustedKey> listed;
    private final Optional<TrustRootWatch> watch;

    /** A key and when it is valid, both instants included. */
    private record Dated(SigningKey key, Instant first, Instant last) {
        boolean signs(Instant windowEnd) {
            return !windowEnd.isBefore(first) && !windowEnd.isAfter(last);
        }
    }

    private BundleKeys(List<Dated> keys, List<TrustedKey> listed, Optional<TrustRootWatch> watch) {
        this.keys = List.copyOf(keys);
        this.listed = List.copyOf(listed);
        this.watch = watch;
    }

    /**
     * One key, whatever the window: there is no trust root to say otherwise.
     *
     * @throws IllegalArgumentException if it is not ECDSA P-256
     */
    public static BundleKeys always(SigningKey key) {
        requireP256(key);
        return new BundleKeys(List.of(new Dated(key, Instant.MIN, Instant.MAX)), List.of(), Optional.empty());
    }

    /**
     * Keys as a trust root lists them.
     *
     * @param keys at least one
     * @throws IllegalArgumentException if one is not ECDSA P-256, or the trust root does not list it for the bundles of its
     *     ledger, or calls it compromised or revoked
     */
    public static BundleKeys of(List<SigningKey> keys, TrustRoot root) {
        return of(keys, root, Optional.empty());
    }

    /**
     * As {@link #of(List, TrustRoot)} with the trust root that was loaded; and none of them signs what a version found in its
     * place since then forbids.
     */
    public static BundleKeys of(List<SigningKey> keys, TrustRootWatch watch) {
        return of(keys, watch.loaded(), Optional.of(watch));
    }

    private static BundleKeys of(List<SigningKey> keys, TrustRoot root, Optional<TrustRootWatch> watch) {
        List<TrustedKey> listed = root.keys(TrustRole.BUNDLE, root.ledger());
        List<Dated> dated = new ArrayList<>();
        for (SigningKey key : keys) {
            requireP256(key);
            dated.add(dated(key, listed, root));
        }
        return new BundleKeys(dated, listed, watch);
    }

    private static Dated dated(SigningKey key, List<TrustedKey> listed, TrustRoot root) {
        TrustedKey trusted = listed.stream()
                .filter(candidate -> candidate.keyId().equals(key.keyId()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "key " + key.keyId() + " is not listed for bundles of " + root.ledger() + " in version "
                                + root.version() + " of the trust root; nobody would trust it"));
        if (trusted.status() == KeyStatus.COMPROMISED || trusted.status() == KeyStatus.REVOKED) {
            throw new IllegalArgumentException("key " + key.keyId() + " is "
                    + trusted.status().wireName() + " in version " + root.version() + " of the trust root; remove it");
        }
        return new Dated(key, trusted.notBefore(), trusted.notAfter());
    }

    private static void requireP256(SigningKey key) {
        if (key.algorithm() != KeyAlgorithm.ECDSA_P256) {
            throw new IllegalArgumentException(
                    "a bundle key must be ECDSA P-256, not " + key.algorithm().wireName());
        }
    }

    /** Every key. */
    public List<SigningKey> all() {
        return keys.stream().map(Dated::key).toList();
    }

    /**
     * The key that signs for a window.
     *
     * @throws LedgerIntegrityException if none may, also by a trust root that was installed since the start
     */
    public SigningKey at(Instant windowEnd) {
        SigningKey signing = keys.stream()
                .filter(key -> key.signs(windowEnd))
                .max(Comparator.comparing(Dated::first))
                .map(Dated::key)
                .orElseThrow(() -> new LedgerIntegrityException("no bundle key may sign for the window that ends "
                        + windowEnd + ": the trust root lets none of the configured keys; give the key that is valid"
                        + " then, or have a new version of the trust root"));
        watch.flatMap(root -> root.objection(
                        signing.keyId(), TrustRole.BUNDLE, root.loaded().ledger(), windowEnd))
                .ifPresent(why -> {
                    throw new LedgerIntegrityException(why);
                });
        return signing;
    }

    /** Whether one of the keys may sign for a window. */
    public boolean signsAt(Instant windowEnd) {
        return keys.stream().anyMatch(key -> key.signs(windowEnd));
    }

    /** Ids of the keys whose signatures the trust root takes for a window; without one, none. */
    public List<String> listedAt(Instant windowEnd) {
        return listedKeysAt(windowEnd).map(TrustedKey::keyId).toList();
    }

    private Stream<TrustedKey> listedKeysAt(Instant windowEnd) {
        return listed.stream().filter(trusted -> trusted.standing(windowEnd) == TrustedKey.Standing.VALID);
    }

    /** What seals the bundles of a window: a new one by one key, one that is stored by any that may have signed it. */
    Seal seal(Instant windowEnd) {
        return new Seal(
                at(windowEnd),
                listedKeysAt(windowEnd).map(TrustedKey::publicKey).toList());
    }

    @Override
    public void close() {
        keys.forEach(dated -> dated.key().close());
    }
}

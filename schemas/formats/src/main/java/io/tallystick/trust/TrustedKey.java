// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A key listed in a trust root.
 *
 * @param publicKey the key
 * @param roles what it may sign; at least one role, and not both checkpoints and bundles
 * @param scopes for which origins; {@code "a"} is the origin a, {@code "a/*"} every origin that begins with {@code a/}
 * @param notBefore first instant of its validity
 * @param notAfter last instant of its validity
 * @param status what has become of it
 * @param compromisedSince there exactly if the status says compromised
 */
public record TrustedKey(
        PublicKey publicKey,
        Set<TrustRole> roles,
        List<String> scopes,
        Instant notBefore,
        Instant notAfter,
        KeyStatus status,
        Optional<Instant> compromisedSince) {
    private static final String BELOW = "/*";

    /** Whether a signature of a key counts for something of a given time. */
    public enum Standing {
        /** Yes. */
        VALID,
        /** The time lies before the key's validity. */
        NOT_YET_VALID,
        /** The time lies after the key's validity. */
        EXPIRED,
        /** Only if an independent anchor shows it to be older than {@link TrustedKey#compromisedSince()}. */
        COMPROMISED,
        /** No. */
        REVOKED
    }

    public TrustedKey {
        Objects.requireNonNull(publicKey);
        roles = Set.copyOf(roles);
        scopes = List.copyOf(scopes);
        if (roles.isEmpty()) {
            throw new IllegalArgumentException("the key has no role");
        }
        if (roles.contains(TrustRole.CHECKPOINT) && roles.contains(TrustRole.BUNDLE)) {
            throw new IllegalArgumentException("a bundle key must not be a checkpoint key as well");
        }
        if (roles.contains(TrustRole.BUNDLE) && publicKey.algorithm() != KeyAlgorithm.ECDSA_P256) {
            throw new IllegalArgumentException("a bundle key must be ecdsa-p256");
        }
        if (new HashSet<>(scopes).size() != scopes.size()) {
            throw new IllegalArgumentException("the key names a scope twice");
        }
        for (String scope : scopes) {
            requireScope(scope);
        }
        if (notBefore.isAfter(notAfter)) {
            throw new IllegalArgumentException("the key's validity ends before it begins");
        }
        if (compromisedSince.isPresent() != (status == KeyStatus.COMPROMISED)) {
            throw new IllegalArgumentException("compromisedSince stands with status compromised, and only there");
        }
    }

    private static void requireScope(String scope) {
        String origin = scope.endsWith(BELOW) ? scope.substring(0, scope.length() - BELOW.length()) : scope;
        boolean plain = !origin.isEmpty() && origin.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '+' && c != '*');
        if (!plain) {
            throw new IllegalArgumentException("not a scope: " + scope);
        }
    }

    /** Lower-case hex SHA-256 of the SPKI. */
    public String keyId() {
        return publicKey.keyId();
    }

    /** The key's algorithm. */
    public KeyAlgorithm algorithm() {
        return publicKey.algorithm();
    }

    /** DER {@code SubjectPublicKeyInfo}; a copy. */
    public byte[] spki() {
        return publicKey.spki();
    }

    /** The same key with another status and end of validity. */
    public TrustedKey with(KeyStatus newStatus, Instant newNotAfter, Optional<Instant> newCompromisedSince) {
        return new TrustedKey(publicKey, roles, scopes, notBefore, newNotAfter, newStatus, newCompromisedSince);
    }

    /** The same key with another beginning of its validity. */
    public TrustedKey withNotBefore(Instant newNotBefore) {
        return new TrustedKey(publicKey, roles, scopes, newNotBefore, notAfter, status, compromisedSince);
    }

    /** Whether the key is listed for something of this origin. */
    public boolean covers(TrustRole role, String origin) {
        return roles.contains(role) && scopes.stream().anyMatch(scope -> matches(scope, origin));
    }

    private static boolean matches(String scope, String origin) {
        if (!scope.endsWith(BELOW)) {
            return scope.equals(origin);
        }
        String prefix = scope.substring(0, scope.length() - 1);
        return origin.startsWith(prefix) && origin.length() > prefix.length();
    }

    /**
     * Whether a verifier key {@code name+id+base64(type, key)} (c2sp.org/signed-note) has this key, whatever its name and type.
     *
     * @return false also for what is no verifier key
     */
    public boolean isKeyOf(String vkey) {
        String[] parts = vkey.split("\\+", 3);
        if (parts.length < 3) {
            return false;
        }
        try {
            byte[] typed = StrictBase64.decode(parts[2]);
            byte[] own = spki();
            int from = own.length - typed.length + 1;
            return typed.length > 1 && from >= 0 && Arrays.equals(typed, 1, typed.length, own, from, own.length);
        } catch (IllegalArgumentException e) {
            return false; // whoever reads it as a key says what is wrong with it
        }
    }

    /**
     * Whether the key counts for what was signed at a time; for evidence that is the end of the window. A compromised
     * key never counts by time alone, because whoever holds it can claim any.
     */
    public Standing standing(Instant time) {
        if (status == KeyStatus.REVOKED) {
            return Standing.REVOKED;
        }
        if (time.isBefore(notBefore)) {
            return Standing.NOT_YET_VALID;
        }
        if (time.isAfter(notAfter)) {
            return Standing.EXPIRED;
        }
        return status == KeyStatus.COMPROMISED ? Standing.COMPROMISED : Standing.VALID;
    }
}

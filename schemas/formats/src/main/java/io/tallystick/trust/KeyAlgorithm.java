// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The signature algorithms a ledger may use: a closed list. */
public enum KeyAlgorithm {
    /** Ed25519, RFC 8032; 64-byte signatures. */
    ED25519("ed25519"),
    /** ECDSA on P-256 with SHA-256; strict DER signatures. */
    ECDSA_P256("ecdsa-p256"),
    /** ML-DSA-44, FIPS 204, pure with empty context; 2,420-byte signatures. */
    ML_DSA_44("ml-dsa-44");

    private final String wireName;

    KeyAlgorithm(String wireName) {
        this.wireName = wireName;
    }

    /** The name in a trust root. */
    public String wireName() {
        return wireName;
    }

    /** A choice of algorithms for a message: their names in a trust root, joined by "or". */
    public static String text(Set<KeyAlgorithm> anyOf) {
        return anyOf.stream().map(KeyAlgorithm::wireName).sorted().collect(Collectors.joining(" or "));
    }

    /** The algorithm of that name in a trust root; empty if there is none. */
    public static Optional<KeyAlgorithm> ofWireName(String wireName) {
        for (KeyAlgorithm algorithm : values()) {
            if (algorithm.wireName.equals(wireName)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }
}

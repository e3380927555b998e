// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import java.util.Locale;
import java.util.Optional;

/** What a key may sign: a closed list. */
public enum TrustRole {
    /** Trust roots. */
    ROOT,
    /** Checkpoints of chains and of the registry. */
    CHECKPOINT,
    /** Manifests and DSSE envelopes of evidence bundles. */
    BUNDLE;

    /** The name in a trust root. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role of that name in a trust root; empty if there is none. */
    public static Optional<TrustRole> ofWireName(String wireName) {
        for (TrustRole role : values()) {
            if (role.wireName().equals(wireName)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }
}

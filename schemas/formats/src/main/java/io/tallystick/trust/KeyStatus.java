// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import java.util.Locale;
import java.util.Optional;

/** What has become of a listed key: a closed list. Listed keys stay listed for ever. */
public enum KeyStatus {
    /** In use. */
    ACTIVE,
    /** No longer used: its validity has ended, and what it signed within it stands. */
    RETIRED,
    /** In foreign hands since a known time; counts only with an independent anchor that is older. */
    COMPROMISED,
    /** Counts for nothing. */
    REVOKED;

    /** The name in a trust root. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The status of that name in a trust root; empty if there is none. */
    public static Optional<KeyStatus> ofWireName(String wireName) {
        for (KeyStatus status : values()) {
            if (status.wireName().equals(wireName)) {
                return Optional.of(status);
            }
        }
        return Optional.empty();
    }
}

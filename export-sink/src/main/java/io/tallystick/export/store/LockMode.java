// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import java.util.Locale;

/** How strictly a store keeps objects until their date, from the weakest on. */
public enum LockMode {
    /** It does not. */
    NONE,
    /** Whoever has the special permission may shorten or lift it. S3 {@code GOVERNANCE}, Azure {@code Unlocked}. */
    GOVERNANCE,
    /** Nobody may shorten it. S3 {@code COMPLIANCE}, Azure {@code Locked}. */
    COMPLIANCE;

    /** The word in configuration and in export.json. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if it is not the word of a mode */
    public static LockMode of(String text) {
        for (LockMode mode : values()) {
            if (mode.text().equals(text)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("not a lock mode: " + text);
    }
}

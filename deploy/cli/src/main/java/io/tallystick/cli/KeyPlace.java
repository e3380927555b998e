// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import java.nio.file.Path;

/**
 * Where a key is, as an argument says it: {@code FILE}, or {@code token:LABEL} for a key of a PKCS#11 token.
 *
 * @param text the argument
 */
record KeyPlace(String text) {
    /** How arguments are described. */
    static final String LABEL = "FILE|token:LABEL";

    private static final String TOKEN = "token:";

    boolean isInToken() {
        return text.startsWith(TOKEN);
    }

    /** The label in the token. */
    String label() {
        return text.substring(TOKEN.length());
    }

    Path file() {
        return Path.of(text);
    }

    @Override
    public String toString() {
        return text;
    }
}

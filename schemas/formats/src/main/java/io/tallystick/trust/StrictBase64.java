// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import java.util.Base64;

/** Base64 of RFC 4648 §4: standard alphabet, padded, one text for each byte string. */
public final class StrictBase64 {
    private StrictBase64() {}

    /** The padded text. */
    public static String encode(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /**
     * Reads the one text form of a byte string.
     *
     * @throws IllegalArgumentException on a foreign character, missing padding or non-zero trailing bits, the last two
     *     of which the JDK's decoder lets pass
     */
    public static byte[] decode(String text) {
        byte[] bytes = Base64.getDecoder().decode(text);
        if (!encode(bytes).equals(text)) {
            throw new IllegalArgumentException("not in the one padded base64 form");
        }
        return bytes;
    }
}

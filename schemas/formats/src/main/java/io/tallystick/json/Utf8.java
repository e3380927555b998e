// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Well-formed UTF-8 as the table of Unicode section 3.9 (D92) and RFC 3629 section 4 define it. */
public final class Utf8 {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGHS = 0x8080808080808080L;

    private Utf8() {}

    /** Whether all the bytes are well-formed UTF-8; so is an empty array. */
    public static boolean isWellFormed(byte[] bytes) {
        return firstFault(bytes, 0) == bytes.length;
    }

    /** Offset of the first byte of the first ill-formed sequence at or after the start; the length if there is none. */
    static int firstFault(byte[] bytes, int start) {
        int i = start;
        while (i < bytes.length) {
            if (i <= bytes.length - 8 && ((long) LONG.get(bytes, i) & HIGHS) == 0) {
                i += 8;
                continue;
            }
            int length = bytes[i] >= 0 ? 1 : sequence(bytes, i);
            if (length == 0) {
                return i;
            }
            i += length;
        }
        return i;
    }

    /** Length (2 to 4) of the multi-byte sequence that begins here, or 0 if it is ill-formed or cut off. */
    static int sequence(byte[] bytes, int at) {
        int lead = bytes[at] & 0xFF;
        int second = at + 1 < bytes.length ? bytes[at + 1] & 0xFF : 0;
        if (lead < 0xC2 || lead > 0xF4) {
            return 0;
        }
        if (lead < 0xE0) {
            return isTrail(second) ? 2 : 0;
        }
        // The second byte's range excludes overlong forms, surrogates and what lies above U+10FFFF.
        int least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        int most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        int length = lead < 0xF0 ? 3 : 4;
        if (second < least || second > most || at + length > bytes.length) {
            return 0;
        }
        for (int i = at + 2; i < at + length; i++) {
            if (!isTrail(bytes[i])) {
                return 0;
            }
        }
        return length;
    }

    private static boolean isTrail(int b) {
        return (b & 0xC0) == 0x80;
    }
}

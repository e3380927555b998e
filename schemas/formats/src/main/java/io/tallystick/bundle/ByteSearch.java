// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Finds bytes, eight at a time: lines and entries are long, and their ends are looked for in each. */
public final class ByteSearch {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private ByteSearch() {}

    /** The first place of the byte in {@code in[from, to)}; {@code to} if it is not there. */
    public static int indexOf(byte wanted, byte[] in, int from, int to) {
        long pattern = ONES * (wanted & 0xff);
        int at = from;
        for (; at <= to - Long.BYTES; at += Long.BYTES) {
            long differences = (long) LONG.get(in, at) ^ pattern;
            // The lowest bit is that of the first zero byte; above it a borrow may have set others.
            long zeros = differences - ONES & ~differences & HIGHS;
            if (zeros != 0) {
                return at + Long.numberOfTrailingZeros(zeros) / Byte.SIZE;
            }
        }
        while (at < to && in[at] != wanted) {
            at++;
        }
        return at;
    }

    /** Where these bytes, at least one, are first in {@code in[from, to)}; {@code to} if they are not there. */
    public static int indexOf(byte[] wanted, byte[] in, int from, int to) {
        int begins = to - wanted.length + 1;
        int at = from;
        while (at < begins) {
            at = indexOf(wanted[0], in, at, begins);
            if (at < begins && Arrays.equals(in, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
            at++;
        }
        return to;
    }
}

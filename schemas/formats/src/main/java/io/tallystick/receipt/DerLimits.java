// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import io.tallystick.receipt.ReceiptException.Fault;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Walks the lengths of a DER object before a parser, which recurses, sees it: one object, nothing after it, definite
 * lengths that fit into each other, limited depth. Says nothing about what the object is.
 */
final class DerLimits {
    /** Certificates in real time-stamps need 20. */
    private static final int DEPTH_MAX = 32;

    private static final int LENGTH_BYTES_MAX = 4;

    private final byte[] der;
    private int at;

    private DerLimits(byte[] der) {
        this.der = der;
    }

    static void check(String what, byte[] der, int sizeMax) throws ReceiptException {
        if (der.length > sizeMax) {
            throw new ReceiptException(
                    Fault.MALFORMED, what + " has " + der.length + " bytes, the limit is " + sizeMax);
        }
        try {
            new DerLimits(der).walk();
        } catch (ArrayIndexOutOfBoundsException e) {
            throw new ReceiptException(Fault.MALFORMED, what + " is cut off", e);
        } catch (ReceiptException e) {
            throw new ReceiptException(Fault.MALFORMED, what + " is not DER: " + e.getMessage(), e);
        }
    }

    private void walk() throws ReceiptException {
        Deque<Integer> ends = new ArrayDeque<>();
        ends.push(der.length);
        while (true) {
            boolean constructed = tag();
            int end = length();
            if (end < at || end > ends.peek()) {
                throw new ReceiptException(Fault.MALFORMED, "an object longer than the one it is in");
            }
            if (ends.size() == 1 && end != der.length) {
                throw new ReceiptException(Fault.MALFORMED, "bytes after the object");
            }
            if (constructed && end > at) {
                ends.push(end);
                if (ends.size() > DEPTH_MAX) {
                    throw new ReceiptException(Fault.MALFORMED, "nested deeper than " + DEPTH_MAX);
                }
            } else {
                at = end;
            }
            while (ends.peek() == at) {
                ends.pop();
                if (ends.isEmpty()) {
                    return;
                }
            }
        }
    }

    private boolean tag() {
        byte tag = der[at++];
        if ((tag & 0x1f) == 0x1f) {
            while ((der[at++] & 0x80) != 0) {
                // the number of a high tag: nothing here depends on it
            }
        }
        return (tag & 0x20) != 0;
    }

    /** Where the object's content ends. */
    private int length() throws ReceiptException {
        int first = der[at++] & 0xff;
        if (first < 0x80) {
            return at + first;
        }
        int bytes = first & 0x7f;
        if (bytes == 0 || bytes > LENGTH_BYTES_MAX) {
            throw new ReceiptException(Fault.MALFORMED, "an indefinite or absurd length");
        }
        long length = 0;
        for (int i = 0; i < bytes; i++) {
            length = (length << 8) | (der[at++] & 0xff);
        }
        return at + length > Integer.MAX_VALUE ? -1 : (int) (at + length);
    }
}

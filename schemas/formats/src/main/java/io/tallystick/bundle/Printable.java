// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

/** Text from an untrusted file, made safe to print in a message: ASCII only, no control characters, shortened. */
final class Printable {
    private static final int LENGTH_MAX = 80;

    private Printable() {}

    static String of(String text) {
        StringBuilder printable = new StringBuilder("'");
        for (int i = 0; i < Math.min(text.length(), LENGTH_MAX); i++) {
            char c = text.charAt(i);
            printable.append(c >= 0x20 && c < 0x7f ? c : '?');
        }
        return printable.append(text.length() > LENGTH_MAX ? "…'" : "'").toString();
    }
}

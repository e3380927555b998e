// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Text for a terminal. Names and messages that come from evidence go through here: with line breaks, escape sequences or
 * characters that turn the direction of a line, they could say what the program never said.
 */
public final class PlainText {
    private static final int REPLACEMENT = '?';

    private PlainText() {}

    /** The text on one line: control characters, line breaks too, and those that turn its direction become a question mark. */
    public static String line(String text) {
        return text.codePoints()
                .map(c -> isPlain(c) ? c : REPLACEMENT)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** Each line of a text whose line feeds are the program's own, as {@link #line} has it. Tabulators stay. */
    public static String lines(String text) {
        return Arrays.stream(text.split("\n", -1))
                .map(line ->
                        Arrays.stream(line.split("\t", -1)).map(PlainText::line).collect(Collectors.joining("\t")))
                .collect(Collectors.joining("\n"));
    }

    /** Whether the character does nothing but stand where it is. */
    static boolean isPlain(int c) {
        boolean control = Character.isISOControl(c);
        boolean surrogate = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
        boolean turning = c == 0x061C
                || (c >= 0x200E && c <= 0x200F)
                || (c >= 0x202A && c <= 0x202E)
                || (c >= 0x2066 && c <= 0x2069);
        boolean none = (c & 0xFFFE) == 0xFFFE || c == 0x2028 || c == 0x2029;
        return !control && !surrogate && !turning && !none;
    }
}

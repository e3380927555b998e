// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

/** Text for HTML and XML. Everything that comes from evidence goes through here: it may be hostile. */
final class Markup {
    private Markup() {}

    /**
     * The text as it may stand between tags and in quoted attributes of HTML and of XML 1.0. Characters that neither
     * allows, and those that turn the direction of a line, become U+FFFD.
     */
    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(isPlain(c) ? c : 0xFFFD);
            }
        });
        return out.toString();
    }

    private static boolean isPlain(int c) {
        boolean control = Character.isISOControl(c);
        boolean surrogate = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
        boolean turning = (c >= 0x200E && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
        boolean none = (c & 0xFFFE) == 0xFFFE || c == 0x2028 || c == 0x2029;
        return !control && !surrogate && !turning && !none;
    }
}

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
                default -> out.appendCodePoint(PlainText.isPlain(c) ? c : 0xFFFD);
            }
        });
        return out.toString();
    }
}

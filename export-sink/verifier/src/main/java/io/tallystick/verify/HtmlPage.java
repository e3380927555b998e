// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.util.List;

/** Writes one HTML page. Whatever it is given is text, and escaped. */
final class HtmlPage {
    private static final String STYLE = "body{font:15px/1.5 sans-serif;max-width:70em;margin:2em auto;padding:0"
            + " 1em;color:#1a1a1a}table{border-collapse:collapse;margin:.6em 0;width:100%}th,td{border:1px solid"
            + " #bbb;padding:.3em .6em;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
            + "th{background:#eee}pre{background:#f4f4f4;padding:.8em;overflow:auto}.ok,.bad{font-size:1.3em;font-weight:bold;padding:.6em;border:2px"
            + " solid}.ok{border-color:#276;color:#154}.bad{border-color:#a22;color:#811}";

    private final StringBuilder out = new StringBuilder();

    void title(String title) {
        out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src"
                        + " 'unsafe-inline'\">\n")
                .append("<title>")
                .append(Markup.escape(title))
                .append("</title>\n<style>")
                .append(STYLE)
                .append("</style>\n</head>\n<body>\n");
        element("h1", title);
    }

    void banner(boolean good, String text) {
        out.append("<p class=\"")
                .append(good ? "ok" : "bad")
                .append("\">")
                .append(Markup.escape(text))
                .append("</p>\n");
    }

    void heading(String text) {
        element("h2", text);
    }

    void paragraph(String text) {
        element("p", text);
    }

    void commands(List<String> lines) {
        out.append("<pre>");
        lines.forEach(line -> out.append(Markup.escape(line)).append('\n'));
        out.append("</pre>\n");
    }

    void list(List<String> items) {
        if (items.isEmpty()) {
            return;
        }
        out.append("<ul>\n");
        items.forEach(item -> element("li", item));
        out.append("</ul>\n");
    }

    /** Nothing at all if there are no rows. */
    void table(List<String> head, List<List<String>> rows) {
        if (rows.isEmpty()) {
            return;
        }
        out.append("<table>\n<tr>");
        head.forEach(cell -> cell("th", cell));
        out.append("</tr>\n");
        for (List<String> row : rows) {
            out.append("<tr>");
            row.forEach(cell -> cell("td", cell));
            out.append("</tr>\n");
        }
        out.append("</table>\n");
    }

    /** Says how many were left out, if any were. */
    void more(int count, String what) {
        if (count > 0) {
            paragraph("and " + count + " more " + what + ", which the JSON transcript has");
        }
    }

    String text() {
        return out + "</body>\n</html>\n";
    }

    private void element(String tag, String text) {
        cell(tag, text);
        out.append('\n');
    }

    private void cell(String tag, String text) {
        out.append('<')
                .append(tag)
                .append('>')
                .append(Markup.escape(text))
                .append("</")
                .append(tag)
                .append('>');
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The words of the HTML report that do not depend on the evidence. */
final class HtmlGuide {
    static final String TIME =
            "A signature alone says who, not when. Countersignatures of witnesses say that others saw the same ledger;"
                    + " a time-stamp says that the registry, and so every entry below it, existed no later than the time"
                    + " in it; an entry in a public log says that it was published. None of them says that an event was"
                    + " recorded soon after it happened. What was checked here:";

    private static final String INDENT = "    ";

    private HtmlGuide() {}

    static String meaning(int exitCode) {
        return switch (exitCode) {
            case ExitCode.VALID ->
                "Every check that the trust root requires passed. The entries are those that were sealed, in their"
                        + " order, without gaps that are not named below.";
            case ExitCode.FAILED ->
                "The evidence contradicts itself, its signatures or the registry. It must not be relied on before each"
                        + " fault below is explained.";
            case ExitCode.INCOMPLETE ->
                "What is here is intact, but not all is here that is needed to say that nothing is missing.";
            case ExitCode.UNTRUSTED ->
                "The evidence fits together, but nothing shows who made it: there is no usable trust root, or it does"
                        + " not list the keys that signed.";
            default -> "Nothing could be verified.";
        };
    }

    static String question(Phase phase) {
        return switch (phase) {
            case STRUCTURE -> "Are exactly the right files there, each in its one form?";
            case DIGESTS -> "Do three independent lists of digests agree with the files?";
            case ENTRIES -> "Does every payload belong to its entry, unchanged?";
            case CHAINS -> "Does every entry follow the one before, without gap or change of order?";
            case TREES -> "Do the entries give the roots that were sealed, and did the ledger only grow?";
            case SIGNATURES -> "Did keys sign that were allowed to at that time?";
            case ANCHORS -> "Did parties outside the operator's control see it, and by when?";
            case COMPLETENESS -> "Is anything missing: a chain, a window, the end?";
            case RETENTION -> "Is it kept as long as was promised?";
        };
    }

    static void byHand(HtmlPage page) {
        page.heading("To check it by hand");
        page.paragraph("Run the verifier again with a trust root you fetched yourself; the same evidence gives the same"
                + " report. Without it, stock tools show the parts (sha256sum, openssl, jq, xxd, zstd, awk), in a bundle's"
                + " folder:");
        List<String> words = new ArrayList<>();
        List<String> commands = new ArrayList<>();
        for (String line : byHand().lines().toList()) {
            if (line.startsWith(INDENT)) {
                commands.add(line.substring(INDENT.length()));
            } else if (!line.isEmpty()) {
                words.add(line);
            } else if (!commands.isEmpty()) {
                page.commands(commands);
                commands.clear();
            } else {
                page.paragraph(String.join(" ", words));
                words.clear();
            }
        }
        page.paragraph(String.join(" ", words));
    }

    /** The same text as in the bucket's README: paragraphs, and commands indented by four spaces, in turn. */
    static String byHand() {
        try (InputStream in = HtmlGuide.class.getResourceAsStream("by-hand.md")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

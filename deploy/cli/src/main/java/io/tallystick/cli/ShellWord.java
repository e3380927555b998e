// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import java.nio.file.Path;

/** Words of a command that is printed to be pasted into a shell. */
final class ShellWord {
    private static final String PLAIN = "[A-Za-z0-9_./:@%+=,-]+";

    private ShellWord() {}

    /** A path as one word, which no command takes for an option. */
    static String of(Path path) {
        String text = path.toString();
        String word = text.startsWith("-") ? "./" + text : text;
        return word.matches(PLAIN) ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}

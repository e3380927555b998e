// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0000", "\u0007", "\u001b", "\r", "\n", "\t", "\u007f", "\u009b", "\u0085", "\u061c", "\u200e",
                "\u202e", "\u2066", "\u2069", "\u2028", "\u2029", "\ud800", "\uffff"
            })
    void whatMovesACursorOrTurnsALineIsAQuestionMark(String hostile) {
        assertThat(PlainText.line("a" + hostile + "VALID")).isEqualTo("a?VALID");
    }

    @Test
    void whatPeopleWriteStays() {
        assertThat(PlainText.line("prüfung … 監査 \ud83d\ude00 'a\\b'")).isEqualTo("prüfung … 監査 \ud83d\ude00 'a\\b'");
    }

    @Test
    void linesKeepTheirEndsAndTabulators() {
        assertThat(PlainText.lines("a\n\tb\u001b\n\rc\n")).isEqualTo("a\n\tb?\n?c\n");
    }
}

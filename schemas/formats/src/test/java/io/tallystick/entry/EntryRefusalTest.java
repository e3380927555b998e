// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class EntryRefusalTest {
    /** One change to a golden entry, and the part of the message that tells what was found. */
    @ParameterizedTest
    @CsvFileSource(resources = "/golden/entries/refused.csv", delimiter = '|', quoteCharacter = '`', numLinesToSkip = 1)
    void anEntryWithOneChangeIsRefused(String file, String from, String to, String message) {
        // Given
        String golden = new String(GoldenEntries.bytes(file + ".json"), UTF_8);
        assertThat(golden).contains(from);
        String changed = golden.replace(from, to == null ? "" : to.replace("<U+0085>", "\u0085"));

        // When, Then
        assertThatThrownBy(() -> EntryCodec.decode(changed.getBytes(UTF_8)))
                .isInstanceOf(EntryException.class)
                .hasMessageContaining(message);
    }

    @Test
    void textOverItsLimitIsRefusedAndAtItsLimitIsNot() throws Exception {
        // Given
        String golden = new String(GoldenEntries.bytes("02-event-full.json"), UTF_8);
        record Case(String label, String now, int bytesMax) {}
        List<Case> cases = List.of(
                new Case("id", "\"id\":\"a \\\"quoted\\\" \\\\ id\"", 512),
                new Case("producer", "\"producer\":\"//example.com/€\"", 512),
                new Case("type", "\"type\":\"Ünïcode/\uD834\uDD1E\"", 256),
                new Case("media", "\"media\":\"application/json; charset=utf-8\"", 255),
                new Case("time", "\"time\":\"2026-11-21T04:14:58.9+01:00\"", 64));

        for (Case each : cases) {
            // When
            String full = "\"" + each.label() + "\":\"" + "x".repeat(each.bytesMax() - 2);
            String atLimit = golden.replace(each.now(), full + "\\\"\"");
            String overLimit = golden.replace(each.now(), full + "y\\\"\"");

            // Then
            assertThat(EntryCodec.decode(atLimit.getBytes(UTF_8)).seq()).isEqualTo(2);
            assertThatThrownBy(() -> EntryCodec.decode(overLimit.getBytes(UTF_8)))
                    .isInstanceOf(EntryException.class)
                    .hasMessage("entry: " + each.label() + " is longer than " + each.bytesMax() + " bytes");
        }
    }
}

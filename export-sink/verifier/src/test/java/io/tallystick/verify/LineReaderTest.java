// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.fixtures.TestSeed;
import io.tallystick.tree.Hash;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineReaderTest {
    private static LineReader reader(String text, int lineMax, long contentMax) {
        return new LineReader(new ByteArrayInputStream(Text.bytes(text)), lineMax, contentMax);
    }

    @Test
    void linesComeOneByOneWithCountsAndDigest() throws IOException {
        // Given
        Random random = TestSeed.random("lines");
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            text.append("x".repeat(1 + random.nextInt(5_000))).append(i).append('\n');
        }
        LineReader lines = reader(text.toString(), 6_000, Long.MAX_VALUE);

        // When
        StringBuilder again = new StringBuilder();
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            again.append(Text.string(line)).append('\n');
        }

        // Then
        assertThat(again).hasToString(text.toString());
        assertThat(lines.lines()).isEqualTo(200);
        assertThat(lines.content()).isEqualTo(text.length());
        assertThat(lines.digest()).isEqualTo(Hash.sha256(Text.bytes(text.toString())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "a\n\n", "a", "a\nb", "12345678901\n"})
    void contentThatIsNotLinesWithinTheLimitIsRefused(String text) {
        // Given
        LineReader lines = reader(text, 10, 100);

        // When, Then
        assertThatThrownBy(() -> {
                    while (lines.next() != null) {
                        assertThat(lines.lines()).isPositive();
                    }
                })
                .isInstanceOf(LineReader.LineException.class);
    }

    @Test
    void contentOverItsLimitIsRefusedBeforeItIsRead() {
        // Given
        LineReader lines = reader("a\nb\nc\n", 10, 5);

        // When, Then
        assertThatThrownBy(lines::next)
                .isInstanceOf(LineReader.LineException.class)
                .hasMessage("content is over 5 bytes");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class DurationTextTest {
    private final DurationText converter = new DurationText();

    @ParameterizedTest
    @CsvSource({"0, PT0S, 0", "90s, PT90S, 90s", "15m, PT15M, 15m", "24h, PT24H, 1d", "7d, PT168H, 7d", "60m, PT1H, 1h"
    })
    void durationsAreReadAndSaid(String text, Duration expected, String said) {
        assertThat(converter.convert(text)).isEqualTo(expected);
        assertThat(DurationText.of(expected)).isEqualTo(said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "24", "h", "-1h", "1.5h", "24 h", "01h", "1w", "PT24H", "24H", "9999999999s"})
    void anythingElseIsRefusedWithExamples(String text) {
        assertThatThrownBy(() -> converter.convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("24h");
    }
}

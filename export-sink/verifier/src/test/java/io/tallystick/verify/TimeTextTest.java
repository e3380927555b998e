// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeTextTest {
    @ParameterizedTest
    @CsvSource({
        "2026-11-01, 2026-11-01T00:00:00Z",
        "2026-11-01T03:00:00Z, 2026-11-01T03:00:00Z",
        "2026-11-01T03:00:00.125Z, 2026-11-01T03:00:00.125Z",
        "1970-01-01, 1970-01-01T00:00:00Z"
    })
    void datesAndInstantsAreRead(String text, Instant time) {
        assertThat(TimeText.parse(text)).isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "yesterday",
                "2026-02-30",
                "2026-11-1",
                "01.11.2026",
                "20261101",
                "2026-11-01T03:00:00",
                "2026-11-01T03:00:00.0001Z",
                "1969-12-31",
                "+12026-11-01T03:00:00Z"
            })
    void anythingElseIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TimeText.parse(text))
                .withMessageContaining("not a time");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Rfc3339Test {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-21T03:15:00Z",
                "2026-11-21t03:15:00z",
                "2024-02-29T23:59:59.123456789012-23:59",
                "1990-12-31T23:59:60Z",
                "0001-01-01T00:00:00+00:00"
            })
    void dateTimeIsRecognised(String text) {
        assertThat(Rfc3339.isDateTime(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2026-11-21",
                "2026-11-21T03:15:00",
                "2026-11-21 03:15:00Z",
                "2026-11-21T03:15Z",
                "2026-11-21T24:00:00Z",
                "2026-11-21T03:60:00Z",
                "2026-11-21T03:15:61Z",
                "2026-11-21T03:15:00.Z",
                "2026-11-21T03:15:00+0100",
                "2026-11-21T03:15:00+24:00",
                "2026-13-01T00:00:00Z",
                "2023-02-29T00:00:00Z",
                "2026-11-21T03:15:00Z ",
                "20261121T031500Z",
                "١٩٩٠-12-31T23:59:59Z"
            })
    void otherTextIsNot(String text) {
        assertThat(Rfc3339.isDateTime(text)).isFalse();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.topic.LedgerIntegrityException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutcomeStopsTest {
    @Test
    void stopsAreTextInTheOrderOfTheTenantsAndBack() {
        // Given
        Map<String, Long> stops = Map.of("globex", 7L, "acme", 999_999_999_999_999_999L);

        // When
        String text = OutcomeStops.encode(stops).orElseThrow();

        // Then
        assertThat(text).isEqualTo("stalled acme:999999999999999999 globex:7");
        assertThat(OutcomeStops.decode(text)).isEqualTo(stops);
        assertThat(OutcomeStops.encode(Map.of())).hasValue("");
    }

    @Test
    void stopsThatDoNotFitAreNotCutShort() {
        // Given
        Map<String, Long> stops = new HashMap<>();
        // "stalled " and then 7 bytes each, with a space between: 8 + 511 * 8 - 1 = 4,095.
        for (int i = 0; i < 511; i++) {
            stops.put(String.format("%04d", i), 10L);
        }

        // Then
        assertThat(OutcomeStops.encode(stops).orElseThrow()).hasSize(4095);
        stops.put("0000", 100L);
        assertThat(OutcomeStops.encode(stops).orElseThrow()).hasSize(OutcomeStops.BYTES_MAX);
        stops.put("0001", 100L);
        assertThat(OutcomeStops.encode(stops)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "set by hand", "stalled", "acme:1"})
    void metadataOfOthersNameNoStops(String metadata) {
        assertThat(OutcomeStops.decode(metadata)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "stalled ",
                "stalled acme",
                "stalled acme:",
                "stalled :1",
                "stalled acme:-1",
                "stalled acme:1x",
                "stalled Acme:1",
                "stalled acme:1 ",
                "stalled acme:1  globex:2",
                "stalled acme:1,globex:2",
                "stalled acme:9999999999999999999"
            })
    void damagedStopsAreNotTakenForNone(String metadata) {
        assertThatThrownBy(() -> OutcomeStops.decode(metadata)).isInstanceOf(LedgerIntegrityException.class);
    }
}

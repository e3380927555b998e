// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.serde.LedgerSerdes;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The part without a broker; with one it is {@code OutsideIT}. */
class OutsidePartTest {
    @TempDir
    private Path directory;

    @Test
    void aPartThatCannotEvenBeginIsSeen() {
        // Given
        Map<String, Object> properties = Settings.valid(directory);
        properties.put("client.request.timeout.ms", "200");
        properties.put("client.default.api.timeout.ms", "400");
        AnchorConfig config = new AnchorConfig(properties);
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        OutsideMetrics metrics =
                new OutsideMetrics(meters, List.of("w"), Duration.ofMinutes(15), InstantSource.system());
        assertThat(meters.get("ledger.anchoring.interruptions").counter().count())
                .isZero();

        // When
        try (OutsidePart part = new OutsidePart(
                config, "one", List.of(), new LedgerSerdes(config.ledger().schemaRegistryUrl()).records(), metrics)) {
            part.start();

            // Then
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThat(meters.get("ledger.anchoring.interruptions")
                                    .counter()
                                    .count())
                            .isPositive());
        }
    }
}

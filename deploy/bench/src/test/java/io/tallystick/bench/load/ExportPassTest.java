// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.bench.load.ExportCommand.Round;
import io.tallystick.embedded.EmbeddedOptions;
import io.tallystick.embedded.EmbeddedRegistry;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.LedgerIntegrityException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportPassTest {
    private static final List<byte[]> PAYLOADS = List.of(bytes("{\"n\":1}"), bytes("{\"n\":2}"));

    @TempDir
    Path temp;

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private EntryRecords records(List<byte[]> payloads) throws IOException {
        try (EmbeddedRegistry registry = EmbeddedRegistry.start(temp, EmbeddedOptions.defaults())) {
            EntryRecords records = EntryRecords.of(new LedgerSerdes(registry.url()), payloads);
            // The first of each schema asks the registry.
            records.decode(0);
            records.decode(records.size() - 1);
            return records;
        }
    }

    @Test
    void exportsEveryEventAsTheExporterDoes() throws Exception {
        // Given
        EntryRecords records = records(PAYLOADS);

        // When
        try (ExportPass pass = new ExportPass(records)) {
            pass.export();
            List<byte[]> content = pass.content();

            // Then
            ByteArrayOutputStream lines = new ByteArrayOutputStream();
            content.forEach(lines::writeBytes);
            assertThat(lines.toString(UTF_8).lines())
                    .hasSize(3)
                    .element(2)
                    .asString()
                    .contains("\"payload\":{\"n\":2}");
            assertThat(ExportPass.baseline(content).digest()).isEqualTo(pass.digest());
            assertThat(ExportPass.baseline(List.of(bytes("other"))).digest()).isNotEqualTo(pass.digest());
        }
    }

    @Test
    void runsBothOverTheSameBytes() throws Exception {
        Round round = ExportCommand.round(records(PAYLOADS));

        assertThat(round.events()).isEqualTo(2);
        assertThat(round.bytes()).isBetween(1_000L, 3_000L);
    }

    @Test
    void refusesWhatTheExporterRefuses() throws Exception {
        // Given
        EntryRecords records = records(List.of(bytes("{\"n\": 1}")));

        // When / Then
        try (ExportPass pass = new ExportPass(records)) {
            assertThatThrownBy(pass::export)
                    .isInstanceOf(LedgerIntegrityException.class)
                    .hasMessageContaining("whitespace");
        }
    }

    @Test
    void ratioIsThatOfTheSpeeds() {
        Round round = new Round(Duration.ofMillis(400), Duration.ofMillis(100), 200_000_000, 100_000);

        assertThat(round.exportSpeed()).isEqualTo(500);
        assertThat(round.baselineSpeed()).isEqualTo(2_000);
        assertThat(round.ratio()).isEqualTo(0.25);
        assertThat(round.exportMicros()).isEqualTo(4);
        assertThat(round.baselineMicros()).isEqualTo(1);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WatchTest {
    private static final Pattern ABOVE = Pattern.compile("\\| above (\\d+)");

    @ParameterizedTest
    @CsvSource({"ingest-stream, ledger.ingest.waiting", "chain-processor, ledger.chain.discontinuity"})
    void itWaitsForTheAlertThatOperatorsAreTold(String module, String metric) throws IOException {
        // Given
        Pattern row = Pattern.compile("^\\| `" + metric.replace(".", "[._]"));

        // When
        List<String> rows = Files.readAllLines(Path.of("..", "..", module, "README.md")).stream()
                .filter(line -> row.matcher(line).find())
                .toList();

        // Then
        assertThat(rows).hasSize(1);
        Matcher above = ABOVE.matcher(rows.get(0));
        assertThat(above.find()).as(rows.get(0)).isTrue();
        assertThat(Long.parseLong(above.group(1)) * 1_000).isEqualTo(Watch.ALERT_MS);
    }
}

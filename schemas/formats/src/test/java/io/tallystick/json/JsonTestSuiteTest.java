// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tallystick.json.JsonScanner.Limits;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JsonTestSuiteTest {
    private static final String ACCEPTED = "ACCEPTED";

    static Stream<Path> cases() throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.list(resource("JSONTestSuite/test_parsing"))) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theSuitesCaseIsDecidedAsTheSuiteOrOurTableSays(Path file) throws Exception {
        // Given
        String name = file.getFileName().toString();
        byte[] json = Files.readAllBytes(file);
        String expected = decisions().getOrDefault(name, name.startsWith("y_") ? ACCEPTED : "REFUSED");

        // When
        JsonException refusal = catchThrowableOfType(JsonException.class, () -> JsonScanner.check(json, Limits.INPUT));

        // Then
        if (expected.equals(ACCEPTED)) {
            assertThat(refusal).isNull();
        } else if (expected.equals("REFUSED")) {
            assertThat(refusal).isNotNull();
            assertThat(refusal.isWellFormedJson()).isFalse();
        } else {
            assertThat(refusal.fault()).hasToString(expected);
        }
    }

    @Test
    void ourTableDecidesExactlyTheOpenCasesAndTheStricterOnes() throws Exception {
        // Given
        List<String> open = cases().map(file -> file.getFileName().toString())
                .filter(name -> name.startsWith("i_"))
                .toList();

        // When
        List<String> decided = decisions().keySet().stream().sorted().toList();

        // Then
        assertThat(decided).containsAll(open);
        assertThat(decided).allMatch(name -> open.contains(name) || name.startsWith("y_object_duplicated_key"));
    }

    /** File name and decision; the third column is the reason, for people. */
    private static Map<String, String> decisions() throws IOException, URISyntaxException {
        return Files.readAllLines(resource("decisions.tsv")).stream()
                .skip(1)
                .map(line -> line.split("\t", -1))
                .collect(Collectors.toMap(columns -> columns[0], columns -> columns[1]));
    }

    private static Path resource(String name) throws URISyntaxException {
        URL url = JsonTestSuiteTest.class.getResource("/vectors/json/" + name);
        return Path.of(url.toURI());
    }
}

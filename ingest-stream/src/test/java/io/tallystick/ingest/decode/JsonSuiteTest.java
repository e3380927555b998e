// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.entry.RejectReason;
import io.tallystick.json.JsonException.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** JSONTestSuite as what a producer sends: declared as JSON, and as the data of an undeclared record. */
class JsonSuiteTest {
    private static final String ACCEPTED = "accepted";
    private static final String FRAMED = "what begins with 0 is a Confluent frame, whatever it is declared as";
    private static final Set<String> NOT_JSON_AT_ALL = Set.of("byte-order-mark", "not-utf8", "not-json");
    private static final Map<String, byte[]> CASES = JsonSuite.cases();
    private static final Map<String, JsonSuite.Decision> DECISIONS =
            JsonSuite.decisions().stream().collect(Collectors.toMap(JsonSuite.Decision::file, Function.identity()));
    private static final Decoder DECODER = new Decoder(
            Decoder.EVENT_BYTES_MAX, "operator", id -> new Schemas.Lookup.Unknown("is not in the schema registry"));

    static Stream<String> cases() {
        return CASES.keySet().stream();
    }

    private static String outcome(Records record) {
        return DECODER.decode(record.build()) instanceof Decoded.Refused refused
                ? refused.reason().code()
                : ACCEPTED;
    }

    /** The decoder decides like the scanner, but that it takes what begins with a zero for a frame. */
    private static String decided(JsonSuite.Decision decision) {
        if (ConfluentFrame.isFramed(CASES.get(decision.file()))) {
            return "schema-unknown";
        }
        return decision.decision().equals("ACCEPTED")
                ? ACCEPTED
                : RejectReason.ofFault(Fault.valueOf(decision.decision())).code();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void declaredAsJsonTheCaseIsDecidedAsTheSuiteOrOurTableSays(String name) {
        // Given
        byte[] value = CASES.get(name);

        // When
        String outcome = outcome(
                Records.plain().header("content-type", "application/json").value(value));

        // Then
        if (DECISIONS.containsKey(name)) {
            assertThat(outcome).isEqualTo(decided(DECISIONS.get(name)));
        } else if (name.startsWith("y_")) {
            assertThat(outcome).isEqualTo(ACCEPTED);
        } else {
            assertThat(name).startsWith("n_");
            assertThat(outcome).isIn(NOT_JSON_AT_ALL);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void undeclaredItIsRefusedOnlyIfItIsJsonThatBreaksARule(String name) {
        // Given
        byte[] value = CASES.get(name);
        String declared = outcome(
                Records.plain().header("content-type", "application/json").value(value));
        // The mark says JSON only in front of JSON; a zero at the start is a frame.
        boolean json = !NOT_JSON_AT_ALL.contains(declared) || name.equals("i_structure_UTF-8_BOM_empty_object.json");
        String expected = ConfluentFrame.isFramed(value) ? "schema-unknown" : json ? declared : ACCEPTED;

        // Then
        assertThat(outcome(Records.plain().value(value))).isEqualTo(expected);
    }

    @Test
    void theSuiteIsThereAndEachOpenCaseIsDecided() {
        // Given
        List<String> open =
                CASES.keySet().stream().filter(name -> name.startsWith("i_")).toList();

        // Then
        assertThat(CASES).hasSize(318);
        assertThat(open).hasSize(35).allMatch(DECISIONS::containsKey);
        assertThat(DECISIONS.keySet()).allMatch(name -> open.contains(name) || name.startsWith("y_object_duplicated"));
    }

    @Test
    void theReadmeTellsEachDecision() throws IOException {
        // Given
        List<String> rows = JsonSuite.decisions().stream()
                .map(decision -> "| `" + decision.file().replace(".json", "") + "` | `" + decided(decision) + "` | "
                        + (decided(decision).equals("schema-unknown") ? FRAMED : decision.reason()) + " |")
                .toList();

        // Then
        assertThat(Files.readAllLines(Path.of("README.md"))).containsSequence(rows);
    }
}

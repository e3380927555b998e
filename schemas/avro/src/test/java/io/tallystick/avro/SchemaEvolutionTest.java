// SPDX-License-Identifier: Apache-2.0
package io.tallystick.avro;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaValidationException;
import org.apache.avro.SchemaValidatorBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SchemaEvolutionTest {
    private static final Path CURRENT = Path.of("src/main/avro");
    private static final Path EARLIER = Path.of("src/test/resources/schemas");

    static Stream<String> names() {
        return parse(CURRENT).keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void schemaReadsWhatEveryEarlierOneWrote(String name) throws Exception {
        // Given
        Schema current = parse(CURRENT).get(name);
        List<Schema> earlier = new ArrayList<>();
        for (Path set : sets()) {
            Schema schema = parse(set).get(name);
            if (schema != null) {
                earlier.add(schema);
            }
        }

        // When
        new SchemaValidatorBuilder().canReadStrategy().validateAll().validate(current, earlier);

        // Then
        assertThat(earlier).as("an earlier schema of %s is checked in", name).isNotEmpty();
    }

    @Test
    void noSchemaHasVanished() throws Exception {
        for (Path set : sets()) {
            assertThat(parse(CURRENT).keySet()).containsAll(parse(set).keySet());
        }
    }

    @Test
    void validatorRefusesAFieldWithoutDefault() {
        // Given
        Schema before = new Schema.Parser().parse("{\"type\":\"record\",\"name\":\"A\",\"fields\":[]}");
        Schema after = new Schema.Parser()
                .parse("{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"n\",\"type\":\"int\"}]}");

        // When, Then
        assertThatThrownBy(() -> new SchemaValidatorBuilder()
                        .canReadStrategy()
                        .validateAll()
                        .validate(after, List.of(before)))
                .isInstanceOf(SchemaValidationException.class);
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyFieldIsDocumented(String name) {
        Schema schema = parse(CURRENT).get(name);

        assertThat(schema.getDoc()).isNotBlank();
        if (schema.getType() == Schema.Type.RECORD) {
            assertThat(schema.getFields())
                    .allSatisfy(
                            field -> assertThat(field.doc()).as(field.name()).isNotBlank());
        }
    }

    private static List<Path> sets() throws IOException {
        try (Stream<Path> sets = Files.list(EARLIER)) {
            return sets.filter(Files::isDirectory).sorted().toList();
        }
    }

    /** All schemas of a folder by name; the enum that others refer to comes first. */
    private static Map<String, Schema> parse(Path folder) {
        Map<String, Schema> schemas = new TreeMap<>();
        Schema.Parser parser = new Schema.Parser();
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all =
                    new ArrayList<>(files.filter(file -> file.toString().endsWith(".avsc"))
                            .sorted()
                            .toList());
            all.sort((a, b) -> Boolean.compare(b.endsWith("Cut.avsc"), a.endsWith("Cut.avsc")));
            for (Path file : all) {
                Schema schema = parser.parse(Files.readString(file, UTF_8));
                schemas.put(schema.getName(), schema);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return schemas;
    }
}

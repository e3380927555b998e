// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaMetadata;
import io.confluent.kafka.schemaregistry.client.rest.entities.SchemaReference;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Confluent's own client against the registry. */
class EmbeddedRegistryIT {

    private static final AvroSchema ONE_FIELD = parcel("{\"name\":\"id\",\"type\":\"string\"}");
    private static final AvroSchema OPTIONAL_FIELD_MORE = parcel("{\"name\":\"id\",\"type\":\"string\"},"
            + "{\"name\":\"weight\",\"type\":[\"null\",\"long\"],\"default\":null}");
    private static final AvroSchema REQUIRED_FIELD_MORE =
            parcel("{\"name\":\"id\",\"type\":\"string\"},{\"name\":\"weight\",\"type\":\"long\"}");

    @TempDir
    private Path directory;

    private EmbeddedRegistry registry;
    private CachedSchemaRegistryClient client;

    @BeforeEach
    void start() {
        registry = EmbeddedRegistry.start(directory, EmbeddedOptions.defaults());
        client = new CachedSchemaRegistryClient(registry.url(), 100);
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private void restart() {
        stop();
        start();
    }

    private static AvroSchema parcel(String fields) {
        return new AvroSchema(
                "{\"type\":\"record\",\"name\":\"Parcel\",\"namespace\":\"io.example\",\"fields\":[" + fields + "]}");
    }

    @Test
    void sameSchemaHasOneIdUnderEverySubjectAndOneVersionInEach() throws Exception {
        // When
        int first = client.register("a-value", ONE_FIELD);
        int again = new CachedSchemaRegistryClient(registry.url(), 1).register("a-value", ONE_FIELD);
        int elsewhere = client.register("b-value", ONE_FIELD);
        int other = client.register("b-value", OPTIONAL_FIELD_MORE);

        // Then
        assertThat(first).isEqualTo(1).isEqualTo(again).isEqualTo(elsewhere);
        assertThat(other).isEqualTo(2);
        assertThat(client.getAllVersions("a-value")).containsExactly(1);
        assertThat(client.getAllVersions("b-value")).containsExactly(1, 2);
        assertThat(client.getAllSubjectsById(1)).containsExactly("a-value", "b-value");
        assertThat(client.getAllSubjects()).containsExactly("a-value", "b-value");
    }

    @Test
    void everythingReadsTheSameAfterARestart() throws Exception {
        // Given
        client.register("a-value", ONE_FIELD);
        client.register("odd/subject +%?&", OPTIONAL_FIELD_MORE);
        client.register("a-value", OPTIONAL_FIELD_MORE);
        client.updateCompatibility("a-value", "FULL_TRANSITIVE");
        client.updateCompatibility(null, "FORWARD");

        // When
        restart();

        // Then
        SchemaMetadata latest = client.getLatestSchemaMetadata("a-value");
        assertThat(latest.getId()).isEqualTo(2);
        assertThat(latest.getVersion()).isEqualTo(2);
        assertThat(latest.getSchema()).isEqualTo(OPTIONAL_FIELD_MORE.canonicalString());
        assertThat(client.getSchemaById(1)).isEqualTo(ONE_FIELD);
        assertThat(client.getSchemaBySubjectAndId("a-value", 2)).isEqualTo(OPTIONAL_FIELD_MORE);
        assertThat(client.getVersion("a-value", ONE_FIELD)).isEqualTo(1);
        assertThat(client.getId("odd/subject +%?&", OPTIONAL_FIELD_MORE)).isEqualTo(2);
        assertThat(client.getCompatibility("a-value")).isEqualTo("FULL_TRANSITIVE");
        assertThat(client.getCompatibility(null)).isEqualTo("FORWARD");
        assertThat(client.getMode()).isEqualTo("READWRITE");
        assertThat(client.register("a-value", parcel("{\"name\":\"id\",\"type\":\"string\",\"default\":\"\"}")))
                .isEqualTo(3);
    }

    @Test
    void schemaThatOldReadersOrWritersCannotMeetIsRefusedAndLeavesNoTrace() throws Exception {
        // Given
        client.register("a-value", ONE_FIELD);

        // When
        assertThat(client.testCompatibility("a-value", REQUIRED_FIELD_MORE)).isFalse();
        assertThat(client.testCompatibilityVerbose("a-value", REQUIRED_FIELD_MORE))
                .anyMatch(message -> message.contains("READER_FIELD_MISSING_DEFAULT_VALUE"));
        assertRefused(409, 409, () -> client.register("a-value", REQUIRED_FIELD_MORE));

        // Then
        assertThat(client.getAllVersions("a-value")).containsExactly(1);
        assertRefused(404, 40403, () -> client.getSchemaById(2));
        restart();
        assertThat(client.getAllVersions("a-value")).containsExactly(1);
    }

    @Test
    void subjectsOwnLevelDecides() throws Exception {
        // Given
        client.register("free-value", ONE_FIELD);
        client.register("strict-value", ONE_FIELD);
        client.updateCompatibility("free-value", "NONE");
        client.updateCompatibility("strict-value", "FORWARD");

        // When // Then
        assertThat(client.register("free-value", REQUIRED_FIELD_MORE)).isEqualTo(2);
        assertThat(client.testCompatibility("strict-value", REQUIRED_FIELD_MORE))
                .isTrue();
        assertRefused(404, 40408, () -> client.getCompatibility("unset-value"));
        assertRefused(422, 42203, () -> client.updateCompatibility("free-value", "SOMETIMES"));
    }

    @Test
    void transitiveLevelLooksAtEveryVersionNotOnlyTheLast() throws Exception {
        // Given
        client.updateCompatibility("a-value", "NONE");
        client.register("a-value", REQUIRED_FIELD_MORE);
        client.register("a-value", ONE_FIELD);
        AvroSchema changedType = parcel("{\"name\":\"id\",\"type\":\"string\"},"
                + "{\"name\":\"weight\",\"type\":\"boolean\",\"default\":false}");

        // When
        client.updateCompatibility("a-value", "BACKWARD");
        boolean withTheLast = client.testCompatibility("a-value", changedType);
        client.updateCompatibility("a-value", "BACKWARD_TRANSITIVE");

        // Then
        assertThat(withTheLast).isTrue();
        assertRefused(409, 409, () -> client.register("a-value", changedType));
        client.updateCompatibility("a-value", "BACKWARD");
        assertThat(client.register("a-value", changedType)).isEqualTo(3);
    }

    @Test
    void normalisedLookUpFindsWhatWasWrittenDifferently() throws Exception {
        // Given
        AvroSchema spacious = new AvroSchema("{ \"fields\" : [ {\"type\":{\"type\":\"string\"},\"name\":\"id\"} ],"
                + " \"name\" : \"io.example.Parcel\", \"type\" : \"record\" }");
        int id = client.register("a-value", ONE_FIELD, true);

        // When // Then
        assertThat(client.getId("a-value", spacious, true)).isEqualTo(id);
        assertThat(client.register("a-value", spacious, true)).isEqualTo(id);
    }

    @Test
    void referencesResolveAlsoAfterARestart() throws Exception {
        // Given
        AvroSchema box = new AvroSchema(
                "{\"type\":\"record\",\"name\":\"Box\",\"namespace\":\"io.example\",\"fields\":"
                        + "[{\"name\":\"parcel\",\"type\":\"io.example.Parcel\"}]}",
                List.of(new SchemaReference("io.example.Parcel", "parcel", 1)),
                Map.of("io.example.Parcel", ONE_FIELD.canonicalString()),
                null);
        client.register("parcel", ONE_FIELD);
        int id = client.register("box-value", box);

        // When
        restart();

        // Then
        assertThat(client.getSchemaById(id).references()).hasSize(1);
        assertThat(client.getId("box-value", box)).isEqualTo(id);
    }

    @Test
    void reportsWhatIsNotThereWithConfluentsCodes() throws Exception {
        // Given
        client.register("a-value", ONE_FIELD);

        // When // Then
        assertRefused(404, 40401, () -> client.getAllVersions("no-value"));
        assertRefused(404, 40401, () -> client.getId("no-value", ONE_FIELD));
        assertRefused(404, 40403, () -> client.getId("a-value", OPTIONAL_FIELD_MORE));
        assertRefused(404, 40402, () -> client.getSchemaMetadata("a-value", 2));
        assertRefused(404, 40403, () -> client.getSchemaById(99));
        assertRefused(405, 405, () -> client.deleteSubject("a-value"));
    }

    @Test
    void unfinishedLastRegistrationIsCutOff() throws Exception {
        // Given
        client.register("a-value", ONE_FIELD);
        stop();
        Files.writeString(log(), "0123456789abcdef", StandardOpenOption.APPEND);

        // When
        start();

        // Then
        assertThat(client.register("a-value", OPTIONAL_FIELD_MORE)).isEqualTo(2);
        restart();
        assertThat(client.getAllVersions("a-value")).containsExactly(1, 2);
    }

    @Test
    void damageBeforeTheEndIsRefusedNamingFileAndLine() throws Exception {
        // Given
        client.register("a-value", ONE_FIELD);
        client.register("a-value", OPTIONAL_FIELD_MORE);
        stop();
        String text = Files.readString(log());
        Files.writeString(log(), text.replaceFirst("a-value", "b-value"));

        // When
        assertThatThrownBy(() -> EmbeddedRegistry.start(directory, EmbeddedOptions.defaults()))
                // Then
                .isInstanceOf(EmbeddedException.class)
                .hasMessageContaining("Line 1 of " + log())
                .hasMessageContaining("Restore the file");
        Files.writeString(log(), text);
        start();
    }

    private Path log() {
        return directory.resolve("registrations.log");
    }

    private static void assertRefused(int status, int code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(RestClientException.class, refused -> {
            assertThat(refused.getStatus()).isEqualTo(status);
            assertThat(refused.getErrorCode()).isEqualTo(code);
        });
    }
}

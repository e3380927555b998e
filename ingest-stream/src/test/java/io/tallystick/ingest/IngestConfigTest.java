// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.topic.LedgerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IngestConfigTest {
    private static Map<String, Object> minimal() {
        return new HashMap<>(Map.of(
                LedgerSettings.BOOTSTRAP_SERVERS, "localhost:9092",
                LedgerSettings.SCHEMA_REGISTRY_URL, "http://localhost:8081",
                LedgerSettings.ORIGIN, "ledger.example.com"));
    }

    /** One line for each key that only ingest has. */
    private static String page() {
        Set<String> own = new TreeSet<>(IngestConfig.DEFINITION.names());
        own.removeAll(LedgerSettings.define(new ConfigDef()).names());
        StringBuilder page =
                new StringBuilder("| key | type | default | range | what |\n| --- | --- | --- | --- | --- |\n");
        for (String name : own) {
            ConfigDef.ConfigKey key = IngestConfig.DEFINITION.configKeys().get(name);
            page.append("| `%s` | %s | %s | %s | %s |\n"
                    .formatted(
                            name,
                            key.type().name().toLowerCase(Locale.ROOT),
                            key.defaultValue,
                            key.validator,
                            key.documentation));
        }
        return page.toString();
    }

    @Test
    void pageOfTheReadmeIsWhatTheDefinitionSays() throws IOException {
        assertThat(Files.readString(Path.of("README.md"))).contains(page());
    }

    @Test
    void defaultsAreTheLedgers() {
        // When
        IngestConfig config = new IngestConfig(minimal());

        // Then
        assertThat(config.eventBytesMax()).isEqualTo(1_048_576);
        assertThat(config.settings().partitions()).isEqualTo(24);
    }

    @ParameterizedTest
    @CsvSource({
        "ledger.event.max.bytes, 0",
        "ledger.event.max.bytes, 1048577",
        "ledger.event.max.bytes, many",
        "ledger.ingest.in.flight.max.bytes, 1000",
        "ledger.origin, a b"
    })
    void valueOutOfRangeIsRefused(String key, String value) {
        // Given
        Map<String, Object> properties = minimal();
        properties.put(key, value);

        // Then
        assertThatThrownBy(() -> new IngestConfig(properties)).isInstanceOf(ConfigException.class);
    }

    @Test
    void keyWithoutDefaultIsRequired() {
        // Given
        Map<String, Object> properties = minimal();
        properties.remove(LedgerSettings.ORIGIN);

        // Then
        assertThatThrownBy(() -> new IngestConfig(properties)).isInstanceOf(ConfigException.class);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExportConfigTest {
    private static final Path PAGE = Path.of("docs", "configuration.rst");

    private static Map<String, String> properties() {
        return new HashMap<>(Map.of(
                "bootstrap.servers", "localhost:9092",
                "schema.registry.url", "http://localhost:8081",
                "ledger.origin", "ledger.example.com",
                "ledger.export.directory", "/var/lib/evidence",
                "ledger.bundle.key.file", "/etc/ledger/bundle.pem",
                "ledger.key.passphrase.file", "/etc/ledger/passphrase"));
    }

    @Test
    void documentationPageIsThatOfTheKeys() throws IOException {
        // When
        String made = ExportConfig.documentation();

        // Then: on a change, copy target/configuration.rst
        Files.createDirectories(Path.of("target"));
        Files.writeString(Path.of("target", "configuration.rst"), made);
        assertThat(PAGE).content().isEqualTo(made);
    }

    @Test
    void takesTheRequiredKeysAlone() {
        // When
        ExportConfig config = new ExportConfig(properties());

        // Then
        assertThat(config.directory()).isEqualTo(Path.of("/var/lib/evidence"));
        assertThat(config.trustRootFile()).isEmpty();
        assertThat(new ExporterName(config.name()).isFirst()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bootstrap.servers",
                "schema.registry.url",
                "ledger.origin",
                "ledger.export.directory",
                "ledger.bundle.key.file",
                "ledger.key.passphrase.file"
            })
    void refusesToBeWithoutARequiredKey(String key) {
        // Given
        Map<String, String> properties = properties();
        properties.remove(key);

        // When / Then
        assertThatThrownBy(() -> new ExportConfig(properties))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Copy", "-copy", "copy-", "a b", "a/b", "abcdefghijklmnopqrstuvwxyz0123456"})
    void refusesANameThatDoesNotFitAGroup(String name) {
        // Given
        Map<String, String> properties = properties();
        properties.put("ledger.export.name", name);

        // When / Then
        assertThatThrownBy(() -> new ExportConfig(properties))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("ledger.export.name");
    }

    @Test
    void refusesAnEmptyDirectory() {
        // Given
        Map<String, String> properties = properties();
        properties.put("ledger.export.directory", "");

        // When / Then
        assertThatThrownBy(() -> new ExportConfig(properties)).isInstanceOf(ConfigException.class);
    }
}

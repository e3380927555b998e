// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.azure.AzureSettings;
import io.tallystick.export.store.s3.S3Settings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        assertThat(config.store().directory()).isEqualTo(Path.of("/var/lib/evidence"));
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

    private static Map<String, String> inBucket(String... more) {
        Map<String, String> properties = properties();
        properties.remove("ledger.export.directory");
        properties.put("ledger.export.store", "s3://evidence/ledger/one");
        properties.put("ledger.export.lock.mode", "compliance");
        for (int i = 0; i < more.length; i += 2) {
            properties.put(more[i], more[i + 1]);
        }
        return properties;
    }

    @Test
    void takesABucket() {
        // When
        StoreConfig store = new ExportConfig(inBucket("ledger.export.s3.endpoint", "https://s3.example.com")).store();

        // Then
        assertThat(store.s3().bucket()).isEqualTo("evidence");
        assertThat(store.s3().prefix()).isEqualTo("ledger/one");
        assertThat(store.s3().lockMode()).isEqualTo(LockMode.COMPLIANCE);
        assertThat(store.s3().condition()).isEqualTo(S3Settings.Condition.CHECKED);
        assertThat(store.s3().endpoint()).hasValue(URI.create("https://s3.example.com"));
        assertThat(store.s3().region()).isEmpty();
        assertThat(store).hasToString("s3://evidence/ledger/one");
    }

    @ParameterizedTest
    @CsvSource({
        "ledger.export.store, gs://evidence",
        "ledger.export.store, s3://",
        "ledger.export.store, s3:/evidence",
        "ledger.export.store, s3://evidence/../x",
        "ledger.export.store, s3://evidence?x=y",
        "ledger.export.store, evidence",
        "ledger.export.store, 'a b'",
        "ledger.export.directory, /var/lib/evidence",
        "ledger.export.lock.mode, ''",
        "ledger.export.lock.mode, worm",
        "ledger.export.s3.endpoint, s3.example.com",
        "ledger.export.s3.condition, ignored",
        "ledger.export.s3.part.bytes, 1024"
    })
    void refusesABucketThatCannotBeUsed(String key, String value) {
        // Given
        Map<String, String> properties = inBucket(key, value);

        // When / Then
        assertThatThrownBy(() -> new ExportConfig(properties))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key);
    }

    private static Map<String, String> inContainer(String... more) {
        Map<String, String> properties = inBucket();
        properties.put("ledger.export.store", "azure://evidence/ledger/one");
        properties.put("ledger.export.azure.endpoint", "https://account.blob.core.windows.net");
        for (int i = 0; i < more.length; i += 2) {
            properties.put(more[i], more[i + 1]);
        }
        return properties;
    }

    @Test
    void takesAContainer() {
        // When
        StoreConfig store = new ExportConfig(inContainer()).store();

        // Then
        assertThat(store.isAzure()).isTrue();
        assertThat(store.azure().container()).isEqualTo("evidence");
        assertThat(store.azure().prefix()).isEqualTo("ledger/one");
        assertThat(store.azure().lockMode()).isEqualTo(LockMode.COMPLIANCE);
        assertThat(store.azure().access())
                .isEqualTo(new AzureSettings.DefaultChain(URI.create("https://account.blob.core.windows.net")));
        assertThat(store).hasToString("azure://evidence/ledger/one");
    }

    @Test
    void takesAContainerWithAConnectionString() {
        // When
        StoreConfig store = new ExportConfig(inContainer(
                        "ledger.export.azure.endpoint", "",
                        "ledger.export.azure.connection.string.file", "/etc/ledger/azure"))
                .store();

        // Then
        assertThat(store.azure().access()).isEqualTo(new AzureSettings.ConnectionString(Path.of("/etc/ledger/azure")));
    }

    @ParameterizedTest
    @CsvSource({
        "ledger.export.store, azure://",
        "ledger.export.store, azure:/evidence",
        "ledger.export.store, azure://Evidence--x",
        "ledger.export.store, azure://ev",
        "ledger.export.store, azure://evidence/../x",
        "ledger.export.store, azure://evidence?sig=x",
        "ledger.export.lock.mode, ''",
        "ledger.export.azure.endpoint, ''",
        "ledger.export.azure.endpoint, http://account.blob.core.windows.net",
        "ledger.export.azure.endpoint, account",
        "ledger.export.azure.endpoint, 'a b'",
        "ledger.export.azure.connection.string.file, /etc/ledger/azure",
        "ledger.export.azure.block.bytes, 1024"
    })
    void refusesAContainerThatCannotBeUsed(String key, String value) {
        // Given
        Map<String, String> properties = inContainer(key, value);

        // When / Then
        assertThatThrownBy(() -> new ExportConfig(properties))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key);
    }

    @Test
    void auditsOnlyWithATrustRoot() {
        // Given
        Map<String, String> properties = properties();
        properties.put("ledger.export.audit.share", "1");

        // When / Then
        assertThat(new ExportConfig(properties).auditShare()).isEmpty();
        properties.put("ledger.trust.root.file", "/etc/ledger/trust-root.json");
        assertThat(new ExportConfig(properties).auditShare()).hasValue(1.0);
        properties.put("ledger.export.audit.share", "0");
        assertThat(new ExportConfig(properties).auditShare()).isEmpty();
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

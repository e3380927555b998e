// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedLedgerIT {

    private static final EmbeddedOptions OPTIONS = EmbeddedOptions.defaults().withBrokerHeapMegabytes(256);

    private final LinkedBlockingQueue<EmbeddedException> fatal = new LinkedBlockingQueue<>();

    @Test
    void startedAgainItIsTheSameLedgerAtTheSameAddresses(@TempDir Path directory) throws Exception {
        // Given
        String clusterId;
        String registryUrl;
        String bootstrapServers;
        int id;
        try (EmbeddedLedger ledger = EmbeddedLedger.start(directory, OPTIONS, fatal::add)) {
            clusterId = ledger.clusterId();
            registryUrl = ledger.registryUrl();
            bootstrapServers = ledger.bootstrapServers();
            new BrokerClient(bootstrapServers).createTopic("kept");
            id = new CachedSchemaRegistryClient(registryUrl, 10).register("kept-value", new AvroSchema("\"string\""));
        }

        // When
        try (EmbeddedLedger ledger = EmbeddedLedger.start(directory, OPTIONS, fatal::add)) {

            // Then
            assertThat(ledger.clusterId()).isEqualTo(clusterId);
            assertThat(ledger.registryUrl()).isEqualTo(registryUrl);
            assertThat(ledger.bootstrapServers()).isEqualTo(bootstrapServers);
            assertThat(ledger.clientProperties())
                    .containsEntry("bootstrap.servers", bootstrapServers)
                    .containsEntry("schema.registry.url", registryUrl);
            assertThat(new BrokerClient(bootstrapServers).topics()).contains("kept");
            assertThat(new CachedSchemaRegistryClient(registryUrl, 10).getSchemaById(id))
                    .hasToString("\"string\"");
        }
        assertThat(fatal).isEmpty();
    }

    @Test
    void secondLedgerOnTheSameDirectoryIsRefusedAndTheFirstRunsOn(@TempDir Path directory) throws Exception {
        // Given
        try (EmbeddedLedger first = EmbeddedLedger.start(directory, OPTIONS, fatal::add)) {

            // When
            assertThatThrownBy(() -> EmbeddedLedger.start(directory, OPTIONS, fatal::add))
                    // Then
                    .isInstanceOf(EmbeddedException.class)
                    .hasMessageContaining("in use by process");
            assertThat(new BrokerClient(first.bootstrapServers()).clusterId()).isEqualTo(first.clusterId());
        }
    }

    @Test
    void brokerThatCannotStartLeavesNoRegistryBehind(@TempDir Path directory) throws Exception {
        // Given
        Files.createDirectories(directory.resolve("broker/kafka"));
        Files.writeString(directory.resolve("broker/kafka/meta.properties"), "");

        // When
        assertThatThrownBy(() -> EmbeddedLedger.start(directory, OPTIONS, fatal::add))
                .isInstanceOf(EmbeddedException.class);

        // Then
        EmbeddedRegistry.start(directory.resolve("registry"), OPTIONS).close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.azure;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.storage.blob.BlobContainerClient;
import io.tallystick.export.store.Content;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.ObjectStoreContract;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import io.tallystick.export.store.Watched;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract on a real service, whose connection string lies in the file that {@code -Dledger.test.azure.file} names.
 * Makes the container {@code evidence} and leaves it. Run by the lane deploy/interop/azure.
 */
@EnabledIfSystemProperty(named = "ledger.test.azure.file", matches = ".+", disabledReason = "needs a storage account")
class AzureEndpointTest extends ObjectStoreContract {
    /** Each test has a part of the container to itself. */
    private String prefix;

    private static AzureSettings settings(String prefix) {
        return new AzureSettings(
                "evidence",
                prefix,
                new AzureSettings.ConnectionString(Path.of(System.getProperty("ledger.test.azure.file"))),
                LockMode.NONE,
                AzureSettings.BLOCK_BYTES_MIN);
    }

    @BeforeAll
    static void makeContainer() throws IOException {
        BlobContainerClient client = AzureClients.open(settings(""));
        client.createIfNotExists();
        assertThat(client.exists()).isTrue();
    }

    @BeforeEach
    void choosePrefix() {
        prefix = "contract-" + UUID.randomUUID();
    }

    @Override
    protected ObjectStore open() throws IOException {
        return AzureObjectStore.open(settings(prefix), new Watched());
    }

    @Test
    void storesALargeObjectInBlocksAndKeepsTheFirst(@TempDir Path directory) throws Exception {
        // Given
        byte[] bytes = new byte[AzureSettings.BLOCK_BYTES_MIN * 3 + 1];
        new Random(7).nextBytes(bytes);
        Content content = Content.ofFile(Files.write(directory.resolve("f"), bytes), bytes.length, Hash.sha256(bytes));
        ObjectName name = new ObjectName("v1/large");
        try (ObjectStore store = open()) {
            // When
            PutOutcome first = store.putIfAbsent(name, content, Protection.NONE);
            PutOutcome second = store.putIfAbsent(name, content, Protection.NONE);

            // Then
            assertThat(first).isEqualTo(PutOutcome.CREATED);
            assertThat(second).isEqualTo(PutOutcome.EXISTED);
            assertThat(store.read(name, bytes.length)).hasValue(bytes);
        }
    }
}

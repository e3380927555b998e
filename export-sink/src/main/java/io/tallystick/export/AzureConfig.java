// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.azure.AzureSettings;
import java.net.URI;
import java.nio.file.Path;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigException;

/** The part of {@link StoreConfig} that is about Azure Blob Storage. */
final class AzureConfig {
    static final String SCHEME = "azure";
    static final String ENDPOINT = "ledger.export.azure.endpoint";
    static final String CONNECTION_STRING_FILE = "ledger.export.azure.connection.string.file";
    static final String BLOCK_BYTES = "ledger.export.azure.block.bytes";

    private static final int BLOCK_BYTES_DEFAULT = 8 * 1024 * 1024;

    private AzureConfig() {}

    static ConfigDef define(ConfigDef definition) {
        return definition
                .define(
                        ENDPOINT,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "https URL of the storage account's blob service, such as"
                                + " https://account.blob.core.windows.net. Credentials then come from Azure's default"
                                + " chain. Not with " + CONNECTION_STRING_FILE + ".")
                .define(
                        CONNECTION_STRING_FILE,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "File with the connection string of the storage account; readable by its owner only. Not with "
                                + ENDPOINT + ".")
                .define(
                        BLOCK_BYTES,
                        ConfigDef.Type.INT,
                        BLOCK_BYTES_DEFAULT,
                        Range.between(AzureSettings.BLOCK_BYTES_MIN, AzureSettings.BLOCK_BYTES_MAX),
                        Importance.LOW,
                        "Bytes of a block; larger objects are uploaded in blocks of this size, of which one is held in"
                                + " memory.");
    }

    /** @throws ConfigException if the values do not fit together */
    static AzureSettings settings(AbstractConfig config, String container, String prefix, LockMode mode) {
        try {
            return new AzureSettings(container, prefix, access(config), mode, config.getInt(BLOCK_BYTES));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(StoreConfig.STORE, container, e.getMessage());
        }
    }

    private static AzureSettings.Access access(AbstractConfig config) {
        String endpoint = config.getString(ENDPOINT);
        String file = config.getString(CONNECTION_STRING_FILE);
        if (endpoint.isEmpty() == file.isEmpty()) {
            throw new ConfigException("Exactly one of " + ENDPOINT + " and " + CONNECTION_STRING_FILE
                    + " is needed with a store in Azure");
        }
        if (!file.isEmpty()) {
            return new AzureSettings.ConnectionString(Path.of(file));
        }
        try {
            return new AzureSettings.DefaultChain(URI.create(endpoint));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(ENDPOINT, endpoint, "must be a https URL: tokens are sent to it");
        }
    }
}

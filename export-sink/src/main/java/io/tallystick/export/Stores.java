// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.export.store.DirectoryObjectStore;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.StoreWatch;
import io.tallystick.export.store.azure.AzureObjectStore;
import io.tallystick.export.store.s3.S3ObjectStore;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the store that the configuration names. */
final class Stores {
    private static final Logger LOGGER = LoggerFactory.getLogger(Stores.class);

    private Stores() {}

    /** @throws IOException if it cannot be used */
    static ObjectStore open(StoreConfig config) throws IOException {
        if (config.isDirectory()) {
            return DirectoryObjectStore.open(config.directory());
        }
        return config.isAzure() ? AzureObjectStore.open(config.azure(), log()) : S3ObjectStore.open(config.s3(), log());
    }

    static StoreWatch log() {
        return new Log();
    }

    private record Log() implements StoreWatch {
        @Override
        public void ambiguous(ObjectName name, String found) {
            LOGGER.atError()
                    .addKeyValue("object", name)
                    .addKeyValue("found", found)
                    .log("an object has a second version or is hidden; the oldest counts. Find out who wrote it");
        }
    }
}

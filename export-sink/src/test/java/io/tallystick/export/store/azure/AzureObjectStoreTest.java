// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.azure;

import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.ObjectStoreContract;
import io.tallystick.export.store.Watched;
import io.tallystick.trust.KeyException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The contract, in accounts with and without versions. */
class AzureObjectStoreTest {
    @Nested
    class WithLocks extends OnDouble {
        WithLocks() {
            super(LockMode.COMPLIANCE);
        }
    }

    @Nested
    class WithoutLocks extends OnDouble {
        WithoutLocks() {
            super(LockMode.NONE);
        }
    }

    @Nested
    class WithoutVersions extends OnDouble {
        WithoutVersions() {
            super(LockMode.NONE, AzureDouble.Trait.PLAIN);
        }
    }

    abstract static class OnDouble extends ObjectStoreContract {
        private final LockMode mode;
        private final AzureDouble.Trait[] traits;
        private AzureDouble azure;

        @TempDir
        private Path directory;

        OnDouble(LockMode mode, AzureDouble.Trait... traits) {
            this.mode = mode;
            this.traits = traits;
        }

        @BeforeEach
        void start() throws IOException, KeyException {
            azure = new AzureDouble(directory, traits);
        }

        @AfterEach
        void stop() {
            azure.close();
        }

        @Override
        protected ObjectStore open() throws IOException {
            return azure.open(azure.settings(mode), new Watched());
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Configurations with valid defaults. */
final class Settings {
    private Settings() {}

    static Map<String, Object> valid(Path directory) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("bootstrap.servers", "localhost:1");
        properties.put("schema.registry.url", "http://localhost:1");
        properties.put("ledger.origin", EntryChain.ORIGIN);
        properties.put("ledger.partitions", 1);
        properties.put("state.dir", directory.resolve("state").toString());
        properties.put(
                "ledger.signing.key.files",
                directory.resolve("checkpoint-ed25519.pem") + "," + directory.resolve("checkpoint-p256.pem"));
        properties.put(
                "ledger.key.passphrase.file", directory.resolve("passphrase").toString());
        return properties;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.trust.KeyException;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.SigningKeyProvider;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.apache.kafka.common.config.ConfigException;

/** Checkpoint keys of a {@link SigningKeyProvider}. */
final class ProvidedKeys {
    private ProvidedKeys() {}

    /** @throws ConfigException if there is not exactly one provider of the name, or it cannot open its keys */
    static List<SigningKey> open(String name, Map<String, String> settings) {
        SigningKeyProvider provider = find(name);
        try {
            List<SigningKey> keys = provider.open(Map.copyOf(settings));
            if (keys.isEmpty()) {
                throw new ConfigException(AnchorConfig.SIGNING_PROVIDER, name, "gives no keys");
            }
            return keys;
        } catch (KeyException e) {
            throw new ConfigException(AnchorConfig.SIGNING_PROVIDER, name, "cannot open its keys: " + e.getMessage());
        }
    }

    private static SigningKeyProvider find(String name) {
        try {
            List<SigningKeyProvider> all = ServiceLoader.load(SigningKeyProvider.class).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();
            List<SigningKeyProvider> named = all.stream()
                    .filter(provider -> provider.name().equals(name))
                    .toList();
            if (named.size() != 1) {
                throw new ConfigException(
                        AnchorConfig.SIGNING_PROVIDER,
                        name,
                        "must be the name of one provider on the class path; found are "
                                + all.stream()
                                        .map(SigningKeyProvider::name)
                                        .sorted()
                                        .toList());
            }
            return named.get(0);
        } catch (ServiceConfigurationError e) {
            throw new ConfigException(
                    AnchorConfig.SIGNING_PROVIDER, name, "cannot be looked up on the class path: " + e.getMessage());
        }
    }
}

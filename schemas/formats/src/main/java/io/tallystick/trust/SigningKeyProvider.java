// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import java.util.List;
import java.util.Map;

/**
 * Opens signing keys that something keeps of which this program knows nothing, such as a key management service. Found by
 * {@link java.util.ServiceLoader}: a jar on the class path with a public class, its public constructor without arguments, and
 * its name in {@code META-INF/services/io.tallystick.trust.SigningKeyProvider}.
 */
public interface SigningKeyProvider {
    /** What the configuration calls it; lower-case letters, digits and hyphens. */
    String name();

    /**
     * Opens the keys; whoever asked closes them.
     *
     * @param settings what the configuration gives this provider, without prefix; a secret is given as the name of a file
     * @return at least one, to the contract of {@link SigningKey}; several threads sign with it at once
     * @throws KeyException if a setting is missing or impossible, or a key cannot be used; the message names the setting, and
     *     no secret
     */
    List<SigningKey> open(Map<String, String> settings) throws KeyException;
}

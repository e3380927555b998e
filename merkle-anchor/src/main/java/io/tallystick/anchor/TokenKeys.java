// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import java.nio.file.Path;
import java.util.List;

/**
 * A PKCS#11 token with checkpoint keys.
 *
 * @param configuration of SunPKCS11
 * @param pinFile with the PIN of the token's user
 * @param aliases of the keys
 */
record TokenKeys(Path configuration, Path pinFile, List<String> aliases) {
    TokenKeys {
        aliases = List.copyOf(aliases);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import io.tallystick.vectors.Vectors;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Files made by the {@code openssl} command. */
final class OpensslFiles {
    private OpensslFiles() {}

    static byte[] publicKey(String name) {
        String pem = new String(Vectors.bytes("openssl/" + name + ".pub.pem"), StandardCharsets.US_ASCII);
        return Base64.getMimeDecoder().decode(pem.replaceAll("-----.*-----", ""));
    }
}

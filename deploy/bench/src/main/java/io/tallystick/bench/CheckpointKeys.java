// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.anchor.AnchorConfig;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SecretFile;
import io.tallystick.trust.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;

/** Keys with which the anchors of a bench sign. */
public final class CheckpointKeys {
    private CheckpointKeys() {}

    /**
     * Settings that name an Ed25519 and a P-256 key, which are made when first asked for.
     *
     * @param directory that exists; the keys lie in it
     */
    public static Map<String, String> in(Path directory) throws IOException {
        Path passphrase = directory.resolve("passphrase");
        Path ed25519 = directory.resolve("checkpoint-ed25519.pem");
        Path p256 = directory.resolve("checkpoint-p256.pem");
        if (!Files.exists(passphrase)) {
            try {
                SecretFile.write(passphrase, "of a benchmark\n".getBytes(UTF_8));
                write(ed25519, KeyAlgorithm.ED25519, passphrase);
                write(p256, KeyAlgorithm.ECDSA_P256, passphrase);
            } catch (KeyException e) {
                throw new IOException("no checkpoint keys could be made", e);
            }
        }
        return Map.of(
                AnchorConfig.SIGNING_KEY_FILES,
                ed25519 + "," + p256,
                AnchorConfig.PASSPHRASE_FILE,
                passphrase.toString());
    }

    private static void write(Path file, KeyAlgorithm algorithm, Path passphrase) throws KeyException {
        try (SigningKey key = KeyFile.generate(algorithm, new SecureRandom())) {
            KeyFile.write(file, key, KeyFile.readPassphrase(passphrase));
        }
    }
}

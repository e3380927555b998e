// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.sign.CheckpointSigner;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.config.ConfigException;

/** The checkpoint keys, open until closed. */
final class SigningKeys implements AutoCloseable {
    private final List<SigningKey> keys;

    private SigningKeys(List<SigningKey> keys) {
        this.keys = List.copyOf(keys);
    }

    /** @throws ConfigException if a file cannot be read or opened with the passphrase */
    static SigningKeys open(List<Path> files, Path passphraseFile) {
        List<SigningKey> keys = new ArrayList<>();
        char[] passphrase = {};
        try {
            passphrase = KeyFile.readPassphrase(passphraseFile);
            for (Path file : files) {
                keys.add(KeyFile.read(file, passphrase));
            }
            return new SigningKeys(keys);
        } catch (KeyException e) {
            keys.forEach(SigningKey::close);
            throw new ConfigException("cannot open the signing keys of " + AnchorConfig.SIGNING_KEY_FILES + " with "
                    + AnchorConfig.PASSPHRASE_FILE + ": " + e.getMessage());
        } finally {
            Arrays.fill(passphrase, '\0');
        }
    }

    /** @throws ConfigException if these keys cannot sign checkpoints */
    CheckpointSigner signer() {
        try {
            return new CheckpointSigner(keys);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(
                    "cannot use the keys of " + AnchorConfig.SIGNING_KEY_FILES + ": " + e.getMessage());
        }
    }

    /** DER SPKI of the P-256 keys among them. */
    List<byte[]> p256() {
        return keys.stream()
                .filter(key -> key.algorithm() == KeyAlgorithm.ECDSA_P256)
                .map(SigningKey::spki)
                .toList();
    }

    @Override
    public void close() {
        keys.forEach(SigningKey::close);
    }
}

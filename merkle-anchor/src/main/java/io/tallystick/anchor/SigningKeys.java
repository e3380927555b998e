// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.sign.CheckpointKey;
import io.tallystick.anchor.sign.CheckpointSigner;
import io.tallystick.anchor.sign.KeyObjection;
import io.tallystick.anchor.sign.RequiredAlgorithms;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.Pkcs11Token;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootWatch;
import io.tallystick.trust.TrustedKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The checkpoint keys, open until closed. */
final class SigningKeys implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(SigningKeys.class);

    private final List<SigningKey> keys;

    SigningKeys(List<SigningKey> keys) {
        this.keys = List.copyOf(keys);
    }

    /** The keys a configuration names: of files, of a token, of a provider. @throws ConfigException if one cannot be had */
    static SigningKeys open(AnchorConfig config) {
        List<SigningKey> all = new ArrayList<>();
        if (!config.signingKeyFiles().isEmpty()) {
            all.addAll(open(config.signingKeyFiles(), config.passphraseFile()).keys);
        }
        config.tokenKeys().ifPresent(token -> all.addAll(open(token)));
        config.signingProvider()
                .ifPresent(name -> all.addAll(ProvidedKeys.open(name, config.signingProviderSettings())));
        return new SigningKeys(all);
    }

    private static List<SigningKey> open(TokenKeys keys) {
        try {
            Pkcs11Token token = Pkcs11Token.open(keys.configuration(), keys.pinFile());
            List<SigningKey> opened = new ArrayList<>();
            for (String alias : keys.aliases()) {
                opened.add(token.key(alias));
            }
            return opened;
        } catch (KeyException e) {
            throw new ConfigException("cannot open the keys of " + AnchorConfig.PKCS11_KEYS + ": " + e.getMessage());
        }
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

    /**
     * A signer with these keys.
     *
     * @param trustRoot if given, each key signs for the windows this trust root has it valid for, and none other; and for
     *     none that a version found in its place since then forbids
     * @throws ConfigException if these keys cannot sign checkpoints
     */
    CheckpointSigner signer(String origin, Optional<TrustRootWatch> trustRoot) {
        try {
            return new CheckpointSigner(
                    keys.stream()
                            .map(key -> trustRoot
                                    .map(root -> dated(key, origin, root.loaded()))
                                    .orElseGet(() -> CheckpointKey.always(key)))
                            .toList(),
                    InstantSource.system(),
                    trustRoot.map(SigningKeys::required).orElse(RequiredAlgorithms.NO_MORE),
                    trustRoot.map(SigningKeys::objection).orElse(KeyObjection.NONE));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(
                    "cannot use the keys of " + AnchorConfig.SIGNING_KEY_FILES + ": " + e.getMessage());
        }
    }

    /** @throws ConfigException if the signer's keys are too few for the window that is open now */
    static void requireEnough(CheckpointSigner signer, String origin, Instant windowEnd) {
        for (Set<KeyAlgorithm> anyOf : signer.missing(origin, windowEnd)) {
            throw new ConfigException("the trust root of " + AnchorConfig.TRUST_ROOT_FILE + " requires an "
                    + KeyAlgorithm.text(anyOf) + " signature for the window that ends " + windowEnd
                    + ", and none of the configured keys may give it; add the key's file to "
                    + AnchorConfig.SIGNING_KEY_FILES + ", or have a new version of the trust root");
        }
    }

    private static RequiredAlgorithms required(TrustRootWatch watch) {
        TrustRoot root = watch.loaded();
        return (origin, windowEnd, algorithms) -> root.missing(TrustRole.CHECKPOINT, origin, windowEnd, algorithms);
    }

    private static KeyObjection objection(TrustRootWatch watch) {
        return new KeyObjection() {
            @Override
            public Optional<String> to(String keyId, String origin, Instant windowEnd) {
                return watch.objection(keyId, TrustRole.CHECKPOINT, origin, windowEnd);
            }

            @Override
            public Optional<String> toLack(Set<KeyAlgorithm> algorithms, String origin, Instant windowEnd) {
                return watch.objection(algorithms, TrustRole.CHECKPOINT, origin, windowEnd);
            }
        };
    }

    private static CheckpointKey dated(SigningKey key, String origin, TrustRoot root) {
        TrustedKey trusted = root.key(key.keyId())
                .filter(listed -> listed.covers(TrustRole.CHECKPOINT, origin)
                        && listed.covers(TrustRole.CHECKPOINT, origin + "/a/0"))
                .orElseThrow(() -> new IllegalArgumentException(
                        "key " + key.keyId() + " is not listed for checkpoints of " + origin + " in version "
                                + root.version() + " of the trust root; nobody would trust it"));
        if (trusted.status() == KeyStatus.COMPROMISED || trusted.status() == KeyStatus.REVOKED) {
            throw new IllegalArgumentException("key " + key.keyId() + " is "
                    + trusted.status().wireName() + " in version " + root.version() + " of the trust root; remove it");
        }
        return new CheckpointKey(key, trusted.notBefore(), trusted.notAfter());
    }

    /** Reads the trust root, to be watched from now on. @throws ConfigException if the file is no trust root of the ledger */
    static TrustRootWatch trustRoot(Path file, String origin) {
        try (InputStream in = Files.newInputStream(file)) {
            TrustRoot root = TrustRoot.parse(in.readNBytes(TrustRoot.SIZE_MAX + 1));
            if (!root.ledger().equals(origin)) {
                throw new ConfigException(AnchorConfig.TRUST_ROOT_FILE, file, "is about " + root.ledger());
            }
            return new TrustRootWatch(file, root, found -> LOGGER.atWarn()
                    .addKeyValue("found", found)
                    .log("the trust root is not the one the signer works by; restart the anchor stage"));
        } catch (IOException | TrustException e) {
            throw new ConfigException(AnchorConfig.TRUST_ROOT_FILE, file, "cannot be used: " + e);
        }
    }

    /** Whether one of them is this key. */
    boolean contain(byte[] spki) {
        return keys.stream().anyMatch(key -> Arrays.equals(key.spki(), spki));
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

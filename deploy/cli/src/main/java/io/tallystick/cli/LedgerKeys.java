// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.anchor.AnchorConfig;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SecretFile;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootBuilder;
import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The keys of a ledger and its first trust root, in the files its configuration names.
 *
 * @param signing checkpoint keys; a file whose name contains {@code ed25519} or {@code ml-dsa-44} is such a key, the others
 *     are P-256; empty if they are in a token or a service
 * @param bundle P-256 keys of bundles: one, and two in a rotation
 * @param root key of the trust root; needed again only when the trust root changes, and empty if its holders sign elsewhere
 * @param passphrase file with the passphrase of all of them
 * @param trustRoot the trust root
 */
record LedgerKeys(List<Path> signing, List<Path> bundle, Optional<Path> root, Path passphrase, Path trustRoot) {
    static final String SIGNING_KEY_FILES = "ledger.signing.key.files";
    static final String BUNDLE_KEY_FILE = "ledger.bundle.key.file";
    static final String ROOT_KEY_FILE = "ledger.root.key.file";
    static final String PASSPHRASE_FILE = "ledger.key.passphrase.file";
    static final String TRUST_ROOT_FILE = "ledger.trust.root.file";

    private static final Duration VALIDITY = Duration.ofDays(3653);
    private static final int PASSPHRASE_BYTES = 32;

    /** The files of a ledger on one machine, as configuration. */
    static Map<String, String> defaults(LedgerHome home) {
        return Map.of(
                SIGNING_KEY_FILES,
                home.keys().resolve("checkpoint-ed25519.pem") + ","
                        + home.keys().resolve("checkpoint-p256.pem"),
                BUNDLE_KEY_FILE,
                home.keys().resolve("bundle-p256.pem").toString(),
                ROOT_KEY_FILE,
                home.keys().resolve("root-p256.pem").toString(),
                PASSPHRASE_FILE,
                home.keys().resolve("passphrase").toString(),
                TRUST_ROOT_FILE,
                home.trustRoot().toString());
    }

    /** @throws CommandException if a key's file is not named */
    static LedgerKeys of(Map<String, String> properties) {
        boolean elsewhere =
                !properties.getOrDefault(AnchorConfig.PKCS11_KEYS, "").isBlank()
                        || properties.containsKey(AnchorConfig.SIGNING_PROVIDER);
        return new LedgerKeys(
                elsewhere
                        ? files(properties.getOrDefault(SIGNING_KEY_FILES, ""))
                        : files(required(properties, SIGNING_KEY_FILES)),
                files(required(properties, BUNDLE_KEY_FILE)),
                Optional.ofNullable(properties.get(ROOT_KEY_FILE)).map(Path::of),
                Path.of(required(properties, PASSPHRASE_FILE)),
                trustRoot(properties));
    }

    /** @throws CommandException if no trust root is named */
    static Path trustRoot(Map<String, String> properties) {
        return Path.of(required(properties, TRUST_ROOT_FILE));
    }

    private static List<Path> files(String names) {
        return Arrays.stream(names.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .map(Path::of)
                .toList();
    }

    private static String required(Map<String, String> properties, String key) {
        return Optional.ofNullable(properties.get(key))
                .orElseThrow(() -> new CommandException(
                        ExitCode.USAGE,
                        "the configuration has no " + key,
                        "Name the file; 'tally init' makes it if it does not exist."));
    }

    private List<KeyRing> rings() {
        return List.of(
                new KeyRing(TrustRole.CHECKPOINT, SIGNING_KEY_FILES, signing),
                new KeyRing(TrustRole.BUNDLE, BUNDLE_KEY_FILE, bundle));
    }

    /** The key files among which one is. @throws CommandException if no setting names it */
    KeyRing ring(Path file) {
        return rings().stream()
                .filter(ring -> ring.has(file))
                .findFirst()
                .orElseThrow(() -> new CommandException(
                        ExitCode.USAGE,
                        file + " is not among the files of " + SIGNING_KEY_FILES + " or " + BUNDLE_KEY_FILE,
                        "Give one of " + signing + " or " + bundle + "."));
    }

    /** The key files of a key with these roles. @throws CommandException if it signs neither checkpoints nor bundles */
    KeyRing ring(Set<TrustRole> roles) {
        return rings().stream()
                .filter(ring -> roles.contains(ring.role()))
                .findFirst()
                .orElseThrow(() -> new CommandException(
                        ExitCode.USAGE,
                        "the key signs neither checkpoints nor bundles",
                        "'tally trust-root show' lists the keys and their roles."));
    }

    /** {@link #createMissing(String, Map)} of a ledger without anchors. */
    void createMissing(String origin) {
        createMissing(origin, Map.of());
    }

    /**
     * Makes the files that do not exist: passphrase, keys, and a trust root that lists them. A trust root that exists is
     * never changed.
     *
     * @param properties the ledger's configuration; a {@link LocalAnchorLog} in it gets a key and is listed as well
     * @throws CommandException if a file cannot be made or read, keys are missing beside an existing trust root, or there is none
     *     and a key it would list or be signed with is not in a file
     */
    void createMissing(String origin, Map<String, String> properties) {
        try {
            if (Files.exists(trustRoot)) {
                requireKeys();
                var unused = LocalAnchorLog.createMissing(properties, origin, passphrase);
                return;
            }
            Path rootFile = requireNamed();
            createPassphrase();
            TrustAnchors anchors =
                    LocalAnchorLog.createMissing(properties, origin, passphrase).orElse(TrustAnchors.NONE);
            char[] secret = KeyFile.readPassphrase(passphrase);
            TrustRootBuilder builder = new TrustRootBuilder(
                            origin, Instant.now(), Instant.now().plus(VALIDITY))
                    .requireForCheckpoints(List.of(Set.of(KeyAlgorithm.ECDSA_P256)))
                    .anchors(anchors);
            for (Path file : signing) {
                builder.checkpointKey(key(file, algorithm(file), secret));
            }
            for (Path file : bundle) {
                builder.bundleKey(key(file, KeyAlgorithm.ECDSA_P256, secret));
            }
            key(rootFile, KeyAlgorithm.ECDSA_P256, secret);
            try (SigningKey rootKey = KeyFile.read(rootFile, secret)) {
                WholeFile.write(trustRoot, builder.sign(rootKey).encode());
            }
            Arrays.fill(secret, '\0');
        } catch (KeyException | TrustException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "cannot set up the ledger's keys: " + e.getMessage(),
                    remedy(e).orElse("Keys must be files of mode 0600 in directories only their owner can write to."),
                    e);
        }
    }

    private static Optional<String> remedy(Exception e) {
        return e instanceof KeyException key ? key.remedy() : Optional.empty();
    }

    /** A first trust root is made here only of keys that are here. @return the root key's file */
    private Path requireNamed() {
        if (signing.isEmpty() || root.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "there is no " + trustRoot + ", and the configuration has no "
                            + (signing.isEmpty() ? SIGNING_KEY_FILES : ROOT_KEY_FILE) + " to make it of",
                    "Make it of public keys with 'tally trust-root init', have it signed, and put it there.");
        }
        return root.get();
    }

    private static KeyAlgorithm algorithm(Path file) {
        String name = file.getFileName().toString();
        if (name.contains("ed25519")) {
            return KeyAlgorithm.ED25519;
        }
        return name.contains("ml-dsa-44") ? KeyAlgorithm.ML_DSA_44 : KeyAlgorithm.ECDSA_P256;
    }

    /** Lower-case hex; what an auditor pins. */
    String fingerprint() {
        try {
            return TrustRoot.parse(Files.readAllBytes(trustRoot)).fingerprint().toString();
        } catch (IOException | TrustException e) {
            throw new CommandException(
                    ExitCode.USAGE, "cannot read " + trustRoot + ": " + e.getMessage(), "Restore it from a copy.", e);
        }
    }

    private void requireKeys() {
        List<Path> needed = new ArrayList<>(signing);
        needed.addAll(bundle);
        needed.add(passphrase);
        for (Path file : needed) {
            if (!Files.exists(file)) {
                throw new CommandException(
                        ExitCode.USAGE,
                        file + " is missing, but " + trustRoot + " exists",
                        "Restore the key from its backup; a new key needs a new trust root.");
            }
        }
    }

    /** The public key of a file that is made first if it does not exist. */
    private static byte[] key(Path file, KeyAlgorithm algorithm, char[] secret) throws KeyException {
        if (!Files.exists(file)) {
            try (SigningKey fresh = KeyFile.generate(algorithm, new SecureRandom())) {
                KeyFile.write(file, fresh, secret);
                return fresh.spki();
            }
        }
        try (SigningKey existing = KeyFile.read(file, secret)) {
            return existing.spki();
        }
    }

    private void createPassphrase() throws KeyException {
        if (Files.exists(passphrase)) {
            return;
        }
        byte[] random = new byte[PASSPHRASE_BYTES];
        new SecureRandom().nextBytes(random);
        SecretFile.write(passphrase, (HexFormat.of().formatHex(random) + "\n").getBytes(UTF_8));
    }
}

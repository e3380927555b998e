// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.anchor.AnchorConfig;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.Pkcs11Token;
import io.tallystick.trust.PublicKey;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustRole;
import io.tallystick.verify.ExitCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The checkpoint keys in a PKCS#11 token, as {@code ledger.signing.pkcs11.keys} names them.
 *
 * @param configuration of SunPKCS11
 * @param pinFile with the PIN of the token's user
 * @param labels in its order: in a rotation the old one before the new one
 */
record TokenRing(Path configuration, Path pinFile, List<String> labels) implements KeySetting {
    TokenRing {
        labels = List.copyOf(labels);
    }

    /** @throws CommandException if the configuration names no token */
    static TokenRing of(Map<String, String> properties) {
        List<String> needed =
                List.of(AnchorConfig.PKCS11_CONFIG, AnchorConfig.PKCS11_PIN_FILE, AnchorConfig.PKCS11_KEYS);
        for (String setting : needed) {
            if (!properties.containsKey(setting)) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "the configuration has no " + setting + ", so no key of a token can be named",
                        "Add " + String.join(", ", needed)
                                + "; the last may be empty until its first key is rotated in.");
            }
        }
        return new TokenRing(
                Path.of(properties.get(AnchorConfig.PKCS11_CONFIG)),
                Path.of(properties.get(AnchorConfig.PKCS11_PIN_FILE)),
                labels(properties));
    }

    /** The labels a configuration names; empty without a token. */
    static List<String> labels(Map<String, String> properties) {
        return Arrays.stream(
                        properties.getOrDefault(AnchorConfig.PKCS11_KEYS, "").split(","))
                .map(String::strip)
                .filter(label -> !label.isEmpty())
                .toList();
    }

    @Override
    public TrustRole role() {
        return TrustRole.CHECKPOINT;
    }

    @Override
    public String setting() {
        return AnchorConfig.PKCS11_KEYS;
    }

    @Override
    public String value() {
        return String.join(",", labels);
    }

    /** As it is. @throws CommandException if the setting does not name the label */
    TokenRing having(String label) {
        if (!labels.contains(label)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "token:" + label + " is not among the keys of " + setting(),
                    "Give one of " + labels + ".");
        }
        return this;
    }

    /** With a new label at the end; as it is if it is there. */
    TokenRing with(String fresh) {
        if (labels.contains(fresh)) {
            return this;
        }
        List<String> all = new ArrayList<>(labels);
        all.add(fresh);
        return new TokenRing(configuration, pinFile, all);
    }

    /**
     * @param others whether checkpoint keys are elsewhere as well
     * @throws CommandException if no other key would be left
     */
    TokenRing without(String gone, boolean others) {
        List<String> left = labels.stream().filter(label -> !label.equals(gone)).toList();
        if (left.isEmpty() && !others) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "token:" + gone + " is the only key of " + setting(),
                    "Begin with 'tally keys rotate', which adds the key that takes over.");
        }
        return new TokenRing(configuration, pinFile, left);
    }

    /** What is public of a key. @throws CommandException if the token cannot be used, or has it not */
    PublicKey publicKey(String label) {
        try (SigningKey key = open(configuration, pinFile, label)) {
            return PublicKey.of(key.spki());
        } catch (KeyException e) {
            throw unusable(e);
        }
    }

    /** Logs in and opens a key. @throws CommandException if the token cannot be used, or has it not */
    static SigningKey open(Path configuration, Path pinFile, String label) {
        try {
            return Pkcs11Token.open(configuration, pinFile).key(label);
        } catch (KeyException e) {
            throw unusable(e);
        }
    }

    private static CommandException unusable(KeyException fault) {
        return new CommandException(
                ExitCode.USAGE,
                fault.getMessage(),
                "Keys of a token are ecdsa-p256 with a certificate beside them, as 'keytool -genkeypair -storetype PKCS11' makes"
                        + " them.",
                fault);
    }
}

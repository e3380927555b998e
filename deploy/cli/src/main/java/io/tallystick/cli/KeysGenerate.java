// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import io.tallystick.verify.ExitCode;
import java.nio.file.Path;
import java.security.SecureRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally keys generate}. */
@Command(
        name = "generate",
        description = {
            "Make a key in a file that does not exist yet, and print what is public of it.",
            "Checkpoints need ecdsa-p256 and, for witnesses, ed25519; ml-dsa-44 may be added. Bundles need an"
                    + " ecdsa-p256 key",
            "of their own, and so does the trust root."
        })
final class KeysGenerate implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private OutputOption output;

    @Mixin
    private PassphraseOptions passphrase;

    @Option(
            names = "--algorithm",
            paramLabel = "ecdsa-p256|ed25519|ml-dsa-44",
            defaultValue = "ecdsa-p256",
            description = "The kind of key (default: ecdsa-p256).")
    private String algorithm;

    @Parameters(paramLabel = "FILE", description = "The key file to make; its directory only its owner can write to.")
    private Path file;

    @Override
    public void run() {
        KeyAlgorithm wanted = algorithm(algorithm);
        PublicKeyReport report = new PublicKeyReport(spec.commandLine().getOut(), output.json());
        byte[] spki = passphrase.use(secret -> {
            try (SigningKey key = KeyFile.generate(wanted, new SecureRandom())) {
                KeyFile.write(file, key, secret);
                return key.spki();
            }
        });
        report.print(file, wanted, spki);
    }

    static KeyAlgorithm algorithm(String name) {
        return KeyAlgorithm.ofWireName(name)
                .orElseThrow(() -> new CommandException(
                        ExitCode.USAGE, "there is no algorithm " + name, "It is ecdsa-p256, ed25519 or ml-dsa-44."));
    }
}

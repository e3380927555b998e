// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally keys show}. */
@Command(
        name = "show",
        description = {
            "Open key files and print what is public of them: algorithm, key id, public key.",
            "Says what is wrong with a file that a stage would refuse."
        })
final class KeysShow implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private OutputOption output;

    @Mixin
    private PassphraseOptions passphrase;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Key files with one passphrase.")
    private List<Path> files;

    @Override
    public void run() {
        PublicKeyReport report = new PublicKeyReport(spec.commandLine().getOut(), output.json());
        passphrase.use(secret -> {
            for (Path file : files) {
                try (SigningKey key = KeyFile.read(file, secret)) {
                    report.print(file, key.algorithm(), key.spki());
                }
            }
            return files;
        });
    }
}

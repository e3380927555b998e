// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tally keys}: the private keys of a ledger, and the signer's guard file. */
@Command(
        name = "keys",
        description = {
            "Make, look at and rotate the keys of a ledger.",
            "Private keys are encrypted PKCS#8 files of mode 0600; the passphrase comes from a file or a descriptor."
        },
        subcommands = {KeysGenerate.class, KeysShow.class, KeysRotate.class, KeysRetire.class, KeysGuard.class})
final class KeysCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "keys generate, show, rotate, retire or guard?");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.anchor.AnchorConfig;
import io.tallystick.anchor.SignerGuard;
import io.tallystick.json.JsonObject;
import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tally keys guard}. */
@Command(
        name = "guard",
        description = {
            "Make the signer's guard file that ledger.signer.guard.file names.",
            "It is a second guard against signing two histories, on a disk the brokers' administrators cannot write to.",
            "The signer never makes it itself: a file that is missing may be a disk that is not mounted.",
            "",
            "If the ledger has signed already and the file was lost: first compare the newest registry checkpoint in"
                    + " the",
            "topics with one that others hold (a bundle, a witness). Only if it is the same or grown, use --adopt."
        })
final class KeysGuard implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigFile config;

    @Mixin
    private OutputOption output;

    @Option(names = "--adopt", description = "Take what the topic ledger.signer says for true.")
    private boolean adopt;

    @Override
    public void run() {
        AnchorConfig anchor = new AnchorConfig(config.properties());
        try {
            int origins = SignerGuard.create(anchor, adopt ? SignerGuard.Past.ADOPT : SignerGuard.Past.REFUSE);
            if (origins > 0 && !adopt) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "the ledger has signed for " + origins + " origins already, so there should be a guard file",
                        "Restore its newest copy. If there is none: see 'tally keys guard --help' about --adopt.");
            }
            print(String.valueOf(anchor.originals().get(AnchorConfig.GUARD_FILE)), origins);
        } catch (FileAlreadyExistsException e) {
            throw new CommandException(
                    ExitCode.USAGE, "the guard file exists: " + e.getMessage(), "It stays as it is.", e);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "cannot make the guard file: " + e.getMessage(),
                    "Its directory must exist and be writable for the signer.",
                    e);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitCode.USAGE, e.getMessage(), "Name the file that is to be made in the configuration.", e);
        }
        spec.commandLine().getOut().flush();
    }

    private void print(String file, int origins) {
        spec.commandLine()
                .getOut()
                .println(
                        output.json()
                                ? OutputOption.text(JsonObject.builder()
                                        .put("file", file)
                                        .put("origins", (long) origins)
                                        .build())
                                : "guard file " + file + " made, with " + origins
                                        + " origins; keep copies of it, the newest counts");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

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
            "Open keys and print what is public of them: algorithm, key id, public key.",
            "Says what is wrong with a key that a stage would refuse."
        })
final class KeysShow implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private OutputOption output;

    @Mixin
    private KeyAccessOptions access;

    @Parameters(
            paramLabel = KeyPlace.LABEL,
            arity = "1..*",
            description = "Key files with one passphrase, or keys of one token.")
    private List<String> places;

    @Override
    public void run() {
        PublicKeyReport report = new PublicKeyReport(spec.commandLine().getOut(), output.json());
        access.forEach(
                places.stream().map(KeyPlace::new).toList(),
                (place, key) -> report.print(place, key.algorithm(), key.spki()));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.json.JsonObject;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.OperatorRecords;
import io.tallystick.trust.TrustRoot;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally trust-root install}. */
@Command(
        name = "install",
        description = {
            "Put a signed version in force that 'tally trust-root update' made.",
            "It takes the place of the file that ledger.trust.root.file names, the version before stays beside it as",
            "trust-root-<version>.json, and operator/0 is told of it and of each key that is new, or is now retired,",
            "compromised or revoked. May be repeated, whatever failed.",
            "",
            "A key is not retired while windows up to its end wait to be signed with it (bundles: exported, by the exporter that"
                    + " this",
            "configuration names); --despite-backlog is for windows that will never be.",
            "",
            "Nor are signatures required that windows already signed lack: a demand begins with the first key of its algorithm,"
                    + " so that",
            "key must lie ahead, or have signed every window since.",
            "",
            "Nor is an authority or a log ended before receipts that are stored, or given another key or root certificate under its id:"
                    + " evidence",
            "that has them would fail. --despite-receipts is for a party in foreign hands.",
            "",
            "Versions that 'tally keys rotate' or 'keys retire' made are put in force by those, with --signed."
        })
final class TrustRootInstall implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigFile config;

    @Mixin
    private OrderOptions order;

    @Mixin
    private OutputOption output;

    @Parameters(paramLabel = "FILE", description = "The signed version that follows the one in force.")
    private Path file;

    @Option(names = "--despite-backlog", description = "Retire a key although windows wait for it.")
    private boolean despiteBacklog;

    @Option(
            names = "--despite-receipts",
            description =
                    "Let an anchor count less than before although receipts of it are stored that then make evidence fail.")
    private boolean despiteReceipts;

    @Override
    public void run() {
        LedgerSettings settings = config.settings();
        TrustRoot root = new TrustRootInstallation(
                        settings,
                        LedgerKeys.trustRoot(config.properties()),
                        new OperatorRecords(settings),
                        order.order(),
                        KeyBacklog.of(config.properties()),
                        SignedWindows.of(config.properties()),
                        ConfirmedReceipts.of(config.properties()),
                        new TrustRootInstallation.Despite(despiteBacklog, despiteReceipts))
                .carryOut(file, Instant.now());
        PrintWriter out = spec.commandLine().getOut();
        boolean dryRun = order.order().dryRun();
        if (output.json()) {
            out.println(OutputOption.text(JsonObject.builder()
                    .put("dryRun", dryRun)
                    .put("fingerprint", root.fingerprint().toString())
                    .put("inForce", !dryRun)
                    .put("version", root.version())
                    .build()));
        } else {
            out.println("trust root version " + root.version() + (dryRun ? " would be in force" : " in force")
                    + ", fingerprint " + root.fingerprint());
            out.println(
                    "  give auditors the file and, by another way, the fingerprint; restart 'tally run anchor' and 'tally"
                            + " run export'");
        }
        out.flush();
    }
}

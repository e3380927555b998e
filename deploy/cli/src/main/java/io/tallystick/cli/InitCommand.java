// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.json.JsonObject;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tally init}: sets up a ledger on a cluster that exists. */
@Command(
        name = "init",
        description = {
            "Set up a ledger on a cluster: topics, schemas, the first record of each partition, group offsets.",
            "Keys and a trust root are made too where the configuration names files that do not exist yet.",
            "May be repeated: what is there already stays as it is."
        })
final class InitCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigFile config;

    @Mixin
    private OutputOption output;

    @Option(names = "--replication", defaultValue = "3", description = "Replicas of each topic (default: 3).")
    private int replication;

    @Override
    public void run() {
        LedgerSettings settings = config.settings();
        LedgerKeys keys = LedgerKeys.of(config.properties());
        keys.createMissing(settings.origin());
        try (LedgerAdmin admin = new LedgerAdmin(settings)) {
            admin.init(replication);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.UNREACHABLE,
                    "the schema registry at " + settings.schemaRegistryUrl() + " does not answer: " + e.getMessage(),
                    "Start it, or correct " + LedgerSettings.SCHEMA_REGISTRY_URL + ", then run init again.",
                    e);
        }
        print(settings, keys);
    }

    private void print(LedgerSettings settings, LedgerKeys keys) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.json()) {
            out.println(OutputOption.text(JsonObject.builder()
                    .put("fingerprint", keys.fingerprint())
                    .put("origin", settings.origin())
                    .put("partitions", (long) settings.partitions())
                    .put("trustRoot", keys.trustRoot().toString())
                    .build()));
        } else {
            out.println("ledger " + settings.origin() + " is set up with " + settings.partitions() + " partitions");
            out.println("  trust root   " + keys.trustRoot() + " (fingerprint " + keys.fingerprint() + ")");
            out.println("  give auditors the file and, by another way, the fingerprint");
        }
        out.flush();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.export.ExportConfig;
import io.tallystick.export.StoreProbe;
import io.tallystick.export.store.ProbeResult;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonValue;
import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tally doctor}: does what the ledger relies on do what it says? */
@Command(
        name = "doctor",
        description = "Check what the ledger relies on.",
        subcommands = {DoctorCommand.Store.class, DoctorTopics.class})
final class DoctorCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "Check what? 'tally doctor store' for the store, 'tally doctor topics' for the cluster's topics.");
    }

    /** {@code tally doctor store}: the WORM probe. */
    @Command(
            name = "store",
            description = {
                "Does the evidence store keep its locks? Several stores accept locks and delete all the same.",
                "Stores a canary under a short lock and tries to delete it, to shorten the lock and to write over it.",
                "Run it with an administrator's credentials, not the exporter's: they must be allowed",
                "to delete versions (S3: s3:DeleteObject, s3:DeleteObjectVersion; on Azure the role",
                "Storage Blob Data Owner). Else a refusal says nothing of the lock, and the probe ends",
                "with exit code 3.",
                "The canary, probe/<random>, stays until its lock ends.",
                "Exit codes: 0 evidence is safe there, 1 it is not, 2 the configuration asks for no lock,",
                "            3 deletion was not tested, 5 the store cannot be reached"
            })
    static final class Store implements Callable<Integer> {
        @Mixin
        private ConfigFile config;

        @Mixin
        private OutputOption output;

        @Option(
                names = "--lock",
                paramLabel = "SECONDS",
                defaultValue = "60",
                description = "How long the canary is locked: 10 to 86400 seconds (default: ${DEFAULT-VALUE}).")
        private long lockSeconds;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            if (lockSeconds < 10 || lockSeconds > Duration.ofDays(1).toSeconds()) {
                throw new CommandLine.ParameterException(spec.commandLine(), "--lock must be 10 to 86400 seconds");
            }
            Map<String, String> properties = config.properties();
            ExportConfig export = new ExportConfig(properties);
            if (!StoreProbe.isApplicable(export)) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "the store " + StoreProbe.describe(export) + " is used without locks: evidence in it can be"
                                + " deleted by whoever may write there",
                        "Set ledger.export.store and ledger.export.lock.mode, or protect the directory otherwise.");
            }
            List<ProbeResult> results = probe(export);
            ProbeResult.Verdict overall = ProbeResult.overall(results);
            print(export, results, overall);
            return exitCode(overall);
        }

        static int exitCode(ProbeResult.Verdict overall) {
            return switch (overall) {
                case FAIL -> ExitCode.FAILED;
                case OPEN -> ExitCode.INCOMPLETE;
                case PASS, NOTE -> ExitCode.VALID;
            };
        }

        private static String conclusion(ProbeResult.Verdict overall) {
            return switch (overall) {
                case FAIL -> "FAIL: evidence in this store can be removed or changed. Do not rely on its locks.";
                case OPEN ->
                    "OPEN: not known whether what is locked in this store stays. Repeat it as the open check says.";
                case PASS, NOTE -> "PASS: what is locked in this store stays.";
            };
        }

        private List<ProbeResult> probe(ExportConfig export) {
            try {
                return StoreProbe.run(export, Duration.ofSeconds(lockSeconds));
            } catch (IOException e) {
                throw new CommandException(
                        ExitCode.UNREACHABLE,
                        "cannot probe " + StoreProbe.describe(export) + ": " + e.getMessage(),
                        "Is the endpoint right, and are there credentials in the environment?",
                        e);
            }
        }

        private void print(ExportConfig export, List<ProbeResult> results, ProbeResult.Verdict overall) {
            PrintWriter out = spec.commandLine().getOut();
            if (output.json()) {
                out.println(OutputOption.text(JsonObject.builder()
                        .put("store", StoreProbe.describe(export))
                        .put("verdict", word(overall))
                        .put(
                                "checks",
                                new JsonArray(results.stream()
                                        .<JsonValue>map(result -> JsonObject.builder()
                                                .put("check", result.check())
                                                .put("detail", result.detail())
                                                .put("verdict", word(result.verdict()))
                                                .build())
                                        .toList()))
                        .build()));
                return;
            }
            out.println("store " + StoreProbe.describe(export));
            results.forEach(
                    result -> out.printf("  %-4s  %s: %s%n", word(result.verdict()), result.check(), result.detail()));
            out.println(conclusion(overall));
        }

        private static String word(ProbeResult.Verdict verdict) {
            return verdict.name().toLowerCase(Locale.ROOT);
        }
    }
}

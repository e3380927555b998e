// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonValue;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.TopicFault;
import io.tallystick.verify.ExitCode;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tally doctor topics}: are the topics what the ledger rests on? */
@Command(
        name = "topics",
        description = {
            "Are the topics of the ledger and its tenants what the ledger rests on?",
            "Compares partitions, clean-up, retention, time-stamps, sizes, and what keeps an acknowledged record,",
            "with what 'tally init' and 'tally tenant create' set. What is stricter is well. Changes nothing: each",
            "difference comes with the command that mends it.",
            "Every stage refuses to start on what is wrong with the ledger's own topics.",
            "Exit codes: 0 all is well, 1 something is not, 5 the brokers cannot be reached, or forbid to look"
        })
final class DoctorTopics implements Callable<Integer> {
    @Mixin
    private ConfigFile config;

    @Mixin
    private OutputOption output;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        LedgerSettings settings = config.settings();
        try (LedgerAdmin admin = new LedgerAdmin(settings)) {
            List<TopicFault> faults = admin.faults();
            PrintWriter out = spec.commandLine().getOut();
            if (output.json()) {
                out.println(OutputOption.text(json(settings, faults)));
            } else {
                print(out, settings, faults);
            }
            out.flush();
            return faults.isEmpty() ? ExitCode.VALID : ExitCode.FAILED;
        }
    }

    private static void print(PrintWriter out, LedgerSettings settings, List<TopicFault> faults) {
        out.println("topics of " + settings.origin() + " on " + settings.bootstrapServers());
        for (TopicFault fault : faults) {
            out.println("  fail  " + fault.sentence());
            out.println("        " + fault.remedy());
        }
        out.println(
                faults.isEmpty()
                        ? "PASS: the topics are what the ledger rests on."
                        : "FAIL: mend each, then try again. Stages that run go on until they are started again.");
    }

    private static JsonObject json(LedgerSettings settings, List<TopicFault> faults) {
        return JsonObject.builder()
                .put(
                        "faults",
                        new JsonArray(faults.stream()
                                .<JsonValue>map(fault -> JsonObject.builder()
                                        .put("expected", fault.expected())
                                        .put("found", fault.found())
                                        .put("remedy", fault.remedy())
                                        .put("setting", fault.setting())
                                        .put("topic", fault.topic())
                                        .build())
                                .toList()))
                .put("origin", settings.origin())
                .put("verdict", faults.isEmpty() ? "pass" : "fail")
                .build();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonValue;
import io.tallystick.verify.ExitCode;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tally windows}. */
@Command(
        name = "windows",
        description = {
            "List the last windows, oldest first, and what each waits for. Reads the ends of the ledger's topics and"
                    + " changes nothing.",
            "",
            "  state         open: a partition's clock has not reached its end; closed; registered: in the registry,"
                    + " unsigned; sealed",
            "  signed        a signed registry checkpoint covers it",
            "  cosigned      by how many of the witnesses, of those in ledger.anchors",
            "  time-stamped  by how many of the time-stamping authorities",
            "  logged        by how many of the logs (rekor, log)",
            "  exported      every tenant's bundle is in the store, complete with its 'checkpoint' object",
            "  waits for     partitions, registry, signer; then anchors that have not answered, and the export",
            "",
            "An anchor that confirmed a later window covers the earlier ones. One that refused is waited for no more. One that is"
                    + " stopped",
            "has seen another history of this ledger: nothing is submitted to it until 'tally run anchor' is restarted; what it"
                    + " said",
            "stands below the windows. A configuration without ledger.anchors waits for those that ever answered. --output json"
                    + " says the",
            "same, anchor by anchor."
        })
final class WindowsCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigFile config;

    @Mixin
    private OutputOption output;

    @Option(names = "--last", paramLabel = "N", defaultValue = "12", description = "How many windows (default: 12).")
    private int count;

    @Option(
            names = "--records",
            paramLabel = "N",
            defaultValue = "" + LedgerWindows.RECORDS,
            description = {
                "Most records to read of each topic (default: 20000). With very many chains a window's records may lie"
                        + " further",
                "back; then it is shown as far as the later ones tell."
            })
    private long records;

    @Override
    public void run() {
        if (count < 1 || records < 1) {
            throw new CommandException(
                    ExitCode.USAGE, "--last and --records are at least 1", "Leave them out for the defaults.");
        }
        print(LedgerWindows.read(config.properties(), records));
    }

    private void print(WindowTable table) {
        List<WindowRow> rows = table.rows(count);
        PrintWriter out = spec.commandLine().getOut();
        if (output.json()) {
            out.println(OutputOption.text(
                    new JsonArray(rows.stream().<JsonValue>map(WindowRow::json).toList())));
        } else if (rows.isEmpty()) {
            out.println("no window has closed yet");
        } else {
            out.println(WindowRow.header());
            rows.forEach(row -> out.println(row.text()));
            table.stops().forEach((id, stop) -> out.println(stop.text(id)));
        }
        out.flush();
    }
}

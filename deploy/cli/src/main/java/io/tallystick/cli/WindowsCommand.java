// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonValue;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.Topics;
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
            "List the last windows, oldest first: open, closed, registered or sealed; by how many outside parties"
                    + " anchored;",
            "exported or not; and what each waits for. Reads the ends of the ledger's topics and changes nothing."
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
            defaultValue = "20000",
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
                    ExitCodes.USAGE, "--last and --records are at least 1", "Leave them out for the defaults.");
        }
        LedgerSettings settings = config.settings();
        WindowTable table = new WindowTable(settings.origin(), settings.partitions(), settings.windowSize());
        Topics topics = settings.topics();
        try (TopicTail tail = new TopicTail(settings, records)) {
            for (String topic : List.of(
                    topics.heads(), topics.registry(), topics.checkpoints(), topics.attestations(), topics.exports())) {
                tail.read(topic, table::add);
            }
        }
        print(table.rows(count));
    }

    private void print(List<WindowRow> rows) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.json()) {
            out.println(OutputOption.text(
                    new JsonArray(rows.stream().<JsonValue>map(WindowRow::json).toList())));
        } else if (rows.isEmpty()) {
            out.println("no window has closed yet");
        } else {
            rows.forEach(row -> out.println(row.text()));
        }
        out.flush();
    }
}

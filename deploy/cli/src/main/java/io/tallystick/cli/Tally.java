// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.RefusedChangeException;
import io.tallystick.verify.ExitCode;
import io.tallystick.verify.PlainText;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The one entry point. */
@Command(
        name = "tally",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        scope = ScopeType.INHERIT,
        description = {
            "A tamper-evident ledger on Kafka: every event of every tenant in a gapless, hash-linked chain,",
            "sealed into one signed Merkle root per window, exported as evidence that verifies offline."
        },
        footerHeading = "%nStart here:%n",
        footer = {
            "  tally quickstart                  the whole ledger on sample data, in a minute and a half",
            "  tally up                          a ledger of your own on this machine",
            "  tally verify <bundles> --trust-root trust-root.json   check evidence",
            "",
            "Exit codes: 0 done or verified, 1 evidence failed, 2 usage, 3 intact but incomplete,",
            "            4 signer unknown, 5 broker or storage unreachable, 70 internal error"
        },
        subcommands = {
            QuickstartCommand.class,
            UpCommand.class,
            InitCommand.class,
            TenantCommand.class,
            ProduceCommand.class,
            RunCommand.class,
            WitnessCommand.class,
            VerifyCommand.class,
            KeysCommand.class,
            TrustRootCommand.class,
            WindowsCommand.class,
            ProveCommand.class,
            VerifyProofCommand.class,
            EvidenceCommand.class,
            ExportCommand.class,
            InspectCommand.class,
            DoctorCommand.class,
            RecoverCommand.class
        })
public final class Tally implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "On an error, print the stack trace too.")
    private boolean debug;

    private Tally() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        int exitCode = ExitCode.INTERNAL;
        try {
            exitCode = run(new PrintWriter(System.out, true, UTF_8), new PrintWriter(System.err, true, UTF_8), args);
        } catch (OutOfMemoryError e) {
            System.err.println("tally: out of memory. Give it more: TALLY_HEAP=4g deploy/tally ...");
        } finally {
            System.exit(exitCode);
        }
    }

    /** Runs one command; the exit code is one of DESIGN.md section 9. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        return commandLine().setOut(out).setErr(err).execute(args);
    }

    static CommandLine commandLine() {
        Tally tally = new Tally();
        return new CommandLine(tally)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(tally::explain);
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which command? See the list below.");
    }

    private int explain(Exception fault, CommandLine command, ParseResult parsed) {
        Explained explained = Explained.of(fault, configuration(command));
        PrintWriter err = command.getErr();
        err.println(PlainText.line("tally: " + explained.what()));
        err.println(PlainText.line("  " + explained.remedy()));
        if (debug) {
            StringWriter trace = new StringWriter();
            fault.printStackTrace(new PrintWriter(trace));
            err.print(PlainText.lines(trace.toString()));
        }
        err.flush();
        return explained.exitCode();
    }

    /** What the user is to correct where a setting is wrong: the file that the command took its settings from. */
    private static String configuration(CommandLine command) {
        OptionSpec config = command.getCommandSpec().findOption("--config");
        OptionSpec data = command.getCommandSpec().findOption("--data");
        if (config != null && config.getValue() instanceof Path file) {
            return "the configuration file " + file;
        }
        if (data != null && data.getValue() instanceof Path directory) {
            return "the configuration file " + new LedgerHome(directory).config();
        }
        return "the configuration file";
    }

    /** What is said of a fault. Names in it may come from evidence or a store, and are printed as plain text alone. */
    private record Explained(int exitCode, String what, String remedy) {
        static Explained of(Exception fault, String configuration) {
            String message = fault.getMessage();
            if (fault instanceof CommandException known) {
                return new Explained(known.exitCode(), message, known.remedy());
            }
            if (fault instanceof RefusedChangeException refused) {
                return new Explained(ExitCode.USAGE, message, refused.remedy());
            }
            if (fault instanceof ConfigException) {
                return new Explained(ExitCode.USAGE, message, "Correct " + configuration + " and try again.");
            }
            if (fault instanceof LedgerIntegrityException) {
                return new Explained(
                        ExitCode.INTERNAL,
                        message,
                        "Nothing was started. 'tally doctor topics' compares the cluster with what the ledger rests on;"
                                + " what a stage refuses stands in its README.");
            }
            if (fault instanceof KafkaException) {
                return new Explained(
                        ExitCode.UNREACHABLE,
                        "the broker did not do what was asked: " + message,
                        "Is the ledger running, and does the configuration name its brokers?");
            }
            return new Explained(
                    ExitCode.INTERNAL,
                    "internal error: " + fault,
                    "This is a fault of the program; run again with --debug and report what it prints.");
        }
    }
}

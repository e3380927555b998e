// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.RefusedChangeException;
import io.tallystick.verify.ExitCode;
import java.io.PrintWriter;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
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
        PrintWriter err = command.getErr();
        int exitCode = ExitCode.INTERNAL;
        if (fault instanceof CommandException known) {
            exitCode = known.exitCode();
            err.println("tally: " + known.getMessage());
            err.println("  " + known.remedy());
        } else if (fault instanceof RefusedChangeException refused) {
            exitCode = ExitCode.USAGE;
            err.println("tally: " + refused.getMessage());
            err.println("  " + refused.remedy());
        } else if (fault instanceof ConfigException) {
            exitCode = ExitCode.USAGE;
            err.println("tally: " + fault.getMessage());
            err.println("  Correct the configuration file and try again.");
        } else if (fault instanceof LedgerIntegrityException) {
            err.println("tally: " + fault.getMessage());
            err.println(
                    "  Nothing was started. 'tally doctor topics' compares the cluster with what the ledger rests on; what a"
                            + " stage refuses stands in its README.");
        } else if (fault instanceof KafkaException) {
            exitCode = ExitCode.UNREACHABLE;
            err.println("tally: the broker did not do what was asked: " + fault.getMessage());
            err.println("  Is the ledger running, and does the configuration name its brokers?");
        } else {
            err.println("tally: internal error: " + fault);
            err.println("  This is a fault of the program; run again with --debug and report what it prints.");
        }
        if (debug) {
            fault.printStackTrace(err);
        }
        err.flush();
        return exitCode;
    }
}

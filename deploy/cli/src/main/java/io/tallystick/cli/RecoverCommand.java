// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.avro.ChainHalt;
import io.tallystick.chain.ChainConfig;
import io.tallystick.chain.ChainRecovery;
import io.tallystick.chain.recover.RecoveryRefusedException;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonValue;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRoot;
import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally recover}: what an operator does when the ledger has stopped rather than guess. */
@Command(
        name = "recover",
        description = {
            "Bring the ledger back after it refused to start, or let a halted chain go on.",
            "Nothing here deletes or changes an entry. What is refused says what was found, where, and what to do."
        },
        subcommands = {RecoverCommand.Chain.class, RecoverCommand.Halt.class})
final class RecoverCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "recover chain or recover halt?");
    }

    /** {@code tally recover chain}. */
    @Command(
            name = "chain",
            description = {
                "Rebuild the chain stage's state from ledger.entries. Do this when its head guard has refused: state lost, "
                        + "old, from another ledger, or too far behind; or when its group has lost its place in ledger.ingest.",
                "",
                "First every entry is read and every chain's tree recomputed. Then the last signed registry checkpoint is "
                        + "verified with the trust root, and the topic must hold each chain head it commits to, and what the "
                        + "newest signed checkpoint of each chain covers. If anything is missing or differs, nothing is written "
                        + "and the exit code is 1.",
                "",
                "Then the topic is compared with what nobody signed: the stage's changelog and the heads of the trees. Entries they "
                        + "know of and the topic lacks are lost; they are named, and nothing is written without --accept-loss.",
                "",
                "Stop all instances of the chain stage first. The time follows from the length of the topic; --dry-run only looks."
            },
            footerHeading = "%nAfterwards:%n",
            footer = "  start the chain stage as usual; what was never signed is sent again by ingest")
    static final class Chain implements Runnable {
        @Spec
        private CommandSpec spec;

        @Mixin
        private ConfigFile config;

        @Mixin
        private OutputOption output;

        @Option(
                names = "--trust-root",
                paramLabel = "FILE",
                description = "Whose keys signed the registry (default: the file ledger.trust.root.file names).")
        private Path trustRoot;

        @Option(names = "--dry-run", description = "Compare everything, write nothing.")
        private boolean dryRun;

        @Option(
                names = "--without-registry",
                description = {
                    "Go on although no registry checkpoint exists, because no window was ever closed. Then at most checkpoints "
                            + "of chains vouch for the topic. Has no effect if there is one."
                })
        private boolean withoutRegistry;

        @Option(
                names = "--accept-loss",
                description = {
                    "Go on although the topic lacks entries that were written once and never signed: no replica and no backup has "
                            + "them. The records they stood for get other entries, if their sources still have them; a halted "
                            + "chain of which nothing is left begins again, not halted."
                })
        private boolean acceptLoss;

        @Option(
                names = "--wait",
                paramLabel = "SECONDS",
                defaultValue = "60",
                description = "How long to wait for the sessions of stopped instances to end (default: 60).")
        private long waitSeconds;

        @Override
        public void run() {
            Map<String, String> properties = config.properties();
            Optional<TrustRoot> root = trustRoot(properties);
            ChainRecovery recovery = recovery(properties, spec.commandLine().getErr());
            ChainRecovery.Report report = explained(() -> recovery.rebuild(new ChainRecovery.Options(
                    root, withoutRegistry, acceptLoss, dryRun, Duration.ofSeconds(waitSeconds))));
            PrintWriter out = spec.commandLine().getOut();
            out.println(output.json() ? OutputOption.text(json(report)) : text(report));
            out.flush();
        }

        private Optional<TrustRoot> trustRoot(Map<String, String> properties) {
            Optional<Path> file = Optional.ofNullable(trustRoot)
                    .or(() -> Optional.ofNullable(properties.get(LedgerKeys.TRUST_ROOT_FILE))
                            .map(Path::of)
                            .filter(Files::exists));
            try {
                return file.isEmpty() ? Optional.empty() : Optional.of(TrustRoot.parse(Files.readAllBytes(file.get())));
            } catch (IOException e) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "cannot read " + file.get() + ": " + FileFault.why(e),
                        "Name the trust root.",
                        e);
            } catch (TrustException e) {
                throw new CommandException(
                        ExitCode.USAGE,
                        file.get() + " is no trust root: " + e.getMessage(),
                        "Use the trust root the auditors were given.",
                        e);
            }
        }

        private static String text(ChainRecovery.Report report) {
            List<String> lines = new ArrayList<>();
            lines.add(report.written() ? "chain state rebuilt" : "nothing written (dry run); the state can be rebuilt");
            lines.add("  read        " + report.records() + " records: " + report.entries() + " entries of "
                    + report.chains() + " chains");
            lines.add("  signed      "
                    + report.registry()
                            .map(registry ->
                                    "registry of size " + registry.head().size() + ", root "
                                            + registry.head().root() + ", sealed up to "
                                            + registry.window().end() + "; " + report.heads() + " chain heads agree")
                            .orElse("no registry yet: what no chain checkpoint covers only the topic vouches for"));
            lines.add("  checkpoints " + report.checkpoints() + " signed chain checkpoints agree");
            report.lost().forEach(lost -> lines.add("  lost        " + lost));
            lines.add("  halted      " + (report.halted().isEmpty() ? "none" : String.join(", ", report.halted())));
            report.unhalted().forEach(mark -> lines.add("  unhalted    nothing is left of " + Halt.describe(mark)));
            if (report.written()) {
                lines.add("  changelog   replaced, " + report.deleted() + " foreign keys deleted");
                lines.add("  offsets     " + report.offsetsSet() + " set");
                report.removed().ifPresent(removed -> lines.add("  removed     " + removed));
                lines.add("start the chain stage; remove the state directories of its instances on other machines");
            }
            return String.join(System.lineSeparator(), lines);
        }

        private static JsonObject json(ChainRecovery.Report report) {
            JsonObject.Builder json = JsonObject.builder()
                    .put("chains", report.chains())
                    .put("changelogKeysDeleted", report.deleted())
                    .put("checkpointsCompared", (long) report.checkpoints())
                    .put("entries", report.entries())
                    .put("halted", JsonArray.ofStrings(report.halted()))
                    .put("headsCompared", (long) report.heads())
                    .put("lost", lost(report))
                    .put("offsetsSet", (long) report.offsetsSet())
                    .put("records", report.records())
                    .put(
                            "unhalted",
                            new JsonArray(report.unhalted().stream()
                                    .<JsonValue>map(Halt::json)
                                    .toList()))
                    .put("written", report.written());
            report.registry()
                    .ifPresent(registry -> json.put(
                            "registry",
                            JsonObject.builder()
                                    .put("root", registry.head().root().toString())
                                    .put("sealedUpTo", registry.window().end().toString())
                                    .put("size", registry.head().size())
                                    .build()));
            report.removed().ifPresent(removed -> json.put("removed", removed.toString()));
            return json.build();
        }

        private static JsonArray lost(ChainRecovery.Report report) {
            List<JsonValue> all = new ArrayList<>();
            report.lost()
                    .forEach(lost -> all.add(JsonObject.builder()
                            .put("chain", lost.chain())
                            .put("firstSeq", lost.from())
                            .put("knownBy", lost.by())
                            .put("size", lost.size())
                            .build()));
            return new JsonArray(all);
        }
    }

    /** {@code tally recover halt}. */
    @Command(
            name = "halt",
            description = {
                "Let a halted chain go on; without CHAIN, list the halted ones.",
                "",
                "A chain is halted when its source contradicts itself: the topic lost records that the ledger has entries "
                        + "of (source-truncated), or a record came from an older leader (leader-epoch-regressed). Find out why first.",
                "",
                "The chain goes on at the source offset it needs next, and believes the source under its new leader epoch. "
                        + "Records the source now holds between the lost offset and that one are in no entry, ever. Your name and "
                        + "statement become a control entry of the chain, for auditors to read; it cannot be taken back."
            })
    static final class Halt implements Runnable {
        @Spec
        private CommandSpec spec;

        @Mixin
        private ConfigFile config;

        @Mixin
        private OutputOption output;

        @Parameters(arity = "0..1", paramLabel = "CHAIN", description = "The halted chain, for example acme/3.")
        private String chain;

        @Option(names = "--by", paramLabel = "NAME", description = "Who decides; at most 256 characters.")
        private String by;

        @Option(
                names = "--statement",
                paramLabel = "TEXT",
                description = "What was found and why the chain may go on; at most 4,096 characters.")
        private String statement;

        @Option(names = "--yes", description = "Do it. Without, only say what would be done.")
        private boolean confirmed;

        @Option(
                names = "--wait",
                paramLabel = "SECONDS",
                defaultValue = "60",
                description = "How long to wait for the control entry (default: 60).")
        private long waitSeconds;

        @Override
        public void run() {
            if (chain != null && (by == null || statement == null)) {
                throw new CommandLine.ParameterException(
                        spec.commandLine(), "--by NAME and --statement TEXT are needed: an auditor will read them");
            }
            ChainRecovery recovery =
                    recovery(config.properties(), spec.commandLine().getErr());
            PrintWriter out = spec.commandLine().getOut();
            if (chain == null) {
                print(out, explained(recovery::halts));
            } else {
                clear(out, recovery);
            }
            out.flush();
        }

        private void clear(PrintWriter out, ChainRecovery recovery) {
            if (!confirmed) {
                ChainHalt mark = explained(() -> recovery.halt(chain));
                throw new CommandException(ExitCode.USAGE, "would clear " + describe(mark), "Add --yes to do it.");
            }
            ChainHalt cleared =
                    explained(() -> recovery.clearHalt(chain, by, statement, Duration.ofSeconds(waitSeconds)));
            if (output.json()) {
                out.println(OutputOption.text(json(cleared)));
            } else {
                out.println("cleared " + describe(cleared));
                out.println("  the chain's entry " + cleared.getSize() + " says so");
            }
        }

        private void print(PrintWriter out, Collection<ChainHalt> halts) {
            if (output.json()) {
                List<JsonValue> all = new ArrayList<>();
                halts.forEach(halt -> all.add(json(halt)));
                out.println(OutputOption.text(new JsonArray(all)));
            } else if (halts.isEmpty()) {
                out.println("no chain is halted");
            } else {
                halts.forEach(halt -> out.println(describe(halt)));
            }
        }

        private static String describe(ChainHalt halt) {
            String text = halt.getChain() + ": " + halt.getReason() + " at source offset " + halt.getOffset()
                    + " under leader epoch " + halt.getLeaderEpoch() + ", since " + halt.getRecorded()
                    + "; needs offset "
                    + halt.getNext();
            return halt.getOffset() < halt.getNext()
                    ? text + ", what the source now holds in [" + halt.getOffset() + ", " + halt.getNext()
                            + ") stays without an entry"
                    : text;
        }

        private static JsonObject json(ChainHalt halt) {
            return JsonObject.builder()
                    .put("chain", halt.getChain())
                    .put("leaderEpoch", (long) halt.getLeaderEpoch())
                    .put("next", halt.getNext())
                    .put("offset", halt.getOffset())
                    .put("reason", halt.getReason())
                    .put("recorded", halt.getRecorded().toString())
                    .put("size", halt.getSize())
                    .build();
        }
    }

    private static ChainRecovery recovery(Map<String, String> properties, PrintWriter err) {
        return new ChainRecovery(new ChainConfig(properties), printing(err));
    }

    private static Consumer<ChainRecovery.Progress> printing(PrintWriter err) {
        return progress -> {
            String share = progress.total() > 0 ? " " + 100 * progress.done() / progress.total() + "%" : "";
            err.println(progress.step() + share);
            err.flush();
        };
    }

    /** Refusals as the command line tells them. */
    private static <T> T explained(Supplier<T> work) {
        try {
            return work.get();
        } catch (RecoveryRefusedException e) {
            int exitCode = e.kind() == RecoveryRefusedException.Kind.DISAGREES ? ExitCode.FAILED : ExitCode.USAGE;
            throw new CommandException(exitCode, e.getMessage(), e.remedy(), e);
        } catch (LedgerIntegrityException e) {
            throw new CommandException(
                    ExitCode.FAILED,
                    e.getMessage(),
                    "Nothing was written. Is this the configuration of the ledger?",
                    e);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, e.getMessage(), "Choose another value and try again.", e);
        }
    }
}

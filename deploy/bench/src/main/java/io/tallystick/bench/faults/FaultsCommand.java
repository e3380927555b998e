// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import io.tallystick.json.Jcs;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code faults}: the fault campaign. Exit code 0 if the ledger survived, 1 if not, 2 if the arguments are wrong. */
@Command(
        name = "faults",
        description = {
            "Hurts a ledger of several processes again and again, and checks that nothing is lost, duplicated, reordered"
                    + " or forked, and that it runs again each time.",
            "A failed campaign leaves its directory; it says where."
        })
public final class FaultsCommand implements Callable<Integer> {
    private static final String LOGBACK = "io/tallystick/bench/faults/logback.xml";

    @Spec
    private CommandSpec spec;

    @Option(names = "--seed", description = "Of the plan and the events; printed. Default: a random one.")
    private Optional<Long> seed;

    @Option(names = "--faults", defaultValue = "200", description = "How many. Default: ${DEFAULT-VALUE}.")
    private int faults;

    @Option(names = "--minutes", description = "No further fault begins after this time.")
    private Optional<Integer> minutes;

    @Option(
            names = "--at-least",
            paramLabel = "N",
            defaultValue = "1",
            description = "Fewer faults than these, when the time is up, and it has failed. Default: ${DEFAULT-VALUE}.")
    private int atLeast;

    @Option(
            names = "--within",
            paramLabel = "MINUTES",
            description = "All of it must be over by then, or it has failed. Default: no limit.")
    private Optional<Integer> within;

    @Option(names = "--brokers", defaultValue = "3", description = "1 or 3. Default: ${DEFAULT-VALUE}.")
    private int brokers;

    @Option(
            names = "--limit",
            defaultValue = "90",
            description = "Seconds within which the ledger must run again. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(names = "--rate", defaultValue = "250", description = "Records a second. Default: ${DEFAULT-VALUE}.")
    private int rate;

    @Option(names = "--kinds", split = ",", paramLabel = "KIND", description = "Only these, such as kill,network-cut.")
    private List<String> kinds = List.of();

    @Option(
            names = "--roles",
            split = ",",
            paramLabel = "ROLE",
            defaultValue = "broker,cluster,ingest,chain",
            description =
                    "Only to these: broker, cluster, ingest, chain, anchor. With anchor, merkle-anchor runs, too, with windows of"
                            + " 10 s, and what it signs is checked. Default: ${DEFAULT-VALUE}.")
    private List<String> roles = List.of();

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the result here, for a machine.")
    private Optional<Path> json;

    @Option(names = "--keep", description = "Keep the directory with topics, journals and logs.")
    private boolean keep;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (brokers != 1 && brokers != 3) {
            throw new ParameterException(spec.commandLine(), "--brokers must be 1 or 3");
        }
        if (faults < 1 || atLeast < 1 || limit < 1 || rate < 1 || within.orElse(1) < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--faults, --at-least, --limit, --rate and --within must be at least 1");
        }
        Campaign.Options options = new Campaign.Options(
                seed.orElseGet(() -> new Random().nextLong() >>> 32),
                faults,
                minutes.isPresent() ? Math.min(atLeast, faults) : faults,
                minutes.map(Duration::ofMinutes),
                within.map(Duration::ofMinutes),
                brokers,
                Duration.ofSeconds(limit),
                rate,
                kinds(),
                roles(),
                Files.createTempDirectory("tallystick-faults-"));
        // Before the first logger: clients talk much while brokers are away.
        System.setProperty("logback.configurationFile", LOGBACK);
        System.setProperty(
                "faults.log", options.directory().resolve("campaign.log").toString());
        return run(options, spec.commandLine().getOut());
    }

    private Set<FaultKind> kinds() {
        return kinds.isEmpty() ? EnumSet.allOf(FaultKind.class) : chosen(kinds, FaultKind::ofWord);
    }

    private Set<Role> roles() {
        return chosen(roles, Role::ofWord);
    }

    private <E> Set<E> chosen(List<String> words, Function<String, E> ofWord) {
        try {
            return words.stream().map(ofWord).collect(Collectors.toSet());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private int run(Campaign.Options options, PrintWriter out) throws IOException, InterruptedException {
        out.println("seed " + options.seed() + ", directory " + options.directory());
        out.flush();
        Campaign campaign = new Campaign(options, out);
        AtomicBoolean evidence = new AtomicBoolean(keep);
        // Also on Ctrl-C and SIGTERM.
        Thread tidyUp = new Thread(() -> tidyUp(campaign, options.directory(), evidence.get()), "tidy-up");
        Runtime.getRuntime().addShutdownHook(tidyUp);
        boolean passed = false;
        try {
            FaultReport report = campaign.run();
            passed = report.passed();
            report.print(out);
            if (json.isPresent()) {
                Files.write(json.get(), Jcs.encode(report.json()));
            }
        } finally {
            if (!passed) {
                evidence.set(true);
                out.println("what there is to see: " + options.directory());
                out.flush();
            }
        }
        return passed ? 0 : 1;
    }

    private static void tidyUp(Campaign campaign, Path directory, boolean keep) {
        campaign.close();
        if (!keep) {
            try {
                StateDisk.delete(directory);
            } catch (IOException e) {
                System.err.println("could not be deleted: " + directory + " (" + e + ")");
            }
        }
    }
}

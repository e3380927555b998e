// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import io.tallystick.bench.faults.check.Audit;
import io.tallystick.bench.faults.check.Checker;
import io.tallystick.chain.ChainConfig;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.topic.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets up the ledger, its load and its judge; goes through the plan; says how it ended. */
final class Campaign implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Campaign.class);
    private static final Duration START_MAX = Duration.ofMinutes(4);
    private static final Duration LAST_CHANCE = Duration.ofMinutes(3);
    private static final Duration SETTLE_MAX = Duration.ofMinutes(3);

    /**
     * @param seed of the plan and the events
     * @param faults how many
     * @param atLeast that must have been done when the time is up
     * @param atMost no further fault begins after this time
     * @param within all of it must be over by then
     * @param brokers 1 or 3
     * @param limit how long the ledger may take to run again
     * @param rate records a second
     * @param kinds what may happen
     * @param roles to what; with anchors, the ledger has some
     * @param directory for everything that is written
     */
    record Options(
            long seed,
            int faults,
            int atLeast,
            Optional<Duration> atMost,
            Optional<Duration> within,
            int brokers,
            Duration limit,
            int rate,
            Set<FaultKind> kinds,
            Set<Role> roles,
            Path directory) {
        boolean anchored() {
            return roles.contains(Role.ANCHOR);
        }
    }

    private final Options options;
    private final PrintWriter out;
    private final Fleet fleet;
    private final Faults faults;
    private final Patience patience;
    private final Topics topics = new Topics(Topics.DEFAULT_PREFIX);
    private final List<Episode> episodes = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private Load load;
    private Judge judge;
    private Probe probe;

    Campaign(Options options, PrintWriter out) {
        this.options = options;
        this.out = out;
        this.fleet = new Fleet(options.directory(), options.brokers(), options.anchored());
        this.faults = new Faults(fleet);
        this.patience = new Patience(options.within(), System::nanoTime);
    }

    /** Runs all of it. */
    FaultReport run() throws IOException, InterruptedException {
        setUp();
        Set<FaultKind> possible = possible();
        say(
                "ledger runs: %d broker(s), 2 ingest, 2 sequencers, %d anchors, %d records/s",
                options.brokers(), options.anchored() ? 2 : 0, options.rate());
        int number = 1;
        int done = 0;
        // A few more, for what cannot be done as planned.
        int planned = options.faults() + options.faults() / 10;
        for (FaultPlan.Step step :
                FaultPlan.of(options.seed(), planned, options.brokers(), possible, options.roles())) {
            if (done >= options.faults()
                    || !failures.isEmpty()
                    || patience.isOver()
                    || options.atMost()
                            .filter(max -> patience.elapsed().compareTo(max) > 0)
                            .isPresent()) {
                break;
            }
            TimeUnit.MILLISECONDS.sleep(step.before().toMillis());
            done += episode(number, step).done();
            number += step.faults().size();
        }
        if (done < options.atLeast() && failures.isEmpty()) {
            failures.add(done + " faults were done, at least " + options.atLeast() + " had to be; see campaign.log");
        }
        finish();
        if (patience.isOver()) {
            failures.add("not over within " + options.within().orElseThrow().toMinutes() + " minutes");
        }
        return report();
    }

    private FaultReport report() {
        Map<String, Integer> ownExits = new TreeMap<>();
        fleet.children().forEach(child -> ownExits.put(child.name(), child.ownExits()));
        return new FaultReport(
                options,
                List.copyOf(skipped),
                List.copyOf(episodes),
                judge.totals(),
                judge.findings(),
                ownExits,
                List.copyOf(failures),
                patience.elapsed());
    }

    private void setUp() throws IOException, InterruptedException {
        Path journals = Files.createDirectories(options.directory().resolve("journals"));
        fleet.startBrokers();
        LedgerSettings settings =
                LedgerSettings.of(new ChainConfig(merged(fleet.settings(), Map.of(ChainConfig.STATE_DIR, "none"))));
        initialise(settings);
        fleet.startStages();
        Map<String, Integer> sources = new TreeMap<>(Tenant.all());
        sources.put(Topics.OPERATOR, 1);
        judge = new Judge(new Checker(new Checker.Scope(
                fleet.bootstrapServers(),
                fleet.registryUrl(),
                topics.entries(),
                Fleet.LEDGER_PARTITIONS,
                options.anchored()
                        ? Optional.of(new Audit.Sealing(
                                topics.checkpoints(),
                                Fleet.ORIGIN,
                                settings.windowSize().toMillis()))
                        : Optional.empty(),
                topics.in("x").substring(0, topics.in("x").length() - 1),
                sources,
                Tenant.all().keySet(),
                journals)));
        judge.start();
        load = new Load(
                fleet.bootstrapServers(), topics, journals, () -> judge.totals().due());
        // Before the load, which would only pile up while the stages start.
        probe = new Probe(load, topics, judge, options.anchored());
        if (probe.round(patience.atMost(START_MAX), this::needsAHand).isEmpty()) {
            throw new IllegalStateException("the ledger did not start, see the logs in " + options.directory());
        }
        load.start(options.seed(), options.rate());
    }

    private static Map<String, String> merged(Map<String, String> one, Map<String, String> other) {
        Map<String, String> all = new TreeMap<>(one);
        all.putAll(other);
        return all;
    }

    /** Again and again while the cluster forms. */
    private void initialise(LedgerSettings settings) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.atMost(START_MAX).toNanos();
        while (true) {
            try (LedgerAdmin admin = new LedgerAdmin(settings)) {
                admin.init(fleet.replication());
                for (Tenant tenant : Tenant.values()) {
                    admin.createTenant(
                            tenant.id(),
                            tenant.partitions(),
                            fleet.replication(),
                            new TenantDescriptor.Retention("standard", 1),
                            tenant.isTransactional());
                }
                return;
            } catch (KafkaException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LOGGER.atInfo().addKeyValue("error", e.toString()).log("the cluster is not ready");
                TimeUnit.SECONDS.sleep(1);
            }
        }
    }

    private Set<FaultKind> possible() {
        Set<FaultKind> possible = EnumSet.copyOf(options.kinds());
        if (possible.contains(FaultKind.CLOCK_MOVED) && FakeClock.library().isEmpty()) {
            skip(possible, FaultKind.CLOCK_MOVED, "libfaketime is not installed (Debian: apt-get install faketime)");
        }
        if (possible.contains(FaultKind.DISK_FULL) && !fleet.hasDisks()) {
            skip(possible, FaultKind.DISK_FULL, "no tmpfs may be mounted here (needs root)");
        }
        if (possible.contains(FaultKind.LEADER_MOVED) && options.brokers() == 1) {
            skip(possible, FaultKind.LEADER_MOVED, "there is but one broker");
        }
        return possible;
    }

    private void skip(Set<FaultKind> possible, FaultKind kind, String why) {
        possible.remove(kind);
        skipped.add(kind.word() + ": " + why);
        say("SKIPPED %s: %s", kind.word(), why);
    }

    private Episode episode(int number, FaultPlan.Step step) throws InterruptedException {
        Duration at = patience.elapsed();
        List<String> undone = commit(step.faults());
        Duration lasted = patience.elapsed().minus(at);
        Optional<Duration> recovered = probe.round(patience.atMost(options.limit()), this::needsAHand);
        Episode episode = new Episode(number, at, step.faults(), lasted, recovered, undone);
        episodes.add(episode);
        say(
                "#%-3d %-44s %s%s",
                number,
                names(step.faults()),
                outcome(episode),
                undone.isEmpty() ? "" : "  (" + String.join("; ", undone) + ")");
        judgeNow(episode);
        return episode;
    }

    private static String outcome(Episode episode) {
        return episode.recovered()
                .map(recovered -> String.format(
                        Locale.ROOT,
                        "lasted %5.1f s, runs again after %5.1f s",
                        episode.lasted().toMillis() / 1e3,
                        recovered.toMillis() / 1e3))
                .orElse("DOES NOT RUN AGAIN");
    }

    private static String names(List<PlannedFault> faults) {
        return String.join(" + ", faults.stream().map(PlannedFault::toString).toList());
    }

    /** All at once; returns what could not be done, a sentence for each fault. */
    private List<String> commit(List<PlannedFault> together) throws InterruptedException {
        ConcurrentLinkedQueue<String> notes = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (PlannedFault fault : together) {
            Thread thread = new Thread(() -> commit(fault, notes), "fault-" + fault.target());
            thread.setDaemon(true);
            threads.add(thread);
            LOGGER.atInfo().addKeyValue("fault", fault).log("begins");
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        LOGGER.atInfo().addKeyValue("faults", together).log("over");
        return List.copyOf(notes);
    }

    private void commit(PlannedFault fault, ConcurrentLinkedQueue<String> notes) {
        try {
            faults.commit(fault);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | ExecutionException | TimeoutException | RuntimeException e) {
            LOGGER.atWarn().setCause(e).addKeyValue("fault", fault).log("not done as planned");
            notes.add(fault + " not done as planned: " + e);
        }
    }

    private void judgeNow(Episode episode) throws InterruptedException {
        for (Child child : fleet.children()) {
            if (child.needsAHand()) {
                failures.add(child.name() + " refuses to go on: see " + child.name() + ".log");
            }
        }
        if (episode.recovered().isEmpty()) {
            failures.add("#" + episode.number() + " " + names(episode.faults()) + ": not running "
                    + options.limit().toSeconds() + " s later, or when the time was up; covered " + probe.covered());
            Duration more = patience.atMost(LAST_CHANCE);
            Optional<Duration> late = probe.round(more, this::needsAHand);
            say(
                    "     %s",
                    late.map(took -> "runs after " + took.toSeconds() + " s more")
                            .orElse("still does not run after " + more.toSeconds() + " s more"));
        }
        judgeFindings();
    }

    private void judgeFindings() {
        if (!judge.findings().isEmpty() && failures.stream().noneMatch(failure -> failure.startsWith("checker"))) {
            failures.add("checker: " + judge.findings().first().get(0));
        }
        load.failures().forEach(failure -> failures.add("producer: " + failure));
    }

    private boolean needsAHand() {
        return fleet.children().stream().anyMatch(Child::needsAHand);
    }

    /** Ends the load, lets the ledger account for everything, and compares all of it. */
    private void finish() throws IOException, InterruptedException {
        load.stop();
        if (!settled()) {
            // Nothing of it is lost yet: it is not there in time.
            failures.add(judge.totals().due() + " committed records have no entry " + SETTLE_MAX.toSeconds()
                    + " s after the load, or when the time was up; covered " + probe.covered());
            judge.stop();
        } else if (!judge.finish(patience.atMost(SETTLE_MAX))) {
            failures.add("the topics could not be read to their ends");
        }
        judgeFindings();
    }

    /** Whether every committed record gets its entry; as long as some do, there is time. */
    private boolean settled() throws InterruptedException {
        for (long due = Long.MAX_VALUE; !needsAHand(); due = judge.totals().due()) {
            if (probe.round(patience.atMost(SETTLE_MAX), this::needsAHand).isPresent()) {
                return true;
            }
            if (judge.totals().due() >= due) {
                return false;
            }
        }
        return false;
    }

    private void say(String format, Object... arguments) {
        Duration at = patience.elapsed();
        out.println(String.format(
                Locale.ROOT,
                "%02d:%02d:%02d  %s",
                at.toHours(),
                at.toMinutesPart(),
                at.toSecondsPart(),
                String.format(Locale.ROOT, format, arguments)));
        out.flush();
    }

    /** Leaves no process and no mounted file system; may be called while {@link #run} runs. */
    @Override
    public void close() {
        fleet.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.bench.load.Gauge.Speed;
import io.tallystick.chain.ChainApplication;
import io.tallystick.topic.TenantPolicies;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sequencer}: the chain stage beside an exactly-once pass-through of the same records, turn by turn. */
@Command(
        name = "sequencer",
        description =
                "The sequencer beside an exactly-once Streams pass-through of the same records. Wanted: 0.9 of it.")
public final class SequencerCommand implements Callable<Integer> {
    /** Not the network threads of their clients, which are named after them. */
    private static final Pattern THREADS = Pattern.compile(".*StreamThread-\\d+");

    private static final double RATIO_WANTED = 0.9;

    /** Rounds before the first comparison: seen, both still double their speed in the third. */
    private static final int WARM_UP = 3;

    /** The duplicate window of the policies in force. */
    enum Window {
        ON,
        OFF;

        TenantPolicies policies() {
            return this == ON
                    ? TenantPolicies.DEFAULT
                    : new TenantPolicies(TenantPolicies.Duplicates.MARK, Duration.ZERO, 1);
        }
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private Report report;

    @Option(
            names = "--sizes",
            split = ",",
            defaultValue = "200,1024",
            description = "Payload sizes in bytes (default: ${DEFAULT-VALUE}).")
    private List<Integer> sizes;

    @Option(
            names = "--chains",
            split = ",",
            defaultValue = "16,1000",
            description = "Numbers of chains (default: ${DEFAULT-VALUE}).")
    private List<Integer> chains;

    @Option(
            names = "--window",
            split = ",",
            defaultValue = "ON,OFF",
            description = "Whether identities are remembered: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private List<Window> windows;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Another setting for both, such as streams.commit.interval.ms=100.")
    private Map<String, String> settings = new HashMap<>();

    @Option(
            names = "--rounds",
            description = "Measured rounds; more come first and are not counted, until the JVM has compiled what runs.")
    private int rounds;

    @Option(names = "--profile", description = "Also print where the stream threads spend their time.")
    private boolean profile;

    private boolean warm;

    private final Table table = new Table(
            "sequencer",
            "payload",
            "chains",
            "what",
            "records/s",
            "ratio",
            "thread us",
            "client us",
            "broker us",
            "thread ratio",
            "a commit");

    @Override
    public Integer call() throws IOException, InterruptedException {
        int measured = rounds > 0 ? rounds : report.size(5, 2);
        try (Rig rig = Rig.start()) {
            for (int size : sizes) {
                for (int number : chains) {
                    for (Window window : windows) {
                        compare(rig, size, number, window, measured);
                    }
                }
            }
        }
        table.note("medians of " + measured + " rounds, sequencer and pass-through in turns; 1 stream thread each");
        table.note("window: duplicate window of 24 hours and 100,000 identities a chain, or none");
        table.note("us: CPU microseconds a record, of the stream thread, of its whole JVM, of the broker's JVM");
        table.note("ratio: records/s of the sequencer / of the pass-through in the same round; wanted " + RATIO_WANTED);
        table.note("thread ratio: the same of the stream threads' CPU, which other work on the machine changes less");
        table.note(
                "a commit: records that shared a transaction; its cost is fixed, and the sequencer's has twice the partitions");
        table.note(Rig.NOTE);
        if (!settings.isEmpty()) {
            table.note("settings beside the defaults: " + settings);
        }
        report.add(table);
        return report.finish();
    }

    private void compare(Rig rig, int size, int number, Window window, int measured)
            throws IOException, InterruptedException {
        int records = report.size(size > 500 ? 120_000 : 240_000, size > 500 ? 60_000 : 100_000);
        List<Speed> baseline = new ArrayList<>();
        List<Speed> subject = new ArrayList<>();
        int first = warm ? 0 : -WARM_UP;
        warm = true;
        for (int round = first; round <= measured; round++) {
            Ledger ledger = rig.ledger(settings);
            fill(ledger, records, size, number, window);
            Speed[] speeds = new Speed[2];
            for (int turn = 0; turn < 2; turn++) {
                // Whoever comes second finds the pages warm: they take turns at that, too.
                boolean pass = Math.floorMod(turn + round, 2) == 0;
                speeds[pass ? 0 : 1] = pass ? passThrough(ledger, records, round) : sequencer(ledger, records, round);
            }
            report.progress(
                    "%4d B, %4d chains, window %s, round %d: pass-through %,.0f/s, sequencer %,.0f/s",
                    size, number, window, round, speeds[0].perSecond(), speeds[1].perSecond());
            if (round > 0) {
                baseline.add(speeds[0]);
                subject.add(speeds[1]);
            }
            ledger.drop();
        }
        row(size, number, "pass-through", baseline, baseline);
        String what = "sequencer, window " + window.name().toLowerCase(Locale.ROOT);
        row(size, number, what, subject, baseline);
        report.goals()
                .atLeast(
                        what + ", " + size + " B, " + number + " chains, ratio",
                        Speed.ratio(subject, baseline),
                        RATIO_WANTED);
    }

    private static void fill(Ledger ledger, int records, int size, int chains, Window window) {
        Payloads payloads = new Payloads();
        AdmittedFeed feed = new AdmittedFeed(ledger, chains);
        feed.begin(ledger, window.policies());
        Fill.with(ledger, records, number -> feed.next(payloads.sized(number, size)));
    }

    private Speed passThrough(Ledger ledger, int records, int round) throws InterruptedException {
        try (Admin admin = Clients.admin(ledger);
                PassThrough pass = PassThrough.ofIngest(ledger, admin)) {
            LongSupplier done =
                    Progress.committed(admin, pass.group(), ledger.topics().ingest());
            return watch(ledger, done, records, "pass-through", profile && round > 0);
        }
    }

    private Speed sequencer(Ledger ledger, int records, int round) throws InterruptedException {
        try (Admin admin = Clients.admin(ledger);
                ChainApplication sequencer = Stages.chain(ledger.chainProperties("0"))) {
            sequencer.start();
            LongSupplier done = Progress.committed(
                    admin,
                    ledger.chainConfig("0").applicationId(),
                    ledger.topics().ingest());
            return watch(ledger, done, records, "sequencer", profile && round > 0);
        }
    }

    private Speed watch(Ledger ledger, LongSupplier done, int records, String what, boolean sampled)
            throws InterruptedException {
        Gauge gauge = new Gauge(ledger.rig(), THREADS);
        return sampled
                ? gauge.profile(
                        done,
                        Progress::transactions,
                        records,
                        what,
                        spec.commandLine().getErr())
                : gauge.watch(done, Progress::transactions, records);
    }

    private void row(int size, int number, String what, List<Speed> speeds, List<Speed> baseline) {
        table.row(
                (long) size,
                (long) number,
                what,
                Math.rint(Median.of(speeds, Speed::perSecond)),
                Speed.ratio(speeds, baseline),
                Median.of(speeds, Speed::thread),
                Median.of(speeds, Speed::client),
                Median.of(speeds, Speed::broker),
                Speed.threadRatio(speeds, baseline),
                Math.rint(Median.of(speeds, Speed::recordsOfCommit)));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.anchor.AnchorApplication;
import io.tallystick.bench.load.Gauge.Speed;
import io.tallystick.topic.TenantPolicies;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code anchor}: merkle-anchor beside an exactly-once pass-through of the same entries; and what it keeps of a chain. */
@Command(
        name = "anchor",
        description = {
            "merkle-anchor beside an exactly-once Streams pass-through of the same entries, turn by turn; and its state for"
                    + " a chain.",
            "Wanted: 0.9 of it, and at most 2.5 KiB a chain."
        })
public final class AnchorCommand implements Callable<Integer> {
    /** Threads that grow trees, and those that pass on; not the network threads of their clients, nor the registry's. */
    private static final Pattern THREADS = Pattern.compile(".*(trees|pass).*StreamThread-\\d+");

    private static final int PAYLOAD_BYTES = 200;
    private static final double RATIO_WANTED = 0.9;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Report report;

    @Option(
            names = "--chains",
            split = ",",
            defaultValue = "16,1000,10000",
            description = "Numbers of chains (default: ${DEFAULT-VALUE}).")
    private List<Integer> chains;

    @Option(names = "--rounds", description = "Measured rounds; one more comes first and is not counted.")
    private int rounds;

    @Option(names = "--profile", description = "Also print where the stream threads spend their time.")
    private boolean profile;

    private final Table table = new Table(
            "anchor",
            "chains",
            "what",
            "entries/s",
            "ratio",
            "thread us",
            "client us",
            "broker us",
            "thread ratio",
            "a commit");

    private final Table state =
            new Table("anchor-state", "chains", "entries a chain", "RocksDB B", "changelog B", "largest B", "wanted B");

    @Override
    public Integer call() throws IOException, InterruptedException {
        int measured = rounds > 0 ? rounds : report.size(5, 2);
        try (Rig rig = Rig.start()) {
            for (int number : chains) {
                compare(rig, number, measured);
            }
        }
        table.note("medians of " + measured + " rounds, merkle-anchor and pass-through in turns; 1 stream thread each");
        table.note("entries/s: offsets of ledger.entries; about 1 in 100 is the end of a transaction");
        table.note(Rig.NOTE);
        table.note("us: CPU microseconds an entry, of the stream thread, of its whole JVM, of the broker's JVM");
        table.note("ratio: entries/s of merkle-anchor / of the pass-through in the same round; wanted " + RATIO_WANTED);
        table.note(
                "merkle-anchor writes heads only, the pass-through every entry: its records/s depend on the broker more");
        state.note(
                "B: bytes a chain after the last round; RocksDB: sorted files, compressed; changelog: newest records, keys too");
        report.add(table);
        report.add(state);
        return report.finish();
    }

    private void compare(Rig rig, int number, int measured) throws IOException, InterruptedException {
        int records = report.size(240_000, 100_000);
        List<Speed> baseline = new ArrayList<>();
        List<Speed> subject = new ArrayList<>();
        for (int round = 0; round <= measured; round++) {
            Ledger ledger = rig.ledger();
            long entries = fill(ledger, records, number);
            Speed[] speeds = new Speed[2];
            for (int turn = 0; turn < 2; turn++) {
                // Whoever comes second finds the pages warm: they take turns at that, too.
                boolean pass = (turn + round) % 2 == 0;
                speeds[pass ? 0 : 1] = pass ? passThrough(ledger, entries, round) : anchor(ledger, entries, round);
            }
            report.progress(
                    "%,d chains, round %d: pass-through %,.0f/s, merkle-anchor %,.0f/s",
                    number, round, speeds[0].perSecond(), speeds[1].perSecond());
            if (round > 0) {
                baseline.add(speeds[0]);
                subject.add(speeds[1]);
            }
            if (round == measured) {
                ChainState kept = ChainState.of(ledger);
                state.row(
                        (long) number,
                        (long) records / number + 2,
                        kept.filesBytes() / number,
                        kept.changelogBytes() / number,
                        kept.largestBytes(),
                        ChainState.WANTED_BYTES);
                report.goals()
                        .atMost(
                                number + " chains, bytes a chain",
                                Math.max((double) kept.largestBytes(), (double) kept.filesBytes() / number),
                                ChainState.WANTED_BYTES);
            }
            ledger.drop();
        }
        row(number, "pass-through", baseline, baseline);
        row(number, "merkle-anchor", subject, baseline);
        report.goals().atLeast(number + " chains, ratio", Speed.ratio(subject, baseline), RATIO_WANTED);
    }

    /** Entries as the sequencer makes them; returns the sum of the ends of their partitions. */
    private static long fill(Ledger ledger, int records, int chains) throws IOException, InterruptedException {
        ledger.describeTenant(AdmittedFeed.TENANT);
        Payloads payloads = new Payloads();
        AdmittedFeed feed = new AdmittedFeed(ledger, chains);
        feed.begin(ledger, TenantPolicies.DEFAULT);
        Fill.with(ledger, records, number -> feed.next(payloads.sized(number, PAYLOAD_BYTES)));
        try (Admin admin = Clients.admin(ledger);
                StageProcess sequencer = StageProcess.start(ledger.chainProperties("0"), StageProcess.CHAIN)) {
            sequencer.awaitRunning();
            LongSupplier done = Progress.committed(
                    admin,
                    ledger.chainConfig("0").applicationId(),
                    ledger.topics().ingest());
            Progress.await(done, feed.made());
            return Progress.written(admin, ledger.topics().entries(), Rig.PARTITIONS)
                    .getAsLong();
        }
    }

    private Speed passThrough(Ledger ledger, long entries, int round) throws IOException, InterruptedException {
        try (Admin admin = Clients.admin(ledger);
                PassThrough pass = PassThrough.ofEntries(ledger, admin)) {
            LongSupplier done =
                    Progress.committed(admin, pass.group(), ledger.topics().entries());
            return watch(ledger, done, entries, "pass-through", round);
        }
    }

    private Speed anchor(Ledger ledger, long entries, int round) throws IOException, InterruptedException {
        try (Admin admin = Clients.admin(ledger);
                AnchorApplication anchor = Stages.anchor(ledger.anchorProperties(Ledger.ANCHOR))) {
            anchor.start();
            LongSupplier done = Progress.committed(
                    admin, ledger.topics().group("trees"), ledger.topics().entries());
            Speed speed = watch(ledger, done, entries, "merkle-anchor", round);
            Progress.await(done, (long) (entries * 0.995));
            return speed;
        }
    }

    private Speed watch(Ledger ledger, LongSupplier done, long entries, String what, int round)
            throws InterruptedException {
        Gauge gauge = new Gauge(ledger.rig(), THREADS);
        return profile && round != 0
                ? gauge.profile(
                        done,
                        Progress::transactions,
                        entries,
                        what,
                        spec.commandLine().getErr())
                : gauge.watch(done, Progress::transactions, entries);
    }

    private void row(int number, String what, List<Speed> speeds, List<Speed> baseline) {
        table.row(
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

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.bench.load.Gauge.Speed;
import io.tallystick.ingest.IngestApplication;
import io.tallystick.topic.LedgerAdmin;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ingest}: real events from a tenant's topic to {@code ledger.ingest}, beside a plain copy of the same bytes. */
@Command(
        name = "ingest",
        description = "Ingest beside a plain consumer-to-producer copy of the same real events. Wanted: 0.7 of it.")
public final class IngestCommand implements Callable<Integer> {
    private static final String TENANT = "bench";
    private static final int CHAINS = 16;
    private static final double RATIO_WANTED = 0.7;
    private static final Pattern INGEST_THREAD = Pattern.compile("ledger-ingest");
    private static final Pattern COPY_THREAD = Pattern.compile(PlainCopy.THREAD);

    @Spec
    private CommandSpec spec;

    @Mixin
    private Report report;

    @Option(names = "--rounds", description = "Measured rounds; one more comes first and is not counted.")
    private int rounds;

    @Option(names = "--profile", description = "Also print where the ingest thread spends its time.")
    private boolean profile;

    private final Payloads payloads = new Payloads();
    private final Table table = new Table(
            "ingest", "what", "events/s", "MB/s", "ratio", "thread us", "client us", "broker us", "thread ratio");

    @Override
    public Integer call() throws IOException, InterruptedException {
        int measured = rounds > 0 ? rounds : report.size(5, 2);
        int records = report.size(150_000, 40_000);
        List<Speed> baseline = new ArrayList<>();
        List<Speed> subject = new ArrayList<>();
        try (Rig rig = Rig.start()) {
            for (int round = 0; round <= measured; round++) {
                Speed[] speeds = round(rig, records, round);
                report.progress(
                        "round %d: copy %,.0f/s, ingest %,.0f/s", round, speeds[0].perSecond(), speeds[1].perSecond());
                if (round > 0) {
                    baseline.add(speeds[0]);
                    subject.add(speeds[1]);
                }
            }
        }
        row("plain copy", baseline, baseline, records);
        row("ingest", subject, baseline, records);
        report.goals().atLeast("ratio", Speed.ratio(subject, baseline), RATIO_WANTED);
        table.note("medians of " + measured + " rounds in turns; real events, " + payloads.realBytes(records) / records
                + " B on average, plain JSON, " + CHAINS + " partitions");
        table.note("ratio: events/s of ingest / of the copy in the same round; wanted " + RATIO_WANTED);
        table.note("us: CPU microseconds an event, of the one polling thread, of its whole JVM, of the broker's JVM");
        table.note(Rig.NOTE);
        report.add(table);
        return report.finish();
    }

    private Speed[] round(Rig rig, int records, int round) throws IOException, InterruptedException {
        Ledger ledger = rig.ledger();
        try (LedgerAdmin admin = ledger.admin()) {
            admin.createTenant(TENANT, CHAINS, 1);
        }
        String source = ledger.topics().in(TENANT);
        Fill.with(
                ledger, records, number -> new ProducerRecord<>(source, number % CHAINS, null, payloads.real(number)));
        Speed[] speeds = new Speed[2];
        for (int turn = 0; turn < 2; turn++) {
            boolean copy = (turn + round) % 2 == 0;
            speeds[copy ? 0 : 1] = copy ? copy(ledger, source, records) : ingest(ledger, records, round);
        }
        ledger.drop();
        return speeds;
    }

    private Speed copy(Ledger ledger, String source, int records) throws InterruptedException {
        try (Admin admin = Clients.admin(ledger);
                PlainCopy copy = PlainCopy.start(ledger, admin, source, CHAINS)) {
            LongSupplier written = Progress.written(admin, copy.target(), Rig.PARTITIONS);
            return new Gauge(ledger.rig(), COPY_THREAD).watch(written, written, records);
        }
    }

    private Speed ingest(Ledger ledger, int records, int round) throws InterruptedException {
        try (Admin admin = Clients.admin(ledger);
                IngestApplication ingest = Stages.ingest(ledger.properties())) {
            ingest.start();
            LongSupplier written = Progress.written(admin, ledger.topics().ingest(), Rig.PARTITIONS);
            Gauge gauge = new Gauge(ledger.rig(), INGEST_THREAD);
            return profile && round > 0
                    ? gauge.profile(
                            written,
                            written,
                            records,
                            "ingest",
                            spec.commandLine().getErr())
                    : gauge.watch(written, written, records);
        }
    }

    private void row(String what, List<Speed> speeds, List<Speed> baseline, int records) {
        double perSecond = Median.of(speeds, Speed::perSecond);
        table.row(
                what,
                Math.rint(perSecond),
                perSecond * payloads.realBytes(records) / records / 1e6,
                Speed.ratio(speeds, baseline),
                Median.of(speeds, Speed::thread),
                Median.of(speeds, Speed::client),
                Median.of(speeds, Speed::broker),
                Speed.threadRatio(speeds, baseline));
    }
}

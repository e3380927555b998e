// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.bench.load.RateSearch.Found;
import io.tallystick.bench.load.RateSearch.Point;
import io.tallystick.bench.load.Sightings.Place;
import io.tallystick.bench.load.SteadyLoad.Run;
import io.tallystick.topic.LedgerAdmin;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code latency}: from a producer's send to where an event is visible, with the settings of {@code tally up}. */
@Command(
        name = "latency",
        description =
                "From send to visible in ledger.entries, and in the topics before it; and the highest rate at which p95 stays"
                        + " below 50 ms. Wanted at 2,000 events/s: p95 below 50 ms, p99 below 100 ms.")
public final class LatencyCommand implements Callable<Integer> {
    private static final String TENANT = "bench";
    private static final int CHAINS = 16;
    private static final int PAYLOAD_BYTES = 500;
    private static final double GOAL_RATE = 2_000;
    private static final double GOAL_P95_MS = 50;
    private static final double GOAL_P99_MS = 100;
    private static final double STEP = 1_000;
    private static final Duration LATE_MAX = Duration.ofSeconds(20);

    @Mixin
    private Report report;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Another setting for the stages, such as streams.commit.interval.ms=10.")
    private Map<String, String> settings = new HashMap<>();

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            description =
                    "Load that comes first and is not measured. What is done for each transaction is compiled after some ten"
                            + " minutes (default: 600, quick 15).")
    private int warmUpSeconds;

    @Option(
            names = "--steps",
            defaultValue = "20",
            description = "Rates tried at most above 2,000/s, or above the first lower one that holds (default:"
                    + " ${DEFAULT-VALUE}).")
    private int steps;

    private final Table table = new Table(
            "latency",
            "events/s",
            "visible in",
            "p50 ms",
            "p95 ms",
            "p99 ms",
            "max ms",
            "ledger us",
            "broker us",
            "load");

    private final Table limit = new Table(
            "latency-limit", "p95 below ms", "holds at events/s", "p95 ms", "not at events/s", "p95 ms there");

    private final List<double[]> atGoal = new ArrayList<>();
    private long next;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (Rig rig = Rig.start()) {
            Ledger ledger = rig.ledger(settings);
            try (LedgerAdmin admin = ledger.admin()) {
                admin.createTenant(TENANT, CHAINS, 1);
            }
            Map<String, String> properties = ledger.chainProperties("0");
            try (StageProcess stages = StageProcess.start(properties, StageProcess.CHAIN, StageProcess.INGEST)
                            .awaitRunning();
                    Producer<byte[], byte[]> producer = Clients.ordinaryProducer(ledger)) {
                measure(ledger, stages, load(ledger, producer));
            }
        }
        notes();
        report.add(table);
        limit.note(
                "the highest rate tried whose p95 stayed below, and the next higher one that was tried: one run each, "
                        + (int) GOAL_RATE + "/s the median of " + atGoal.size());
        report.add(limit);
        return report.finish();
    }

    private SteadyLoad load(Ledger ledger, Producer<byte[], byte[]> producer) {
        Payloads payloads = new Payloads();
        String topic = ledger.topics().in(TENANT);
        return new SteadyLoad(
                producer,
                number -> new ProducerRecord<>(
                        topic, (int) (number % CHAINS), null, payloads.sized((int) number, PAYLOAD_BYTES)));
    }

    private void measure(Ledger ledger, StageProcess stages, SteadyLoad load) throws InterruptedException {
        int runs = report.size(5, 3);
        int seconds = report.size(10, 5);
        String entries = ledger.topics().entries();
        try (Sightings sightings = Sightings.start(ledger, Map.of(entries, Place.ENTRIES))) {
            send(load, sightings, GOAL_RATE, warmUpSeconds > 0 ? warmUpSeconds : report.size(600, 15));
            for (int run = 0; run < runs; run++) {
                atGoal.add(run(ledger, stages, sightings, load, GOAL_RATE, seconds));
            }
            limited(new RateSearch(GOAL_P95_MS, rate -> p95(run(ledger, stages, sightings, load, rate, seconds)))
                    .from(new Point(GOAL_RATE, Median.of(atGoal, LatencyCommand::p95)), STEP, steps));
        }
        Map<String, Place> everywhere = Map.of(
                ledger.topics().in(TENANT),
                Place.SOURCE,
                ledger.topics().ingest(),
                Place.INGEST,
                entries,
                Place.ENTRIES);
        try (Sightings sightings = Sightings.start(ledger, everywhere)) {
            run(ledger, stages, sightings, load, GOAL_RATE, seconds);
        }
    }

    private static double p95(double[] millis) {
        return Median.quantile(millis, 0.95);
    }

    private void limited(Found found) {
        limit.row(
                (long) GOAL_P95_MS,
                rate(found.held()),
                millis(found.held()),
                rate(found.missed()),
                millis(found.missed()));
        report.progress(
                "p95 stays below %.0f ms %s",
                GOAL_P95_MS,
                found.held()
                        .map(held -> String.format(Locale.ROOT, "up to %,.0f/s", held.rate()))
                        .orElse("at no rate"));
    }

    private static Object rate(Optional<Point> point) {
        return point.<Object>map(there -> Math.round(there.rate())).orElse(Double.NaN);
    }

    private static double millis(Optional<Point> point) {
        return point.map(Point::p95).orElse(Double.NaN);
    }

    /** @return latencies in milliseconds to the entries topic */
    private double[] run(
            Ledger ledger, StageProcess stages, Sightings sightings, SteadyLoad load, double rate, int seconds)
            throws InterruptedException {
        // The first second of a rate is its transition.
        send(load, sightings, rate, 1);
        Cpu stagesBefore = stages.cpu();
        Cpu brokerBefore = ledger.rig().brokerCpu();
        Run run = send(load, sightings, rate, seconds);
        double stagesMicros = stages.cpu().microsSince(stagesBefore, run.count());
        double brokerMicros = ledger.rig().brokerCpu().microsSince(brokerBefore, run.count());
        for (Place place : sightings.places()) {
            double[] millis = sightings.latencies(place, run);
            table.row(
                    Math.round(rate),
                    name(place),
                    Median.quantile(millis, 0.5),
                    Median.quantile(millis, 0.95),
                    Median.quantile(millis, 0.99),
                    Arrays.stream(millis).max().orElse(Double.NaN),
                    stagesMicros,
                    brokerMicros,
                    Report.load());
        }
        double[] entries = sightings.latencies(Place.ENTRIES, run);
        report.progress(
                "%,.0f/s: p50 %.1f, p95 %.1f, p99 %.1f ms",
                rate, Median.quantile(entries, 0.5), Median.quantile(entries, 0.95), Median.quantile(entries, 0.99));
        return entries;
    }

    private Run send(SteadyLoad load, Sightings sightings, double rate, int seconds) throws InterruptedException {
        Run run = SteadyLoad.run(next, rate, seconds);
        next += run.count();
        load.send(run);
        if (!sightings.await(Place.ENTRIES, run, LATE_MAX)) {
            report.progress("%,.0f/s: not all events were seen after %d s", rate, LATE_MAX.toSeconds());
        }
        return run;
    }

    private static String name(Place place) {
        return switch (place) {
            case SOURCE -> "ledger.in (Kafka alone)";
            case INGEST -> "ledger.ingest";
            case ENTRIES -> "ledger.entries";
        };
    }

    private void notes() {
        double p95 = Median.of(atGoal, LatencyCommand::p95);
        double p99 = Median.of(atGoal, millis -> Median.quantile(millis, 0.99));
        report.goals().atMost("p95 in ms at " + (int) GOAL_RATE + "/s", p95, GOAL_P95_MS);
        report.goals().atMost("p99 in ms at " + (int) GOAL_RATE + "/s", p99, GOAL_P99_MS);
        table.note(String.format(
                Locale.ROOT,
                "at %,.0f events/s, median of %d runs: p95 %.1f ms (wanted %.0f), p99 %.1f ms (wanted %.0f)",
                GOAL_RATE,
                atGoal.size(),
                p95,
                GOAL_P95_MS,
                p99,
                GOAL_P99_MS));
        table.note(
                "from the time an event was due at the producer (acks=all, linger 5 ms, as Kafka has it) until a read_committed reader with"
                        + " default settings had it; " + PAYLOAD_BYTES + " B of JSON, " + CHAINS + " chains");
        table.note(
                "the last rows: once more while the reader also reads the topics before it, which costs the broker and the reader work");
        table.note("one JVM with ingest and sequencer, one broker JVM, one JVM with load and reader");
        table.note(Rig.NOTE);
        table.note(
                "us: CPU microseconds an event of each JVM, its fixed costs included; load: of the machine, 1 minute");
        if (!settings.isEmpty()) {
            table.note("settings beside the defaults: " + settings);
        }
    }
}

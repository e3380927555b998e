// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.bench.load.Sightings.Place;
import io.tallystick.bench.load.SteadyLoad.Run;
import io.tallystick.topic.TenantPolicies;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;

/** The same steady load on one sequencer and on two, in turns: CPU time of an entry, lag and latency. */
final class TwoSequencers {
    private static final int CHAINS = 16;
    private static final int PAYLOAD_BYTES = 500;
    private static final double RATE = 2_000;
    private static final long LAG_SAMPLE_MS = 50;
    private static final Duration SPREAD_MAX = Duration.ofMinutes(2);
    private static final Duration LATE_MAX = Duration.ofSeconds(60);

    private final Rig rig;
    private final Report report;
    private final Table table = new Table(
            "scaling.sequencers",
            "sequencers",
            "partitions of each",
            "sequencers us",
            "broker us",
            "mean lag",
            "max lag",
            "p95 ms",
            "load");

    /** Of one round. */
    private record Sample(String spread, double stages, double broker, double meanLag, double maxLag, double p95) {}

    TwoSequencers(Rig rig, Report report) {
        this.rig = rig;
        this.report = report;
    }

    void run() throws IOException, InterruptedException {
        List<List<Sample>> samples = List.of(new ArrayList<>(), new ArrayList<>());
        int rounds = report.size(3, 1);
        for (int round = 0; round < rounds; round++) {
            for (int instances = 1; instances <= 2; instances++) {
                samples.get(instances - 1).add(round(instances));
                report.progress("round %d, %d sequencers done", round, instances);
            }
        }
        for (int instances = 1; instances <= 2; instances++) {
            List<Sample> of = samples.get(instances - 1);
            table.row(
                    (long) instances,
                    of.get(0).spread,
                    Median.of(of, Sample::stages),
                    Median.of(of, Sample::broker),
                    Median.of(of, Sample::meanLag),
                    Median.of(of, Sample::maxLag),
                    Median.of(of, Sample::p95),
                    Report.load());
        }
        table.note("medians of " + rounds + " rounds in turns; " + (int) RATE + " admitted events a second, "
                + PAYLOAD_BYTES + " B, " + CHAINS + " chains");
        table.note(
                "us: CPU microseconds an entry, all sequencers together; lag: records of ledger.ingest not yet committed");
        table.note(Rig.NOTE);
        report.add(table);
    }

    private Sample round(int instances) throws IOException, InterruptedException {
        Ledger ledger = rig.ledger();
        List<StageProcess> running = new ArrayList<>();
        try (Admin admin = Clients.admin(ledger);
                Producer<byte[], byte[]> producer = Clients.ordinaryProducer(ledger);
                Sightings sightings =
                        Sightings.start(ledger, Map.of(ledger.topics().entries(), Place.ENTRIES))) {
            for (int instance = 0; instance < instances; instance++) {
                running.add(StageProcess.start(ledger.chainProperties(Integer.toString(instance)), StageProcess.CHAIN)
                        .awaitRunning());
            }
            String group = ledger.chainConfig("0").applicationId();
            List<Integer> spread = Groups.awaitSpread(admin, group, instances, Rig.PARTITIONS, SPREAD_MAX);
            AdmittedFeed feed = new AdmittedFeed(ledger, CHAINS);
            feed.begin(ledger, TenantPolicies.DEFAULT);
            Payloads payloads = new Payloads();
            SteadyLoad load =
                    new SteadyLoad(producer, number -> feed.next(payloads.sized((int) number, PAYLOAD_BYTES)));
            Run warm = SteadyLoad.run(0, RATE, report.size(10, 5));
            load.send(warm);
            sightings.await(Place.ENTRIES, warm, LATE_MAX);
            LongSupplier written = Progress.written(admin, ledger.topics().ingest(), Rig.PARTITIONS);
            LongSupplier done = Progress.committed(admin, group, ledger.topics().ingest());
            return measure(ledger, running, sightings, load, warm.count(), spread.toString(), written, done);
        } finally {
            for (StageProcess process : running) {
                process.close();
            }
            ledger.drop();
        }
    }

    private Sample measure(
            Ledger ledger,
            List<StageProcess> running,
            Sightings sightings,
            SteadyLoad load,
            long first,
            String spread,
            LongSupplier written,
            LongSupplier done)
            throws InterruptedException {
        List<Double> lags = new ArrayList<>();
        AtomicBoolean sampling = new AtomicBoolean(true);
        Thread sampler = new Thread(() -> sample(lags, sampling, written, done), "lag");
        Cpu[] before = running.stream().map(StageProcess::cpu).toArray(Cpu[]::new);
        Cpu broker = ledger.rig().brokerCpu();
        sampler.start();
        Run run = SteadyLoad.run(first, RATE, report.size(15, 5));
        load.send(run);
        sampling.set(false);
        sampler.join();
        sightings.await(Place.ENTRIES, run, LATE_MAX);
        double stages = 0;
        for (int instance = 0; instance < before.length; instance++) {
            stages += running.get(instance).cpu().microsSince(before[instance], run.count());
        }
        return new Sample(
                spread,
                stages,
                ledger.rig().brokerCpu().microsSince(broker, run.count()),
                lags.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN),
                lags.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN),
                Median.quantile(sightings.latencies(Place.ENTRIES, run), 0.95));
    }

    private static void sample(List<Double> lags, AtomicBoolean sampling, LongSupplier written, LongSupplier done) {
        while (sampling.get()) {
            long committed = done.getAsLong();
            lags.add((double) Math.max(0, written.getAsLong() - committed));
            try {
                TimeUnit.MILLISECONDS.sleep(LAG_SAMPLE_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}

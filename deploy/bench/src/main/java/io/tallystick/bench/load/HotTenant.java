// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.bench.load.Sightings.Place;
import io.tallystick.bench.load.SteadyLoad.Run;
import io.tallystick.topic.LedgerAdmin;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What one tenant with nine tenths of the load does to the latency of the others: with it and without it, in turns. */
final class HotTenant {
    private static final String HOT = "hot";
    private static final int HOT_PARTITIONS = 4;
    private static final int OTHERS = 9;

    /** Every so many events one is of another tenant. */
    private static final int SHARE = 10;

    private static final double OTHERS_RATE = 200;
    private static final double P95_RATIO_WANTED = 2;
    private static final int PAYLOAD_BYTES = 500;
    private static final Duration LATE_MAX = Duration.ofSeconds(60);

    private final Rig rig;
    private final Report report;
    private final Table table = new Table(
            "scaling.hot", "load", "others p50 ms", "others p95 ms", "p95 ratio", "ledger us", "broker us", "machine");
    private List<String> others = List.of();
    private long next;

    /** Of one turn: latencies of the others' events in milliseconds, CPU microseconds for each event of whichever tenant. */
    private record Sample(double p50, double p95, double stages, double broker) {}

    HotTenant(Rig rig, Report report) {
        this.rig = rig;
        this.report = report;
    }

    void run() throws IOException, InterruptedException {
        Ledger ledger = rig.ledger();
        try (LedgerAdmin ledgerAdmin = ledger.admin();
                Admin admin = Clients.admin(ledger)) {
            ledgerAdmin.createTenant(HOT, HOT_PARTITIONS, 1);
            others = Tenants.create(ledger, admin, OTHERS);
        }
        try (StageProcess stages = StageProcess.start(
                                ledger.chainProperties("0"), StageProcess.CHAIN, StageProcess.INGEST)
                        .awaitRunning();
                Sightings sightings =
                        Sightings.start(ledger, Map.of(ledger.topics().entries(), Place.ENTRIES));
                Producer<byte[], byte[]> producer = Clients.ordinaryProducer(ledger)) {
            report.progress("process %d runs ingest and sequencer", stages.pid());
            compare(ledger, stages, sightings, producer);
        }
        ledger.drop();
    }

    private void compare(Ledger ledger, StageProcess stages, Sightings sightings, Producer<byte[], byte[]> producer)
            throws InterruptedException {
        turn(ledger, stages, sightings, producer, true, report.size(20, 10));
        List<Sample> idle = new ArrayList<>();
        List<Sample> hot = new ArrayList<>();
        int rounds = report.size(5, 3);
        int seconds = report.size(10, 5);
        for (int round = 0; round < rounds; round++) {
            idle.add(turn(ledger, stages, sightings, producer, false, seconds));
            hot.add(turn(ledger, stages, sightings, producer, true, seconds));
        }
        double[] ratios = IntStream.range(0, rounds)
                .mapToDouble(round -> hot.get(round).p95() / idle.get(round).p95())
                .toArray();
        double ratio = Median.quantile(ratios, 0.5);
        row("the others alone", idle, 1);
        row("with the hot tenant", hot, ratio);
        report.goals().atMost("the others' p95 beside a hot tenant, ratio", ratio, P95_RATIO_WANTED);
        table.note("medians of " + rounds + " rounds in turns; " + OTHERS + " tenants with " + (int) OTHERS_RATE
                + " events/s together, the hot one with " + (int) (OTHERS_RATE * (SHARE - 1))
                + "; ratio wanted: at most " + (int) P95_RATIO_WANTED);
        table.note(
                "us: CPU microseconds for each event of all tenants, of the JVM with ingest and sequencer, and of the broker's");
        table.note(Rig.NOTE);
        report.add(table);
    }

    private Sample turn(
            Ledger ledger,
            StageProcess stages,
            Sightings sightings,
            Producer<byte[], byte[]> producer,
            boolean hot,
            int seconds)
            throws InterruptedException {
        Payloads payloads = new Payloads();
        int share = hot ? SHARE : 1;
        SteadyLoad load = new SteadyLoad(producer, number -> {
            byte[] payload = payloads.sized((int) number, PAYLOAD_BYTES);
            return number % share == 0
                    ? new ProducerRecord<>(ledger.topics().in(other(number / share)), null, payload)
                    : new ProducerRecord<>(ledger.topics().in(HOT), (int) (number % HOT_PARTITIONS), null, payload);
        });
        Run run = SteadyLoad.run(next, OTHERS_RATE * share, seconds);
        next += run.count();
        Cpu stagesBefore = stages.cpu();
        Cpu brokerBefore = rig.brokerCpu();
        load.send(run);
        sightings.await(Place.ENTRIES, run, LATE_MAX);
        double stagesMicros = stages.cpu().microsSince(stagesBefore, run.count());
        double brokerMicros = rig.brokerCpu().microsSince(brokerBefore, run.count());
        double[] all = sightings.latencies(Place.ENTRIES, run);
        double[] ofOthers = IntStream.range(0, all.length)
                .filter(index -> (run.first() + index) % share == 0)
                .mapToDouble(index -> all[index])
                .toArray();
        Sample sample =
                new Sample(Median.quantile(ofOthers, 0.5), Median.quantile(ofOthers, 0.95), stagesMicros, brokerMicros);
        report.progress("%s: others' p95 %.1f ms", hot ? "with the hot tenant" : "alone", sample.p95());
        return sample;
    }

    private String other(long number) {
        return others.get((int) (number % others.size()));
    }

    private void row(String load, List<Sample> rounds, double ratio) {
        table.row(
                load,
                Median.of(rounds, Sample::p50),
                Median.of(rounds, Sample::p95),
                ratio,
                Median.of(rounds, Sample::stages),
                Median.of(rounds, Sample::broker),
                Report.load());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.bench.load.Sightings.Place;
import io.tallystick.bench.load.SteadyLoad.Run;
import io.tallystick.topic.Topics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** How many tenants with one partition each are spread over two instances of ingest and of the sequencer. */
final class ManyTenants {
    private static final int INSTANCES = 2;
    private static final double RATE = 500;

    /** What cannot be divided is one more for somebody. */
    private static final double UNEVEN_MAX = 1;

    private static final Duration SPREAD_MAX = Duration.ofMinutes(3);

    private final Rig rig;
    private final Report report;
    private final Table table = new Table("scaling.tenants", "what", "of each, ascending");

    ManyTenants(Rig rig, Report report) {
        this.rig = rig;
        this.report = report;
    }

    void run(int count) throws IOException, InterruptedException {
        Ledger ledger = rig.ledger();
        List<StageProcess> running = new ArrayList<>();
        try (Admin admin = Clients.admin(ledger)) {
            report.progress("creating %,d tenants", count);
            List<String> tenants = Tenants.create(ledger, admin, count);
            for (int instance = 0; instance < INSTANCES; instance++) {
                running.add(StageProcess.start(
                                ledger.chainProperties(Integer.toString(instance)),
                                StageProcess.CHAIN,
                                StageProcess.INGEST)
                        .awaitRunning());
            }
            long begun = System.nanoTime();
            // The operator's own topic is one more.
            List<Integer> ingest =
                    Groups.awaitSpread(admin, ledger.topics().group("ingest"), INSTANCES, count + 1, SPREAD_MAX);
            double assigned = (System.nanoTime() - begun) / 1e9;
            spread("source partitions of the 2 ingest instances", ingest);
            spread(
                    "ledger partitions of the 2 sequencers",
                    Groups.awaitSpread(
                            admin, ledger.chainConfig("0").applicationId(), INSTANCES, Rig.PARTITIONS, SPREAD_MAX));
            table.row("chains in the ledger's partitions", chains(tenants).toString());
            firstEvents(ledger, tenants);
            table.note(String.format(
                    Locale.ROOT, "%,d tenants; all assigned %.1f s after the instances ran", count, assigned));
            table.note(Rig.NOTE);
            report.add(table);
        } finally {
            for (StageProcess process : running) {
                process.close();
            }
        }
    }

    private void spread(String what, List<Integer> ofEach) {
        table.row(what, ofEach.toString());
        int difference = ofEach.get(ofEach.size() - 1) - ofEach.get(0);
        report.goals().atMost(what + ", most less fewest", difference, UNEVEN_MAX);
    }

    /** Sends an event to every tenant, twice: the first makes the chain. */
    private void firstEvents(Ledger ledger, List<String> tenants) throws InterruptedException {
        Payloads payloads = new Payloads();
        try (Sightings sightings =
                        Sightings.start(ledger, Map.of(ledger.topics().entries(), Place.ENTRIES));
                Producer<byte[], byte[]> producer = Clients.ordinaryProducer(ledger)) {
            SteadyLoad load = new SteadyLoad(
                    producer,
                    number -> new ProducerRecord<>(
                            ledger.topics().in(tenants.get((int) (number % tenants.size()))),
                            null,
                            payloads.sized((int) number, 200)));
            for (int turn = 0; turn < 2; turn++) {
                Run run = SteadyLoad.run((long) turn * tenants.size(), RATE, tenants.size() / RATE);
                load.send(run);
                boolean all = sightings.await(Place.ENTRIES, run, SPREAD_MAX);
                table.note(String.format(
                        Locale.ROOT,
                        "event %d of every tenant, %.0f events/s: %s, p95 %.0f ms",
                        turn + 1,
                        RATE,
                        all ? "all in the ledger" : "NOT ALL in the ledger",
                        Median.quantile(sightings.latencies(Place.ENTRIES, run), 0.95)));
            }
        }
    }

    private static List<Integer> chains(List<String> tenants) {
        Map<Integer, Integer> counts = new HashMap<>();
        tenants.forEach(tenant -> counts.merge(Topics.partitionOf(tenant + "/0", Rig.PARTITIONS), 1, Integer::sum));
        return counts.values().stream().sorted().toList();
    }
}

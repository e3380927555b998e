// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.bench.load.Patient.Ending;
import io.tallystick.bench.load.Sightings.Place;
import io.tallystick.topic.TenantPolicies;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code recovery}: how long a sequencer that died, stopped or lost its disk stays away, with more and more history. */
@Command(
        name = "recovery",
        description =
                "From the end of a sequencer to the first entry of its successor: killed, stopped, state lost; with growing"
                        + " history, and with 10,000 chains. Wanted: 5 s for the first two.")
public final class RecoveryCommand implements Callable<Integer> {
    private static final int CHAINS = 16;
    private static final int MANY_CHAINS = 10_000;
    private static final int PAYLOAD_BYTES = 60;
    private static final double TRICKLE = 50;
    private static final double SECONDS_WANTED = 5;
    private static final Duration AWAY_MAX = Duration.ofMinutes(3);

    @Mixin
    private Report report;

    @Option(
            names = "--history",
            split = ",",
            paramLabel = "ENTRIES",
            description =
                    "Entries before each measurement (default: 1 million and 10 million; quick: 20,000 and 200,000).")
    private List<Long> history;

    @Option(
            names = "--repeats",
            defaultValue = "3",
            description = "Times each is measured (default: ${DEFAULT-VALUE}).")
    private int repeats;

    private final Table table =
            new Table("recovery", "entries before", "chains", "how it ended", "s to first entry", "worst s", "load");
    private final Table memory =
            new Table("state", "chains", "entries", "state MiB on disk", "RSS MiB", "RSS MiB empty");

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Long> steps = history != null && !history.isEmpty()
                ? history
                : report.quick() ? List.of(20_000L, 200_000L) : List.of(1_000_000L, 10_000_000L);
        try (Rig rig = Rig.start()) {
            grow(rig, CHAINS, steps);
            grow(rig, MANY_CHAINS, List.of(report.quick() ? 20_000L : 200_000L));
        }
        table.note(
                "from kill -9, from the call to stop, or from the kill after which the state directory was removed, to the first"
                        + " entry of the next process that a read_committed reader has; a JVM's start included");
        table.note("median and worst of " + repeats + "; events come all the time, " + (int) TRICKLE + " a second");
        table.note(Rig.NOTE);
        memory.note(
                "RocksDB: 16 MiB for the state and 64 MiB for the duplicate indexes of all partitions together, a quarter of these on"
                        + " the heap; heap at most 768 MiB, and a JVM keeps what it once had");
        report.add(table);
        report.add(memory);
        return report.finish();
    }

    private void grow(Rig rig, int chains, List<Long> steps) throws IOException, InterruptedException {
        Ledger ledger = rig.ledger();
        AdmittedFeed feed = new AdmittedFeed(ledger, chains);
        Payloads payloads = new Payloads();
        try (Admin admin = Clients.admin(ledger);
                Patient patient = new Patient(ledger)) {
            feed.begin(ledger, TenantPolicies.DEFAULT);
            double empty = patient.residentMebibytes();
            LongSupplier done = Progress.committed(
                    admin,
                    ledger.chainConfig("0").applicationId(),
                    ledger.topics().ingest());
            for (long entries : steps) {
                long missing = entries - feed.made();
                report.progress("%,d chains: adding %,d entries", chains, missing);
                Fill.with(ledger, Math.toIntExact(missing), number -> feed.next(payloads.sized(number, PAYLOAD_BYTES)));
                Progress.await(done, feed.made());
                measure(ledger, feed, patient, chains, entries);
                memory.row(
                        (long) chains,
                        entries,
                        Patient.mebibytes(ledger.stateDirectory("0")),
                        patient.residentMebibytes(),
                        empty);
            }
        }
        ledger.drop();
    }

    private void measure(Ledger ledger, AdmittedFeed feed, Patient patient, int chains, long entries)
            throws IOException, InterruptedException {
        Payloads payloads = new Payloads();
        try (Sightings sightings =
                        Sightings.start(ledger, Map.of(ledger.topics().entries(), Place.ENTRIES));
                Trickle trickle = new Trickle(
                        ledger, TRICKLE, number -> feed.next(payloads.sized((int) number, PAYLOAD_BYTES)))) {
            trickle.start();
            sightings.firstAfter(System.nanoTime(), AWAY_MAX);
            for (Ending ending : Ending.values()) {
                double[] seconds = new double[repeats];
                for (int repeat = 0; repeat < repeats; repeat++) {
                    seconds[repeat] = patient.recover(ending, sightings, AWAY_MAX);
                }
                double median = Median.quantile(seconds, 0.5);
                table.row(entries, (long) chains, ending.text(), median, Median.quantile(seconds, 1), Report.load());
                if (ending != Ending.STATE_LOST) {
                    report.goals().atMost(entries + " entries, " + ending.text() + ", seconds", median, SECONDS_WANTED);
                }
                report.progress("%,d entries, %s: %.1f s", entries, ending.text(), median);
            }
        }
    }
}

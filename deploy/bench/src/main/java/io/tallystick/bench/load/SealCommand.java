// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.avro.Tick;
import io.tallystick.bench.load.SealWatch.Sealed;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.TenantPolicies;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.LongFunction;
import java.util.function.ToDoubleFunction;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code seal}: from a window's end to its signed registry checkpoint, with many chains that all have entries in it. */
@Command(
        name = "seal",
        description =
                "From a window's end to its signed registry checkpoint. Wanted: 2 s with 1,000 active chains, 10 s with"
                        + " 10,000.")
public final class SealCommand implements Callable<Integer> {
    private static final int PAYLOAD_BYTES = 200;

    /** So that every chain has an entry in every window. */
    private static final double EVENTS_OF_CHAIN_AND_WINDOW = 1.5;

    /** Ingest writes one a second to each partition. */
    private static final double TICKS = Rig.PARTITIONS;

    /** The first windows have the chains' beginnings, and a JVM that warms up. */
    private static final int WINDOWS_BEFORE = 2;

    @Mixin
    private Report report;

    @Option(
            names = "--chains",
            split = ",",
            defaultValue = "1000,10000",
            description = "Numbers of active chains (default: ${DEFAULT-VALUE}).")
    private List<Integer> chains;

    @Option(
            names = "--window",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "Size of a window; divides a day (default: ${DEFAULT-VALUE}).")
    private int windowSeconds;

    @Option(names = "--windows", description = "Windows that are measured (default: 8; quick: 3).")
    private int windows;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Another setting for the stages, such as streams.commit.interval.ms=50.")
    private Map<String, String> settings = new HashMap<>();

    private final Table table = new Table(
            "seal",
            "active chains",
            "windows",
            "closed s",
            "in registry s",
            "signed s",
            "worst s",
            "wanted s",
            "CPU s",
            "load");

    @Override
    public Integer call() throws IOException, InterruptedException {
        int measured = windows > 0 ? windows : report.size(8, 3);
        try (Rig rig = Rig.start()) {
            for (int number : chains) {
                measure(rig, number, measured);
            }
        }
        table.note(Rig.NOTE);
        table.note(
                "from the window's end by the ledger clock until a read_committed reader has: the end of the last partition's"
                        + " heads, the registry's leaves, the registry checkpoint; medians, and the worst");
        table.note(
                "each window has a head of every chain, each signed with Ed25519 and P-256 before the registry checkpoint;"
                        + " windows of " + windowSeconds + " s");
        table.note(
                "CPU s: of sequencer and merkle-anchor, one JVM, from window to window, with all it does in between");
        report.add(table);
        return report.finish();
    }

    private void measure(Rig rig, int number, int measured) throws IOException, InterruptedException {
        Map<String, String> all = new HashMap<>(settings);
        String window = Long.toString(windowSeconds * 1_000L);
        all.put(LedgerSettings.WINDOW_SIZE_MS, window);
        // The default, a minute, need not divide a window that is so short.
        all.putIfAbsent(LedgerSettings.CHECKPOINT_INTERVAL_MS, window);
        Ledger ledger = rig.ledger(all);
        ledger.describeTenant(AdmittedFeed.TENANT);
        Payloads payloads = new Payloads();
        AdmittedFeed feed = new AdmittedFeed(ledger, number);
        Map<String, String> properties = new HashMap<>(ledger.anchorProperties(Ledger.ANCHOR));
        properties.putAll(ledger.chainProperties(Ledger.ANCHOR));
        feed.begin(ledger, TenantPolicies.DEFAULT);
        double rate = EVENTS_OF_CHAIN_AND_WINDOW * number / windowSeconds + TICKS;
        long ticksEvery = Math.round(rate / TICKS);
        LongFunction<ProducerRecord<byte[], byte[]>> ticks = ticks(ledger);
        try (StageProcess stages = StageProcess.start(properties, StageProcess.CHAIN, StageProcess.ANCHOR)
                        .awaitRunning();
                SealWatch watch = SealWatch.start(ledger);
                Trickle load = new Trickle(
                        ledger,
                        rate,
                        next -> next % ticksEvery == 0
                                ? ticks.apply(next / ticksEvery)
                                : feed.next(payloads.sized((int) next, PAYLOAD_BYTES)))) {
            load.start();
            Duration max = Duration.ofSeconds(120 + 10L * windowSeconds);
            List<Sealed> before = watch.await(WINDOWS_BEFORE, number, max);
            Cpu begun = stages.cpu();
            List<Sealed> sealed = watch.await(before.size() + measured, number, max.multipliedBy(measured));
            row(
                    number,
                    sealed.subList(before.size(), sealed.size()),
                    stages.cpu().microsSince(begun, measured) / 1e6);
        }
        ledger.drop();
    }

    private static LongFunction<ProducerRecord<byte[], byte[]>> ticks(Ledger ledger) {
        String topic = ledger.topics().ingest();
        Serializer<SpecificRecord> serializer = new LedgerSerdes(
                        ledger.settings().schemaRegistryUrl())
                .records()
                .serializer();
        return number -> {
            int partition = (int) (number % Rig.PARTITIONS);
            return new ProducerRecord<>(topic, partition, null, serializer.serialize(topic, new Tick(partition)));
        };
    }

    private void row(int number, List<Sealed> windows, double cpuSeconds) {
        double signed = median(windows, Sealed::signedSeconds);
        double wanted = number <= 1_000 ? 2.0 : number <= 10_000 ? 10.0 : Double.NaN;
        table.row(
                (long) number,
                (long) windows.size(),
                median(windows, Sealed::closedSeconds),
                median(windows, Sealed::registeredSeconds),
                signed,
                windows.stream().mapToDouble(Sealed::signedSeconds).max().orElse(Double.NaN),
                wanted,
                cpuSeconds,
                Report.load());
        report.goals().atMost(number + " chains, seconds until signed", signed, wanted);
        report.progress("%,d chains: signed %.2f s after the window's end", number, signed);
    }

    private static double median(List<Sealed> windows, ToDoubleFunction<Sealed> seconds) {
        return Median.of(windows, seconds);
    }
}

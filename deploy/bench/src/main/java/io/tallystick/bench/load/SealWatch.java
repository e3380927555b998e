// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.avro.PartitionClosed;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.serde.LedgerSerdes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * When the steps of sealing a window became visible to a read_committed reader: the end of each partition's heads, the last part
 * of the registry's window, the registry checkpoint. Heads and checkpoints of chains are passed over unread.
 */
final class SealWatch implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(50);

    private final Consumer<byte[], byte[]> consumer;
    private final Deserializer<SpecificRecord> records;
    private final byte[] registry;
    private final Map<Instant, Steps> windows = new TreeMap<>();
    private final Thread thread = new Thread(this::read, "seal-watch");
    private volatile boolean closed;

    /** What is known of the window that begins then; milliseconds since 1970, 0 where it has not come to that. */
    private static final class Steps {
        private Instant end = Instant.EPOCH;
        private int partitions;
        private int heads;
        private long closedMs;
        private long registeredMs;
        private long signedMs;
    }

    /**
     * A window that is sealed.
     *
     * @param closedSeconds from its end to that of the last partition's heads
     * @param registeredSeconds to its leaves in the registry
     * @param signedSeconds to its registry checkpoint
     */
    record Sealed(double closedSeconds, double registeredSeconds, double signedSeconds) {}

    private SealWatch(Ledger ledger) {
        this.consumer = Clients.committedReader(ledger);
        this.records = new LedgerSerdes(ledger.settings().schemaRegistryUrl())
                .records()
                .deserializer();
        this.registry = ledger.settings().origin().getBytes(UTF_8);
    }

    /** Begins to watch a ledger from the ends of its topics on. */
    static SealWatch start(Ledger ledger) {
        SealWatch watch = new SealWatch(ledger);
        List<TopicPartition> partitions = List.of(
                new TopicPartition(ledger.topics().heads(), 0),
                new TopicPartition(ledger.topics().registry(), 0),
                new TopicPartition(ledger.topics().checkpoints(), 0));
        Clients.readFromEnds(watch.consumer, partitions);
        watch.thread.setDaemon(true);
        watch.thread.start();
        return watch;
    }

    private void read() {
        try (consumer) {
            while (!closed) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    note(record, System.currentTimeMillis());
                }
            }
        }
    }

    private void note(ConsumerRecord<byte[], byte[]> record, long nowMs) {
        boolean chainHead = record.topic().endsWith("heads") && record.key() != null;
        boolean chainCheckpoint = record.topic().endsWith("checkpoints") && !Arrays.equals(record.key(), registry);
        if (!chainHead && !chainCheckpoint) {
            note(records.deserialize(record.topic(), record.value()), nowMs);
        }
    }

    private synchronized void note(SpecificRecord record, long nowMs) {
        if (record instanceof PartitionClosed one) {
            Steps steps = steps(one.getWindowStart());
            steps.end = one.getWindowEnd();
            steps.partitions++;
            steps.heads += one.getHeads();
            steps.closedMs = nowMs;
        } else if (record instanceof RegistryWindow part) {
            steps(part.getWindowStart()).registeredMs = nowMs;
        } else if (record instanceof SignedCheckpoint checkpoint) {
            steps(checkpoint.getWindowStart()).signedMs = nowMs;
        }
    }

    private Steps steps(Instant window) {
        return windows.computeIfAbsent(window, start -> new Steps());
    }

    /**
     * Waits for windows in which this many chains had entries, from their first partition's end to their checkpoint.
     *
     * @return all of them, oldest first
     * @throws IllegalStateException if they do not come in this time
     */
    List<Sealed> await(int wanted, int chains, Duration max) throws InterruptedException {
        long deadline = System.nanoTime() + max.toNanos();
        while (sealed(chains).size() < wanted) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "after " + max.toSeconds() + " s " + sealed(chains).size() + " of " + wanted
                                + " windows are sealed with a head of each of " + chains + " chains; " + summary());
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return sealed(chains);
    }

    private synchronized List<Sealed> sealed(int chains) {
        List<Sealed> sealed = new ArrayList<>();
        for (Steps steps : windows.values()) {
            if (steps.signedMs > 0 && steps.partitions == Rig.PARTITIONS && steps.heads >= chains) {
                long end = steps.end.toEpochMilli();
                sealed.add(new Sealed(
                        (steps.closedMs - end) / 1e3, (steps.registeredMs - end) / 1e3, (steps.signedMs - end) / 1e3));
            }
        }
        return sealed;
    }

    private synchronized String summary() {
        List<String> seen = new ArrayList<>();
        windows.forEach((start, steps) -> seen.add(start + ": " + steps.heads + " heads of " + steps.partitions
                + " partitions" + (steps.signedMs > 0 ? ", signed" : "")));
        return "seen: " + seen;
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

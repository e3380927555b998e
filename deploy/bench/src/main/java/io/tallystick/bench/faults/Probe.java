// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.topic.Topics;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Asks whether the ledger runs: a fresh record in every chain must become visible as an entry and, if there are anchors, windows
 * must be sealed. For one thread.
 */
final class Probe implements AutoCloseable {
    private static final long POLL_MS = 20;

    private final Load load;
    private final Topics topics;
    private final Judge judge;
    private final boolean sealing;
    private final Journal journal;
    private final Producer<byte[], byte[]> producer;
    private long count;

    Probe(Load load, Topics topics, Judge judge, boolean sealing) throws IOException {
        this.load = load;
        this.topics = topics;
        this.judge = judge;
        this.sealing = sealing;
        this.journal = load.journal("probe");
        this.producer = load.producer("probe", Map.of());
    }

    /**
     * @param limit how long to wait
     * @param giveUp whether waiting has become pointless
     * @return how long it took, or nothing
     */
    Optional<Duration> round(Duration limit, BooleanSupplier giveUp) throws InterruptedException {
        long begin = System.nanoTime();
        // One may have been on its way, whoever is gone now.
        long windows = judge.totals().windows() + (sealing ? 2 : 0);
        Map<String, Long> landed = new ConcurrentHashMap<>();
        Queue<Runnable> sends = new ConcurrentLinkedQueue<>();
        Tenant.all().forEach((tenant, partitions) -> {
            for (int partition = 0; partition < partitions; partition++) {
                send(tenant, partition, landed, sends);
            }
        });
        int chains = Tenant.all().values().stream().mapToInt(Integer::intValue).sum();
        while (System.nanoTime() - begin < limit.toNanos()) {
            judge.requireAlive();
            for (Runnable again = sends.poll(); again != null; again = sends.poll()) {
                again.run();
            }
            if (landed.size() == chains && isCovered(landed) && judge.totals().windows() >= windows) {
                return Optional.of(Duration.ofNanos(System.nanoTime() - begin));
            }
            if (giveUp.getAsBoolean()) {
                return Optional.empty();
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
        return Optional.empty();
    }

    /** A producer gives a record up after its delivery timeout; another one is sent then, by this thread. */
    private void send(String tenant, int partition, Map<String, Long> landed, Queue<Runnable> sends) {
        byte[] value = ("{\"probe\":" + count++ + "}").getBytes(UTF_8);
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topics.in(tenant), partition, null, value);
        String chain = load.chain(record);
        long number = journal.sent(chain, record);
        var unused = producer.send(record, (metadata, failure) -> {
            if (failure == null) {
                journal.acknowledged(number, metadata.offset());
                landed.put(chain, metadata.offset());
            } else {
                sends.add(() -> send(tenant, partition, landed, sends));
            }
        });
    }

    private boolean isCovered(Map<String, Long> landed) {
        Map<String, Long> covered = judge.covered();
        return landed.entrySet().stream()
                .allMatch(chain -> covered.getOrDefault(chain.getKey(), 0L) > chain.getValue());
    }

    /** Chains whose entries do not go as far as their source; for messages. */
    Map<String, Long> covered() {
        return new TreeMap<>(judge.covered());
    }

    @Override
    public void close() {
        producer.close();
    }
}

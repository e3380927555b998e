// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Reads the entries again from where one tenant stopped, and writes that tenant's outcomes, a batch at a time, until it is
 * where all the others are. For the outcomes thread only.
 */
final class OutcomeCatchUp {
    private static final Duration POLL = Duration.ofMillis(50);

    private final Consumer<byte[], byte[]> side;
    private final OutcomeLoop loop;
    private final Map<TopicPartition, OutcomeProgress> progress;
    private final Map<TopicPartition, Long> batchEnds = new HashMap<>();
    private String tenant;

    OutcomeCatchUp(Consumer<byte[], byte[]> side, OutcomeLoop loop, Map<TopicPartition, OutcomeProgress> progress) {
        this.side = side;
        this.loop = loop;
        this.progress = progress;
    }

    boolean isIdle() {
        return tenant == null;
    }

    void begin(String next) {
        tenant = next;
        batchEnds.clear();
        Map<TopicPartition, Long> starts = new HashMap<>();
        progress.forEach((partition, of) -> of.stalledAt(next).ifPresent(offset -> starts.put(partition, offset)));
        side.assign(List.copyOf(starts.keySet()));
        starts.forEach(side::seek);
    }

    /** Sends the next batch once the one before is written, all of it. */
    void turn(OutcomeTenants tenants) {
        if (tenants.bytesInFlight(tenant) > 0) {
            return;
        }
        batchEnds.forEach((partition, end) -> progress.get(partition).caughtUpTo(tenant, end));
        batchEnds.clear();
        List<TopicPartition> behind = progress.keySet().stream()
                .filter(partition -> progress.get(partition).stalledAt(tenant).isPresent())
                .toList();
        if (behind.isEmpty()) {
            tenants.open(tenant);
            cancel();
            return;
        }
        if (!side.assignment().containsAll(behind)) {
            // It was put off in one more partition meanwhile.
            begin(tenant);
        }
        ConsumerRecords<byte[], byte[]> records = OutcomeLoop.poll(side, POLL);
        for (TopicPartition partition : records.partitions()) {
            if (behind.contains(partition)) {
                send(partition, records.records(partition));
            }
        }
    }

    private void send(TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
        OutcomeProgress of = progress.get(partition);
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.offset() >= of.position()) {
                // The main consumer has yet to come here, and may put the tenant off again: then this is read once
                // more.
                batchEnds.put(partition, record.offset());
                side.seek(partition, record.offset());
                return;
            }
            try {
                loop.outcome(record)
                        .filter(outcome -> outcome.tenant().equals(tenant))
                        .ifPresent(outcome -> loop.send(of, of.sendAgain(tenant, record.offset()), outcome));
            } catch (SerializationException e) {
                if (!OutcomeLoop.isRegistryAway(e)) {
                    throw e;
                }
                side.seek(partition, record.offset());
                return;
            }
            batchEnds.put(partition, record.offset() + 1);
        }
    }

    /** Gives up if this tenant is being caught up; where it stopped is still known. */
    void cancel(String failed) {
        if (failed.equals(tenant)) {
            cancel();
        }
    }

    void cancel() {
        tenant = null;
        batchEnds.clear();
        side.unsubscribe();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Reads entries again for the tenants that stopped, all that can be written to together, a slice of each partition at a time.
 * Nothing is waited for: a tenant that fails, or has too much on its way, leaves the slice and has another later. Where a
 * tenant has been sent what the partition had, it is served with all the others again; what it has yet to acknowledge is for
 * {@link OutcomeProgress} to know.
 *
 * <p>For the outcomes thread only.
 */
final class OutcomeCatchUp {
    private static final Duration POLL = Duration.ofMillis(10);

    /** In one turn, in which the loop polls once: so those behind come nearer, however much there is to read for all. */
    private static final int POLLS_MAX = 4;

    private final Consumer<byte[], byte[]> side;
    private final OutcomeLoop loop;
    private final OutcomeTenants tenants;
    private final Map<TopicPartition, OutcomeProgress> progress;
    private final Map<TopicPartition, OutcomeSlice> slices = new HashMap<>();

    OutcomeCatchUp(
            Consumer<byte[], byte[]> side,
            OutcomeLoop loop,
            OutcomeTenants tenants,
            Map<TopicPartition, OutcomeProgress> progress) {
        this.side = side;
        this.loop = loop;
        this.tenants = tenants;
        this.progress = progress;
    }

    boolean isIdle() {
        return slices.isEmpty();
    }

    void turn() {
        for (int polls = 0; polls < POLLS_MAX; polls++) {
            plan();
            if (slices.isEmpty()) {
                return;
            }
            ConsumerRecords<byte[], byte[]> polled = OutcomeLoop.poll(side, POLL);
            if (polled.isEmpty()) {
                return;
            }
            for (TopicPartition partition : polled.partitions()) {
                send(partition, polled.records(partition));
            }
        }
    }

    /** Goes on with the slices, and begins those that come next. */
    private void plan() {
        Map<TopicPartition, Long> starts = new HashMap<>();
        progress.forEach((partition, of) -> {
            Map<String, Long> stops = of.behind();
            stops.keySet().removeIf(tenant -> !tenants.isOpen(tenant));
            OutcomeSlice slice = slices.get(partition);
            if (slice != null) {
                slice.join(stops);
            }
            if (stops.isEmpty()) {
                slices.remove(partition);
            } else if (slice == null || slice.isOver()) {
                OutcomeSlice begun = slice == null
                        ? OutcomeSlice.inFull(stops.values(), of.position())
                        : slice.next(stops.values(), of.position());
                begun.join(stops);
                slices.put(partition, begun);
                starts.put(partition, begun.position());
            }
        });
        if (!side.assignment().equals(slices.keySet())) {
            side.assign(Set.copyOf(slices.keySet()));
        }
        starts.forEach(side::seek);
    }

    private void send(TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
        OutcomeProgress of = progress.get(partition);
        OutcomeSlice slice = slices.get(partition);
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.offset() >= of.position()) {
                // The loop has yet to come here, and sends it itself.
                slice.read(of.position() - 1);
                break;
            }
            try {
                loop.outcome(record).ifPresent(outcome -> offer(slice, of, record.offset(), outcome));
            } catch (SerializationException e) {
                if (!OutcomeLoop.isRegistryAway(e)) {
                    throw e;
                }
                side.seek(partition, record.offset());
                break;
            }
            slice.read(record.offset());
        }
        slice.members().forEach(tenant -> of.passed(tenant, slice.position()));
    }

    private void offer(OutcomeSlice slice, OutcomeProgress of, long offset, Outcome outcome) {
        // A failure just now must stop the next send to the same tenant: sending to a missing topic takes seconds.
        loop.drain();
        String tenant = outcome.tenant();
        Optional<Long> stop = of.behindAt(tenant);
        if (!slice.isFor(tenant) || stop.isEmpty() || offset < stop.get()) {
            return;
        }
        if (tenants.takes(tenant)) {
            loop.send(of, of.sendAgain(tenant, offset), outcome);
        } else {
            of.passed(tenant, offset);
            slice.leave(tenant);
            tenants.stall(tenant);
        }
    }

    /** The tenant leaves all slices; where it stopped is still known. */
    void leave(String tenant) {
        slices.values().forEach(slice -> slice.leave(tenant));
    }

    /** These partitions are for others to read. */
    void lose(Collection<TopicPartition> partitions) {
        slices.keySet().removeAll(partitions);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.tallystick.avro.LedgerEntry;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.StaleMemberEpochException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells tenants what became of their records, at least once. DESIGN.md section 5, outcomes. For the outcomes thread only.
 *
 * <pre>
 * ledger.entries --> OutcomeRecords --> tenant takes it?  yes: send
 *                                           no: remember where it stopped; OutcomeCatchUp reads from there later
 * </pre>
 */
final class OutcomeLoop implements ConsumerRebalanceListener {
    private static final Logger LOGGER = LoggerFactory.getLogger(OutcomeLoop.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration POLL_CATCHING_UP = Duration.ofMillis(10);
    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PUBLISH_INTERVAL = Duration.ofSeconds(1);

    private record Completion(
            OutcomeProgress progress, OutcomeProgress.Sent sent, Outcome outcome, Optional<Exception> failure) {}

    private final Consumer<byte[], byte[]> consumer;
    private final Producer<String, byte[]> producer;
    private final Deserializer<SpecificRecord> deserializer;
    private final OutcomeRecords records;
    private final OutcomeTenants tenants;
    private final OutcomeCatchUp catchUp;
    private final Inbox inbox;
    private final IngestTiming timing;
    private final OutcomeMetrics metrics;
    private final Map<TopicPartition, OutcomeProgress> progress = new HashMap<>();
    private final Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
    private final Set<TopicPartition> unresumed = new HashSet<>();
    private final BlockingQueue<Completion> completions = new LinkedBlockingQueue<>();

    OutcomeLoop(
            Consumer<byte[], byte[]> consumer,
            Producer<String, byte[]> producer,
            Deserializer<SpecificRecord> deserializer,
            OutcomeRecords records,
            OutcomeTenants tenants,
            Consumer<byte[], byte[]> side,
            Inbox inbox,
            IngestTiming timing,
            OutcomeMetrics metrics) {
        this.consumer = consumer;
        this.producer = producer;
        this.deserializer = deserializer;
        this.records = records;
        this.tenants = tenants;
        this.catchUp = new OutcomeCatchUp(side, this, tenants, progress);
        this.inbox = inbox;
        this.timing = timing;
        this.metrics = metrics;
    }

    /** Begins: reads this topic, commits and publishes now and then. */
    void begin(String topic) {
        consumer.subscribe(List.of(topic), this);
        commitRegularly();
        publishRegularly();
    }

    private void publishRegularly() {
        inbox.putIn(PUBLISH_INTERVAL, () -> {
            metrics.publish(progress.values(), System.nanoTime());
            publishRegularly();
        });
    }

    private void commitRegularly() {
        inbox.putIn(timing.commits(), () -> {
            Map<TopicPartition, OffsetAndMetadata> offsets = uncommitted(progress.keySet());
            if (!offsets.isEmpty()) {
                consumer.commitAsync(offsets, this::committed);
            }
            commitRegularly();
        });
    }

    /** One turn. */
    void turn() throws InterruptedException {
        inbox.run(Duration.ZERO);
        drain();
        resume();
        ConsumerRecords<byte[], byte[]> polled = poll(consumer, catchUp.isIdle() ? POLL : POLL_CATCHING_UP);
        for (TopicPartition partition : polled.partitions()) {
            if (!take(partition, polled.records(partition))) {
                inbox.run(timing.retry());
            }
        }
        drain();
        catchUp.turn();
    }

    /**
     * Polls; where there is no position, or none that the topic still has, it goes on at the beginning: at least once is the
     * contract. Also for catching up.
     */
    static ConsumerRecords<byte[], byte[]> poll(Consumer<byte[], byte[]> from, Duration patience) {
        try {
            return from.poll(patience);
        } catch (InvalidOffsetException e) {
            Set<TopicPartition> lost = new HashSet<>(e.partitions());
            lost.retainAll(from.assignment());
            LOGGER.atWarn()
                    .addKeyValue("partitions", lost)
                    .addKeyValue("error", e.toString())
                    .log("outcomes have no position there, going on at the beginning; tenants may get outcomes twice");
            if (!lost.isEmpty()) {
                // Of no partitions it would move all of them.
                from.seekToBeginning(lost);
            }
            return ConsumerRecords.empty();
        } catch (UnknownMemberIdException | StaleMemberEpochException e) {
            // The group went on without this member while the consumer asked where to begin. A later poll loses or
            // renews what it owns; until the member hears of it, seconds later, each would be refused at once.
            LOGGER.atInfo().addKeyValue("error", e.toString()).log("outcomes not read, trying again");
            LockSupport.parkNanos(patience.toNanos());
            return ConsumerRecords.empty();
        }
    }

    /** Goes on with partitions just assigned: their commit says which tenants stopped earlier. */
    private void resume() {
        if (unresumed.isEmpty()) {
            return;
        }
        commits(consumer, unresumed).ifPresent(this::resume);
    }

    private void resume(Map<TopicPartition, OffsetAndMetadata> found) {
        for (TopicPartition partition : unresumed) {
            OffsetAndMetadata last = found.get(partition);
            OutcomeProgress of = last == null ? new OutcomeProgress() : new OutcomeProgress(last);
            progress.put(partition, of);
            if (last != null) {
                committed.put(partition, last);
            }
            of.behind().keySet().forEach(tenants::stall);
        }
        consumer.resume(unresumed);
        unresumed.clear();
    }

    /** The commits of these partitions; nothing if they cannot be read now. */
    static Optional<Map<TopicPartition, OffsetAndMetadata>> commits(
            Consumer<byte[], byte[]> member, Set<TopicPartition> partitions) {
        try {
            return Optional.of(member.committed(partitions, COMMIT_TIMEOUT));
        } catch (RetriableException | UnknownMemberIdException | StaleMemberEpochException e) {
            // The latter two: the group went on without this member, and the next poll loses or renews what it owns.
            LOGGER.atWarn().addKeyValue("error", e.toString()).log("outcomes' positions not read, trying again");
            return Optional.empty();
        }
    }

    private boolean take(TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> polled) {
        OutcomeProgress of = progress.get(partition);
        for (ConsumerRecord<byte[], byte[]> record : polled) {
            try {
                outcome(record).ifPresent(outcome -> offer(of, record.offset(), outcome));
            } catch (SerializationException e) {
                if (!isRegistryAway(e)) {
                    throw e;
                }
                LOGGER.atWarn().addKeyValue("error", e.toString()).log("schema registry does not answer, trying again");
                consumer.seek(partition, record.offset());
                return false;
            }
            of.read(record.offset());
        }
        return true;
    }

    /** Also for catching up, which reads the same topic. */
    Optional<Outcome> outcome(ConsumerRecord<byte[], byte[]> record) {
        return deserializer.deserialize(record.topic(), record.value()) instanceof LedgerEntry entry
                ? records.of(entry)
                : Optional.empty();
    }

    static boolean isRegistryAway(SerializationException e) {
        return e.getCause() instanceof IOException || e.getCause() instanceof RestClientException;
    }

    private void offer(OutcomeProgress of, long offset, Outcome outcome) {
        // A failure just now must stop the next send to the same tenant: sending to a missing topic takes seconds.
        drain();
        String tenant = outcome.tenant();
        if (of.behindAt(tenant).isPresent()) {
            of.putOff(tenant, offset);
        } else if (tenants.takes(tenant)) {
            send(of, of.send(tenant, offset), outcome);
        } else {
            tenants.stall(tenant);
            of.putOff(tenant, offset);
        }
    }

    void send(OutcomeProgress of, OutcomeProgress.Sent sent, Outcome outcome) {
        tenants.sent(outcome);
        // The callback says the same as the future, and without waiting.
        Future<RecordMetadata> unused = producer.send(
                outcome.record(),
                (metadata, failure) ->
                        completions.add(new Completion(of, sent, outcome, Optional.ofNullable(failure))));
    }

    /** Takes note of what was written since, and what was not. */
    void drain() {
        for (Completion next = completions.poll(); next != null; next = completions.poll()) {
            completed(next);
        }
    }

    private void completed(Completion of) {
        tenants.landed(of.outcome(), of.failure().isEmpty());
        if (of.failure().isEmpty()) {
            of.progress().written(of.sent());
            metrics.written(of.outcome());
        } else {
            failed(of, of.failure().get());
        }
    }

    /** The same, and waits for more until nothing of these partitions is on its way, but not for long. */
    private void drain(Collection<TopicPartition> partitions) {
        long end = System.nanoTime() + timing.landing().toNanos();
        drain();
        try {
            while (!partitions.stream().allMatch(this::hasLanded)) {
                Completion next = completions.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (next == null) {
                    return;
                }
                completed(next);
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private boolean hasLanded(TopicPartition partition) {
        return !progress.containsKey(partition) || progress.get(partition).hasLanded();
    }

    private void failed(Completion of, Exception failure) {
        String tenant = of.outcome().tenant();
        Optional<Outcome> shorter =
                failure instanceof RecordTooLargeException ? OutcomeRecords.shortened(of.outcome()) : Optional.empty();
        if (shorter.isPresent()) {
            // The tenant's topic takes less than the ledger does, and would at every later attempt.
            LOGGER.atWarn()
                    .addKeyValue("tenant", tenant)
                    .log("copy is larger than its topic takes; its value is left out");
            send(of.progress(), of.sent(), shorter.get());
        } else {
            of.progress().failed(of.sent());
            tenants.fail(tenant, failure);
            catchUp.leave(tenant);
        }
    }

    /** Nothing is fetched before {@link #resume}. */
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        consumer.pause(partitions);
        unresumed.addAll(partitions);
    }

    /**
     * What is on its way of these partitions is waited for, but not for long: no tenant is told anything meanwhile. Whoever has not
     * acknowledged by then stopped there, for whoever has the partition next.
     */
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        drain(partitions);
        partitions.forEach(
                partition -> Optional.ofNullable(progress.get(partition)).ifPresent(OutcomeProgress::giveUp));
        Map<TopicPartition, OffsetAndMetadata> offsets = uncommitted(partitions);
        if (!offsets.isEmpty()) {
            try {
                consumer.commitSync(offsets, COMMIT_TIMEOUT);
            } catch (KafkaException e) {
                // At least once: the next owner writes some outcomes again.
                LOGGER.atWarn().addKeyValue("error", e.toString()).log("outcomes not committed on revocation");
            }
        }
        onPartitionsLost(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        catchUp.lose(partitions);
        partitions.forEach(partition -> {
            progress.remove(partition);
            committed.remove(partition);
            unresumed.remove(partition);
        });
    }

    private Map<TopicPartition, OffsetAndMetadata> uncommitted(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (TopicPartition partition : partitions) {
            OutcomeProgress of = progress.get(partition);
            if (of != null) {
                of.committable()
                        .filter(offset -> !offset.equals(committed.get(partition)))
                        .ifPresent(offset -> offsets.put(partition, offset));
            }
        }
        return offsets;
    }

    private void committed(Map<TopicPartition, OffsetAndMetadata> offsets, Exception failure) {
        if (failure != null) {
            LOGGER.atWarn().addKeyValue("error", failure.toString()).log("outcomes not committed, trying again");
            return;
        }
        offsets.forEach((partition, offset) -> committed.put(partition, offset));
    }
}

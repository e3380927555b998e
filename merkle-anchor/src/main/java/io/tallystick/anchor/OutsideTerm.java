// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.OutsideAnchor.Start;
import io.tallystick.anchor.OutsideWorker.Answered;
import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.Position;
import io.tallystick.anchor.external.RegistryHistory;
import io.tallystick.avro.AnchorProgress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * One membership in the anchors' group. While it owns the partition of {@code ledger.checkpoints} it offers registry
 * checkpoints to all anchors and writes what they answer. Positions come from {@code ledger.anchors}; the group only says who
 * has the work. For one thread, except {@link #wakeUp}.
 */
final class OutsideTerm implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);

    /** A ledger this young is anchored from its first checkpoint on, an older one from the next. */
    private static final long YOUNG_RECORDS_MAX = 10_000;

    /** How much of the registry is read at a start, at most: a witness away for longer is asked where it stands first. */
    private static final long REGISTRY_RECORDS_MAX = 10_000;

    private final AnchorConfig config;
    private final List<Anchor> anchors;
    private final Serde<SpecificRecord> records;
    private final OutsideMetrics metrics;
    private final InstantSource clock;
    private final Set<String> mayTry;
    private final TopicPartition checkpoints;
    private final TopicPartition registry;
    private final KafkaConsumer<String, SpecificRecord> consumer;
    private final Map<String, OutsideAnchor> running = new LinkedHashMap<>();

    private boolean owner;
    private OutsideSession session;
    private RegistryWindows windows = new RegistryWindows();
    private Queue<Answered> answers = new ConcurrentLinkedQueue<>();

    /** @param mayTry ids of anchors that are asked once more if they are stopped; those that gave an answer are taken out */
    OutsideTerm(
            AnchorConfig config,
            String instance,
            List<Anchor> anchors,
            Serde<SpecificRecord> records,
            OutsideMetrics metrics,
            InstantSource clock,
            Set<String> mayTry) {
        this.config = config;
        this.anchors = anchors;
        this.records = records;
        this.metrics = metrics;
        this.clock = clock;
        this.mayTry = mayTry;
        this.checkpoints = new TopicPartition(config.topics().checkpoints(), 0);
        this.registry = new TopicPartition(config.topics().registry(), 0);
        this.consumer =
                new KafkaConsumer<>(config.anchorsConsumer(instance), new StringDeserializer(), records.deserializer());
        consumer.subscribe(List.of(checkpoints.topic(), registry.topic()), new Ownership());
    }

    /** Polls once, takes in what the anchors answered, and submits what is due. */
    void work() {
        ConsumerRecords<String, SpecificRecord> polled = consumer.poll(POLL);
        if (!owner) {
            return;
        }
        if (session == null) {
            open();
            return;
        }
        for (ConsumerRecord<String, SpecificRecord> record : polled.records(registry)) {
            windows.add(record);
        }
        for (ConsumerRecord<String, SpecificRecord> record : polled.records(checkpoints)) {
            OutsideRecords.checkpoint(record, config.ledger().origin()).ifPresent(found -> running.values()
                    .forEach(anchor -> anchor.track().offer(found)));
        }
        Instant now = clock.instant();
        for (Answered answered = answers.poll(); answered != null; answered = answers.poll()) {
            OutsideAnchor anchor = running.get(answered.anchor());
            anchor.take(answered.answer(), now, windows, session);
            if (!anchor.track().isOnTrial()) {
                mayTry.remove(answered.anchor());
            }
        }
        readAgainIfNeeded();
        running.values().forEach(anchor -> anchor.submit(now, windows));
        boundWindows();
    }

    /** For a witness that was set back, or away for long, the whole registry is read once more; no other case needs it. */
    private void readAgainIfNeeded() {
        boolean asked = false;
        for (OutsideAnchor witness : witnesses().toList()) {
            asked |= witness.takeRequest();
        }
        if (asked) {
            windows = new RegistryWindows();
            consumer.seek(registry, 0);
        }
    }

    /** Keeps what proofs need, and lets the registry wait where the checkpoints are far behind it. */
    private void boundWindows() {
        Set<Long> sizes = witnesses()
                .flatMap(witness ->
                        Stream.of(witness.provesFrom(), witness.track().newestSize()))
                .collect(Collectors.toSet());
        if (sizes.isEmpty()) {
            return;
        }
        long newest = Collections.max(sizes);
        windows.retain(sizes, newest);
        if (windows.countAfter(newest) < RegistryHistory.WINDOWS_MAX) {
            consumer.resume(Set.of(registry));
        } else {
            consumer.pause(Set.of(registry));
        }
    }

    private Stream<OutsideAnchor> witnesses() {
        return running.values().stream().filter(anchor -> anchor.anchor().needsProofs());
    }

    /** Begins where the anchors stand. */
    private void open() {
        session = new OutsideSession(config, records);
        for (Anchor anchor : anchors) {
            Optional<AnchorProgress> stored = session.stored(anchor.id());
            Start start = stored.map(
                            progress -> new Start(OutsideRecords.position(progress), progress.getRegistryOffset()))
                    .orElseGet(this::fresh);
            if (stored.isEmpty()) {
                session.write(anchor, List.of(), start.position(), start.registryOffset());
            }
            OutsideAnchor begun =
                    new OutsideAnchor(anchor, config.anchorsBackoff(), start, answers, metrics.of(anchor.id()));
            running.put(anchor.id(), begun);
            begun.begin(mayTry.contains(anchor.id()));
        }
        running.values().stream()
                .mapToLong(anchor -> anchor.track().position().next())
                .min()
                .ifPresent(offset -> consumer.seek(checkpoints, offset));
        consumer.resume(Set.of(checkpoints));
        witnesses().mapToLong(OutsideAnchor::registryOffset).min().ifPresent(offset -> {
            consumer.seek(registry, Math.max(offset, oldestRead()));
            consumer.resume(Set.of(registry));
        });
    }

    private long oldestRead() {
        return consumer.endOffsets(Set.of(registry)).get(registry) - REGISTRY_RECORDS_MAX;
    }

    /**
     * Where a new anchor begins. The windows are looked up first: those before the signer's position were published before the
     * end of the checkpoints was asked for, so of every checkpoint after that end the window is read.
     */
    private Start fresh() {
        long signed = signedWindows();
        try (CommittedReader reader =
                new CommittedReader(config.committedReader("anchors-start"), records.deserializer())) {
            long end = reader.end(checkpoints);
            return end <= YOUNG_RECORDS_MAX
                    ? new Start(Position.startingAt(0), 0)
                    : new Start(Position.startingAt(end), signed);
        }
    }

    private long signedWindows() {
        String group = config.topics().group("signer");
        try (Admin admin =
                Admin.create(config.ledger().kafkaClient(config.topics().group("anchors-start")))) {
            Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
            OffsetAndMetadata offset = offsets.get(registry);
            return offset == null ? 0 : offset.offset();
        } catch (ExecutionException e) {
            throw new KafkaException("cannot read the offsets of group " + group, e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    void wakeUp() {
        consumer.wakeup();
    }

    private void drop() {
        owner = false;
        running.values().forEach(OutsideAnchor::close);
        running.clear();
        answers = new ConcurrentLinkedQueue<>();
        windows = new RegistryWindows();
        if (session != null) {
            session.close();
            session = null;
        }
    }

    @Override
    public void close() {
        drop();
        consumer.close();
    }

    /** Nothing is carried from one assignment to the next. Until the positions are known nothing is fetched. */
    private final class Ownership implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            for (TopicPartition partition : partitions) {
                consumer.seek(partition, 0);
                consumer.pause(Set.of(partition));
            }
            owner = partitions.contains(checkpoints);
            if (!owner) {
                metrics.standBy();
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            drop();
        }
    }
}

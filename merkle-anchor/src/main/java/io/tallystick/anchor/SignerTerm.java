// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.HeadRecords.ChainHead;
import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.anchor.sign.CheckpointSigner;
import io.tallystick.anchor.sign.Root;
import io.tallystick.avro.ChainTreeHead;
import io.tallystick.avro.PartitionClosed;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.topic.LedgerIntegrityException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One membership in the signer's group. While it owns the registry's partition it holds a {@link SignerSession}.
 *
 * <p>A window's registry checkpoint is published after the checkpoints of the heads in it: the registry was made from heads
 * that had been committed, so when a window arrives, all heads up to the present end of {@code ledger.heads} go first. For
 * one thread, except {@link #wakeUp}.
 */
final class SignerTerm implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(SignerTerm.class);
    private static final Duration POLL = Duration.ofMillis(200);

    /** Share of the time a member may take between two polls in which it signs; the rest is for what is still under way. */
    private static final int SIGNING_SHARE = 10;

    private final AnchorConfig config;
    private final CheckpointSigner checkpoints;
    private final Serde<SpecificRecord> records;
    private final SignerMetrics metrics;
    private final TopicPartition heads;
    private final TopicPartition registry;
    private final KafkaConsumer<String, SpecificRecord> consumer;
    private final Duration signingTime;

    private boolean owner;
    private SignerSession session;
    private WindowParts parts;
    private final Deque<ConsumerRecord<String, SpecificRecord>> windows = new ArrayDeque<>();
    private long headsFirst;

    SignerTerm(
            AnchorConfig config,
            String instance,
            CheckpointSigner checkpoints,
            Serde<SpecificRecord> records,
            SignerMetrics metrics) {
        this.config = config;
        this.checkpoints = checkpoints;
        this.records = records;
        this.metrics = metrics;
        this.heads = new TopicPartition(config.topics().heads(), 0);
        this.registry = new TopicPartition(config.topics().registry(), 0);
        Map<String, Object> properties = config.signerConsumer(instance);
        this.signingTime = pollInterval(properties).dividedBy(SIGNING_SHARE);
        this.consumer = new KafkaConsumer<>(properties, new StringDeserializer(), records.deserializer());
        consumer.subscribe(List.of(heads.topic(), registry.topic()), new Ownership());
    }

    private static Duration pollInterval(Map<String, Object> properties) {
        Object given = properties.getOrDefault(
                ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
                ConsumerConfig.configDef().defaultValues().get(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG));
        return Duration.ofMillis(Long.parseLong(given.toString().strip()));
    }

    /**
     * Polls once and publishes what it got, or as much as can be signed in time: a key may be slow, and a member that does not
     * poll is taken for dead. What is left is published after the next poll.
     */
    void work() {
        ConsumerRecords<String, SpecificRecord> polled = consumer.poll(POLL);
        if (!owner) {
            return;
        }
        showWaiting(polled.records(registry));
        if (session == null) {
            session = new SignerSession(config, checkpoints, records);
            parts = new WindowParts();
            metrics.active(true);
        }
        long begun = System.nanoTime();
        BooleanSupplier timeIsUp = () -> System.nanoTime() - begun >= signingTime.toNanos();
        publishHeads(polled.records(heads), timeIsUp);
        hold(polled.records(registry));
        if (!windows.isEmpty() && consumer.position(heads) >= headsFirst) {
            publishWindows(timeIsUp);
        }
    }

    /** Also where no session can be opened: what waits must be seen above all then. */
    private void showWaiting(List<ConsumerRecord<String, SpecificRecord>> polled) {
        if (!polled.isEmpty() && polled.get(0).value() instanceof RegistryWindow part) {
            metrics.waits(part.getWindowStart());
        }
    }

    /** A root and the offset after its head. */
    private record Placed(Root root, long next) {}

    /**
     * Roots smaller than those intended before are passed over: they come again if the group's offsets were set back. Those
     * there is no time for are read again.
     */
    private void publishHeads(List<ConsumerRecord<String, SpecificRecord>> polled, BooleanSupplier timeIsUp) {
        List<Placed> offered = new ArrayList<>();
        for (ConsumerRecord<String, SpecificRecord> record : polled) {
            root(record).ifPresent(root -> offered.add(new Placed(root, record.offset() + 1)));
        }
        int published = 0;
        List<Placed> left = new ArrayList<>(offered);
        left.removeIf(this::isBehind);
        while (!left.isEmpty()) {
            int length = Root.batchLength(left.stream().map(Placed::root).toList(), Signer.ROOTS_MAX);
            List<Placed> batch = List.copyOf(left.subList(0, length));
            int signed = session.publish(
                    batch.stream().map(Placed::root).toList(),
                    timeIsUp,
                    count -> Map.of(
                            heads, new OffsetAndMetadata(batch.get(count - 1).next())),
                    consumer.groupMetadata());
            published += signed;
            left.subList(0, signed).clear();
            left.removeIf(this::isBehind);
            if (!left.isEmpty() && timeIsUp.getAsBoolean()) {
                consumer.seek(heads, batch.get(signed - 1).next());
                left.clear();
            }
        }
        long reached = consumer.position(heads);
        int behind = (int) offered.stream()
                        .filter(placed -> placed.next() <= reached)
                        .count()
                - published;
        if (behind > 0) {
            passOver(behind, heads, reached);
        }
    }

    private boolean isBehind(Placed placed) {
        return session.isBehind(placed.root().origin(), placed.root().head());
    }

    /** Counts, and commits how far it has come, so that it is not all to be read again. */
    private void passOver(int roots, TopicPartition partition, long next) {
        session.publish(List.of(), Map.of(partition, new OffsetAndMetadata(next)), consumer.groupMetadata());
        metrics.skipped(roots);
        LOGGER.atWarn()
                .addKeyValue("topic", partition.topic())
                .addKeyValue("offset", next)
                .addKeyValue("roots", roots)
                .log("roots passed over, larger ones of their origins were signed before");
    }

    private Optional<Root> root(ConsumerRecord<String, SpecificRecord> record) {
        if (record.value() instanceof ChainTreeHead value) {
            ChainHead head =
                    HeadRecords.read(record.key(), value, config.ledger().partitions());
            String origin = head.chain().origin(config.ledger().origin());
            return Optional.of(new Root(origin, head.range().head(), head.isWindow(), value.getWindow()));
        }
        if (record.value() instanceof PartitionClosed) {
            return Optional.empty();
        }
        throw new LedgerIntegrityException("offset " + record.offset() + " of " + record.topic() + " holds no head");
    }

    private void hold(List<ConsumerRecord<String, SpecificRecord>> polled) {
        if (!polled.isEmpty()) {
            windows.addAll(polled);
            headsFirst = consumer.endOffsets(List.of(heads)).get(heads);
            consumer.pause(List.of(registry));
        }
    }

    /** One at least; for what there is no time for the registry waits. */
    private void publishWindows(BooleanSupplier timeIsUp) {
        int skipped = 0;
        long next = 0;
        boolean enough = false;
        while (!windows.isEmpty() && !enough) {
            ConsumerRecord<String, SpecificRecord> record = windows.remove();
            if (!(record.value() instanceof RegistryWindow part)) {
                throw new LedgerIntegrityException(
                        "offset " + record.offset() + " of " + record.topic() + " holds no window");
            }
            Optional<SealedWindow> window = parts.add(part);
            if (window.isEmpty()) {
                continue;
            }
            next = record.offset() + 1;
            if (session.isBehind(
                    config.ledger().origin(), window.get().extended().head())) {
                skipped++;
                metrics.passed(window.get().end());
            } else {
                publish(window.get(), next);
                enough = timeIsUp.getAsBoolean();
            }
        }
        if (skipped > 0) {
            passOver(skipped, registry, next);
        }
        if (windows.isEmpty()) {
            consumer.resume(List.of(registry));
        }
    }

    private void publish(SealedWindow window, long next) {
        session.publish(
                window,
                Map.of(
                        registry, new OffsetAndMetadata(next),
                        heads, new OffsetAndMetadata(consumer.position(heads))),
                consumer.groupMetadata());
        metrics.published(window.end());
    }

    void wakeUp() {
        consumer.wakeup();
    }

    private void drop() {
        owner = false;
        windows.clear();
        if (session != null) {
            session.close();
            session = null;
            metrics.active(false);
        }
    }

    @Override
    public void close() {
        drop();
        consumer.close();
    }

    /** Nothing is carried from one assignment to the next: it begins at the committed offsets. */
    private final class Ownership implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            owner = partitions.contains(registry);
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

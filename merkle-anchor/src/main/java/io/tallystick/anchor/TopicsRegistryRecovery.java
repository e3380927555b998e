// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.registry.Registry;
import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.avro.ChainTreeHead;
import io.tallystick.avro.Init;
import io.tallystick.avro.PartitionClosed;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.topic.LedgerIntegrityException;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rebuilds the registry from the last window in {@code ledger.registry}, which has its frontier, and from the records of {@code
 * ledger.heads} since the windows that all partitions have closed.
 */
final class TopicsRegistryRecovery implements RegistryRecovery {
    private static final Logger LOGGER = LoggerFactory.getLogger(TopicsRegistryRecovery.class);

    /** Offsets that are read at first; a record of {@code ledger.registry} holds up to 1,000 leaves. */
    private static final long WINDOWS_FIRST = 20;

    private static final long HEADS_FIRST = 100;

    private final AnchorConfig config;
    private final Supplier<CommittedReader> readers;
    private final Restores restores;

    TopicsRegistryRecovery(AnchorConfig config, Supplier<CommittedReader> readers, Restores restores) {
        this.config = config;
        this.readers = readers;
        this.restores = restores;
    }

    @Override
    public Registry.Base registered() {
        try (CommittedReader reader = readers.get()) {
            TopicPartition registry = new TopicPartition(config.topics().registry(), 0);
            AtomicReference<LastWindow> last = new AtomicReference<>();
            restores.rebuild(
                    "frontier",
                    () -> last.set(reader.readTail(registry, reader.end(registry), WINDOWS_FIRST, LastWindow::new)));
            return last.get().base();
        }
    }

    /** Every partition of the entries begins with the same instant. */
    @Override
    public Optional<Instant> firstWindow() {
        try (CommittedReader reader = readers.get()) {
            TopicPartition entries = new TopicPartition(config.topics().entries(), 0);
            AtomicReference<Instant> created = new AtomicReference<>();
            reader.read(entries, 0, Math.min(1, reader.end(entries)), record -> {
                if (record.value() instanceof Init init) {
                    created.set(init.getCreated());
                }
            });
            return Optional.ofNullable(created.get())
                    .map(new WindowGrid(config.ledger().windowSize())::startOf);
        }
    }

    @Override
    public void replay(long before, Registry registry) {
        try (CommittedReader reader = readers.get()) {
            restores.rebuild("heads", () -> replay(reader, before, registry));
            LOGGER.atWarn()
                    .addKeyValue("offset", before)
                    .log(
                            "registry rebuilt from its topics, the local state and its changelog were empty or incomplete");
        }
    }

    private void replay(CommittedReader reader, long before, Registry registry) {
        TopicPartition heads = new TopicPartition(config.topics().heads(), 0);
        int partitions = config.ledger().partitions();
        LastClosings last = reader.readTail(heads, before, HEADS_FIRST, () -> new LastClosings(partitions));
        if (last.isWhole()) {
            registry.resume(last.first() - 1, last.closedByAll());
        }
        reader.read(heads, last.isWhole() ? last.first() : 0, before, record -> {
            if (last.isWhole() && isBefore(record.value(), last.closedByAll())) {
                registry.passOver(record.offset());
            } else {
                offer(registry, record);
            }
        });
    }

    private static boolean isBefore(SpecificRecord record, Instant window) {
        return record instanceof ChainTreeHead head
                ? head.getWindow().isBefore(window)
                : record instanceof PartitionClosed closed
                        && closed.getWindowStart().isBefore(window);
    }

    private void offer(Registry registry, ConsumerRecord<String, SpecificRecord> record) {
        List<SealedWindow> sealed = RegistryRecords.offer(
                registry,
                record.offset(),
                record.key(),
                record.value(),
                config.ledger().partitions());
        if (!sealed.isEmpty()) {
            throw new LedgerIntegrityException("the window from "
                    + sealed.get(0).start()
                    + " was sealed by offset " + record.offset() + " of " + record.topic() + ", but is missing in "
                    + config.topics().registry());
        }
    }

    /** The last complete window. Reading may begin inside a window; it counts from the next. */
    private static final class LastWindow implements CommittedReader.Tail {
        private final WindowParts parts = new WindowParts();
        private Registry.Base base = Registry.Base.NONE;
        private boolean begun;

        @Override
        public void take(ConsumerRecord<String, SpecificRecord> record) {
            if (!(record.value() instanceof RegistryWindow part)) {
                throw new LedgerIntegrityException(
                        "offset " + record.offset() + " of " + record.topic() + " holds no window");
            }
            begun |= part.getPart() == 0;
            if (begun) {
                parts.add(part)
                        .ifPresent(window -> base = new Registry.Base(window.extended(), Optional.of(window.end())));
            }
        }

        @Override
        public boolean isWhole() {
            return base.until().isPresent();
        }

        Registry.Base base() {
            return base;
        }
    }

    /**
     * How far each partition has closed its windows. Whole once it goes back, in every partition, to what all have closed: the
     * records of the windows after that follow.
     */
    private static final class LastClosings implements CommittedReader.Tail {
        private final int partitions;
        private final Map<Integer, Instant> earliest = new HashMap<>();
        private final Map<Integer, Instant> latest = new HashMap<>();
        private long first = -1;

        LastClosings(int partitions) {
            this.partitions = partitions;
        }

        @Override
        public void take(ConsumerRecord<String, SpecificRecord> record) {
            first = first < 0 ? record.offset() : first;
            if (record.value() instanceof PartitionClosed closed) {
                earliest.putIfAbsent(closed.getPartition(), closed.getWindowEnd());
                latest.put(closed.getPartition(), closed.getWindowEnd());
            }
        }

        @Override
        public boolean isWhole() {
            return latest.size() == partitions
                    && earliest.values().stream().noneMatch(end -> end.isAfter(closedByAll()));
        }

        /** End of the last window that all partitions have closed; each of them must have closed one. */
        Instant closedByAll() {
            return Collections.min(latest.values());
        }

        /** Offset of the first record read; -1 if there was none. */
        long first() {
            return first;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.RegistryTopology.RegistryProgress;
import io.tallystick.anchor.registry.Registry;
import io.tallystick.anchor.registry.RegistryBuilder;
import io.tallystick.anchor.registry.RegistryState;
import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.topic.LedgerSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Offers each head and each closing to the registry and forwards the windows that are sealed by it. */
final class RegistryProcessor implements Processor<String, SpecificRecord, String, SpecificRecord> {
    private static final Logger LOGGER = LoggerFactory.getLogger(RegistryProcessor.class);
    private static final Duration OVERDUE = Duration.ofMinutes(2);
    private static final Duration OVERDUE_CHECK = Duration.ofSeconds(30);

    private final RegistryTopology.Surroundings surroundings;
    private final LedgerSettings ledger;

    private ProcessorContext<String, SpecificRecord> context;
    private StreamsRegistryStore store;
    private Registry registry;
    private boolean storeChecked;

    /** Where the registry stands as long as the store does not say; read once. */
    private Optional<RegistryProgress> withoutState = Optional.empty();

    private RegistryProcessor(RegistryTopology.Surroundings surroundings) {
        this.surroundings = surroundings;
        this.ledger = surroundings.config().ledger();
    }

    static ProcessorSupplier<String, SpecificRecord, String, SpecificRecord> supplier(
            RegistryTopology.Surroundings surroundings) {
        return new ProcessorSupplier<>() {
            @Override
            public Processor<String, SpecificRecord, String, SpecificRecord> get() {
                return new RegistryProcessor(surroundings);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return StreamsRegistryStore.builders();
            }
        };
    }

    @Override
    public void init(ProcessorContext<String, SpecificRecord> processorContext) {
        context = processorContext;
        storeChecked = false;
        withoutState = Optional.empty();
        store = new StreamsRegistryStore(context);
        WindowGrid windows = new WindowGrid(ledger.windowSize());
        registry = new Registry(
                ledger.partitions(),
                windows,
                new RegistryBuilder(ledger.origin(), windows, surroundings.blinds()),
                store,
                () -> surroundings.recovery().registered());
        context.schedule(OVERDUE_CHECK, PunctuationType.WALL_CLOCK_TIME, this::warnIfOverdue);
        report();
    }

    @Override
    public void process(Record<String, SpecificRecord> record) {
        long offset = context.recordMetadata().orElseThrow().offset();
        requireState(offset);
        if (registry.covers(offset)) {
            return;
        }
        for (SealedWindow sealed :
                RegistryRecords.offer(registry, offset, record.key(), record.value(), ledger.partitions())) {
            RegistryRecords.write(sealed)
                    .forEach(part -> context.forward(new Record<>(
                            RegistryRecords.key(sealed.start()),
                            part,
                            sealed.end().toEpochMilli())));
            LOGGER.atDebug()
                    .addKeyValue("window", sealed.start())
                    .addKeyValue("treeSize", sealed.extended().size())
                    .log("window registered");
            report();
            // The signer waits for it.
            context.commit();
        }
    }

    /** As for the trees: neither an empty store nor what is left of one is taken for all there is. */
    private void requireState(long offset) {
        if (!storeChecked) {
            if (!registry.intact()) {
                long before = Math.max(
                        offset, store.state().map(RegistryState::lastOffset).orElse(-1L) + 1);
                store.clear();
                if (before > 0) {
                    surroundings.recovery().replay(before, registry);
                }
            }
            storeChecked = true;
        }
    }

    private void report() {
        surroundings.progress().accept(store.state().map(RegistryProcessor::progress));
    }

    private static RegistryProgress progress(RegistryState state) {
        return new RegistryProgress(
                state.windows().sealedUntil(),
                state.registry().size(),
                state.windows().awaited());
    }

    /** The task ends here; where it goes on, that process tells how it stands. */
    @Override
    public void close() {
        surroundings.progress().accept(Optional.empty());
    }

    /** A store is empty until the first head comes, and none may ever come: windows are overdue all the same. */
    private Optional<RegistryProgress> known() {
        Optional<RegistryProgress> stored = store.state().map(RegistryProcessor::progress);
        if (stored.isEmpty() && withoutState.isEmpty()) {
            withoutState = fromTopics();
        }
        return stored.or(() -> withoutState);
    }

    private Optional<RegistryProgress> fromTopics() {
        try {
            Registry.Base registered = surroundings.recovery().registered();
            List<Integer> all = IntStream.range(0, ledger.partitions()).boxed().toList();
            return registered
                    .until()
                    .or(surroundings.recovery()::firstWindow)
                    .map(from ->
                            new RegistryProgress(from, registered.registry().size(), all));
        } catch (KafkaException e) {
            LOGGER.atWarn()
                    .addKeyValue("error", e.toString())
                    .log("cannot read which window is the oldest without a registry checkpoint, to be tried again");
            return Optional.empty();
        }
    }

    /** The anchor's own wall clock, because the ledger's may be what stands still. */
    private void warnIfOverdue(long nowMs) {
        known().ifPresent(progress -> {
            surroundings.progress().accept(Optional.of(progress));
            Instant due = progress.sealedUntil().plus(ledger.windowSize());
            if (Instant.ofEpochMilli(nowMs).isAfter(due.plus(OVERDUE))) {
                LOGGER.atWarn()
                        .addKeyValue("window", progress.sealedUntil())
                        .addKeyValue("partitions", progress.awaited())
                        .log("window is overdue, partitions have not closed it");
            }
        });
    }
}

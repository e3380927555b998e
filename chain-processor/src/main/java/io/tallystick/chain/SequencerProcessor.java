// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.avro.LedgerEntry;
import io.tallystick.chain.sequence.ChainState;
import io.tallystick.chain.sequence.ChainStates;
import io.tallystick.chain.sequence.HaltMarks;
import io.tallystick.chain.sequence.HeadGuard;
import io.tallystick.chain.sequence.Outcome;
import io.tallystick.chain.sequence.PartitionSequencer;
import io.tallystick.chain.sequence.PartitionState;
import io.tallystick.chain.sequence.PartitionStateCodec;
import io.tallystick.chain.sequence.Step;
import io.tallystick.topic.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Runs the core on one partition. All chain states of the partition are held decoded, a few hundred bytes each; the store is
 * written through, never read after the start.
 */
final class SequencerProcessor implements Processor<String, SpecificRecord, String, SpecificRecord> {
    /** Key of the partition's own state; no chain id is without a slash. */
    static final String PARTITION = "partition";

    private final SequencerSupplier supplier;

    private ProcessorContext<String, SpecificRecord> context;
    private KeyValueStore<String, byte[]> store;
    private PartitionSequencer sequencer;
    private SequencerMonitor monitor;
    private PartitionState partition;
    private ChainStates chains;
    private List<ChainState> unstored;

    SequencerProcessor(SequencerSupplier supplier) {
        this.supplier = supplier;
    }

    /** Loads the state and lets the head guard compare it with the topic. Throws before anything is written. */
    @Override
    public void init(ProcessorContext<String, SpecificRecord> processorContext) {
        context = processorContext;
        store = context.getStateStore(SequencerSupplier.STORE);
        int task = context.taskId().partition();
        sequencer = supplier.sequencer(task);
        chains = new ChainStates();
        Optional<PartitionState> stored = load();
        long first = HeadGuard.firstNeeded(stored, chains.all());
        HeadGuard.Verdict verdict = supplier.guard(task)
                .check(stored, chains.all(), supplier.tail().read(task, first, supplier.replayMax()));
        verdict.chains().forEach(chains::put);
        List<ChainState> halted =
                HaltMarks.missing(chains.all(), supplier.marks().read());
        halted.forEach(chains::put);
        partition = verdict.partition().holding(chains.digest());
        monitor = new SequencerMonitor(context.metrics(), task);
        monitor.started(verdict, chains.all().values());
        unstored = new ArrayList<>(verdict.chains());
        unstored.addAll(halted);
        if (verdict.replayed() > 0 || !halted.isEmpty()) {
            storeSoon();
        }
    }

    private Optional<PartitionState> load() {
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> pair = all.next();
                if (!pair.key.equals(PARTITION)) {
                    chains.load(pair.key, pair.value);
                }
            }
        }
        return Optional.ofNullable(store.get(PARTITION)).map(PartitionStateCodec::decode);
    }

    /**
     * Stores what was replayed once the task runs. Until then a crash costs nothing: the next start replays again. A store
     * cannot be written in {@code init}: there is no record yet whose context the cache could keep.
     */
    private void storeSoon() {
        Cancellable[] once = new Cancellable[1];
        once[0] = context.schedule(Duration.ofMillis(1), PunctuationType.WALL_CLOCK_TIME, now -> {
            storeReplayed();
            once[0].cancel();
        });
    }

    private void storeReplayed() {
        unstored.forEach(this::put);
        unstored = List.of();
        store.put(PARTITION, PartitionStateCodec.encode(partition));
    }

    @Override
    public void process(Record<String, SpecificRecord> record) {
        if (!unstored.isEmpty()) {
            storeReplayed();
        }
        Instant appended = Instant.ofEpochMilli(record.timestamp());
        Instant limit = supplier.system().instant().plus(supplier.clockMaxAhead());
        Step step = sequencer.step(
                partition, chains.all(), new PartitionSequencer.Input(record.key(), record.value(), appended, limit));
        step.chain().ifPresent(this::put);
        PartitionState after = step.partition().holding(chains.digest());
        if (!after.equals(partition)) {
            partition = after;
            store.put(PARTITION, PartitionStateCodec.encode(partition));
        }
        step.records().forEach(this::forward);
        step.notice()
                .ifPresent(notice -> context.forward(
                        new Record<>(notice.getChain(), notice, now(), new RecordHeaders()), ChainTopology.POSITIONS));
        step.outcome().ifPresent(this::announce);
        monitor.stepped(record.key(), step);
    }

    /** A halt's mark goes to the positions topic, where it outlives the state; the mark of a cleared halt is taken away. */
    private void announce(Outcome outcome) {
        if (outcome instanceof Outcome.Halted halted) {
            mark(halted.state(), HaltMarks.of(halted.state()));
        } else if (outcome instanceof Outcome.Cleared cleared) {
            mark(cleared.state(), null);
        }
    }

    private void mark(ChainState state, SpecificRecord mark) {
        String key = Topics.haltKey(state.chain().toString());
        context.forward(new Record<>(key, mark, now(), new RecordHeaders()), ChainTopology.POSITIONS);
    }

    private void forward(SpecificRecord record) {
        String chain = record instanceof LedgerEntry entry ? entry.getChain() : null;
        context.forward(new Record<>(chain, record, now(), new RecordHeaders()), ChainTopology.ENTRIES);
    }

    private long now() {
        return partition.clock().now().toEpochMilli();
    }

    private void put(ChainState state) {
        store.put(state.chain().toString(), chains.put(state));
    }

    @Override
    public void close() {
        if (monitor != null) {
            monitor.close();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.window.Cuts;
import io.tallystick.anchor.window.PartitionTrees;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;

/** Offers each record of its partition to the trees and forwards the heads they cut, then the window's end. */
final class TreesProcessor implements Processor<String, SpecificRecord, String, SpecificRecord> {
    private final PartitionTrees.Ledger ledger;
    private final TreesRecovery recovery;

    private ProcessorContext<String, SpecificRecord> context;
    private TreesState state;
    private PartitionTrees trees;
    private boolean stateChecked;

    private TreesProcessor(PartitionTrees.Ledger ledger, TreesRecovery recovery) {
        this.ledger = ledger;
        this.recovery = recovery;
    }

    static ProcessorSupplier<String, SpecificRecord, String, SpecificRecord> supplier(
            PartitionTrees.Ledger ledger, TreesRecovery recovery) {
        return new ProcessorSupplier<>() {
            @Override
            public Processor<String, SpecificRecord, String, SpecificRecord> get() {
                return new TreesProcessor(ledger, recovery);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return TreesState.builders();
            }
        };
    }

    @Override
    public void init(ProcessorContext<String, SpecificRecord> processorContext) {
        context = processorContext;
        stateChecked = false;
        state = context.getStateStore(TreesTopology.TREES);
        state.load(context.getStateStore(TreesTopology.CLOCK));
        trees = new PartitionTrees(ledger, partition(), state);
    }

    @Override
    public void process(Record<String, SpecificRecord> record) {
        long offset = context.recordMetadata().orElseThrow().offset();
        requireState(offset);
        if (trees.covers(offset)) {
            return;
        }
        Cuts cuts = EntryRecords.offer(trees, offset, record.key(), record.value());
        for (Cuts.Head head : cuts.heads()) {
            context.forward(new Record<>(
                    head.tree().chain().toString(),
                    HeadRecords.write(head, partition()),
                    head.time().toEpochMilli()));
        }
        cuts.closed().ifPresent(this::forward);
    }

    /** Whoever waits for the window's end need not wait for the end of the commit interval as well. */
    private void forward(Cuts.Closed closed) {
        context.forward(new Record<>(
                null, HeadRecords.write(closed, partition()), closed.end().toEpochMilli()));
        context.commit();
    }

    /**
     * An empty store is never taken for a new ledger: what heads exist says where it had come to. Nor is what is left of a
     * store taken for all of it.
     */
    private void requireState(long offset) {
        if (!stateChecked) {
            if (!trees.intact()) {
                long reached = state.clock().map(clock -> clock.last().offset()).orElse(-1L);
                state.clear();
                recovery.rebuild(partition(), Math.max(offset, reached + 1), trees, state);
            }
            stateChecked = true;
        }
    }

    private int partition() {
        return context.taskId().partition();
    }
}

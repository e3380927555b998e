// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.avro.Boundary;
import io.tallystick.avro.ChainHalt;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.chain.duplicates.DuplicateIndex;
import io.tallystick.chain.sequence.ChainState;
import io.tallystick.chain.sequence.HaltMarks;
import io.tallystick.chain.sequence.HeadGuard;
import io.tallystick.chain.sequence.Outcome;
import io.tallystick.chain.sequence.PartitionSequencer;
import io.tallystick.chain.sequence.PartitionState;
import io.tallystick.chain.sequence.Step;
import io.tallystick.topic.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Runs the core on one partition. All chain states of the partition are held decoded, a few hundred bytes each; the store is
 * written when Streams commits, never read after the start.
 */
final class SequencerProcessor implements Processor<String, SpecificRecord, String, SpecificRecord> {
    private final SequencerSupplier supplier;

    private ProcessorContext<String, SpecificRecord> context;
    private SequencerState state;
    private DuplicateIndex index;
    private PartitionSequencer sequencer;
    private SequencerMonitor monitor;

    /** There while the open transaction holds something of this task. */
    private Optional<Cancellable> pace = Optional.empty();

    SequencerProcessor(SequencerSupplier supplier) {
        this.supplier = supplier;
    }

    /**
     * Loads the state, lets the head guard compare it with the topic, brings the duplicate index up to it. Throws before
     * anything is written.
     */
    @Override
    public void init(ProcessorContext<String, SpecificRecord> processorContext) {
        context = processorContext;
        state = context.getStateStore(SequencerState.NAME);
        try {
            start(context.taskId().partition());
        } catch (RuntimeException e) {
            close(); // Streams closes only what was initialised
            throw e;
        }
    }

    private void start(int task) {
        Optional<PartitionState> stored = state.load();
        SortedMap<String, ChainState> found = state.sorted();
        long first = HeadGuard.firstNeeded(stored, found);
        List<SpecificRecord> tail = supplier.tail().read(task, first, supplier.replayMax());
        HeadGuard.Verdict verdict = supplier.guard(task).check(stored, found, tail);
        verdict.chains().forEach(state::put);
        List<ChainState> halted = HaltMarks.missing(state.chains(), marks(verdict.replayed() > 0));
        halted.forEach(state::put);
        state.put(verdict.partition());
        index = supplier.duplicates().index(task);
        sequencer = supplier.sequencer(task, index);
        monitor = new SequencerMonitor(supplier.meters(), task, index);
        monitor.started(verdict, state.chains().values());
        monitor.caughtUp(supplier.duplicates().catchUp(task, index, state, tail), index.cut());
        state.tell(new Commits(index));
        if (verdict.replayed() > 0 || !halted.isEmpty()) {
            storeSoon();
        }
    }

    /** A state that was whole and equal to the topic holds its halts; what was replayed holds none. */
    private Collection<ChainHalt> marks(boolean replayed) {
        return state.chains().isEmpty() ? List.of() : supplier.marks().read(replayed);
    }

    /** Makes index and pace follow the transactions. */
    private final class Commits implements SequencerState.Commits {
        private final DuplicateIndex follower;

        private Commits(DuplicateIndex follower) {
            this.follower = follower;
        }

        @Override
        public void prepared(PartitionState stored) {
            follower.prepared(stored.last());
            stopPace();
        }

        @Override
        public void committed() {
            follower.committed();
        }
    }

    /**
     * Has Streams commit once the task runs, which stores what was replayed. Until then a crash costs nothing: the next start
     * replays again. In {@code init} there is no transaction yet.
     */
    private void storeSoon() {
        Cancellable[] once = new Cancellable[1];
        once[0] = context.schedule(Duration.ofMillis(1), PunctuationType.WALL_CLOCK_TIME, now -> once[0].cancel());
    }

    @Override
    public void process(Record<String, SpecificRecord> record) {
        Instant appended = Instant.ofEpochMilli(record.timestamp());
        Instant limit = Instant.ofEpochMilli(supplier.system().millis()).plus(supplier.clockMaxAhead());
        Step step = sequencer.step(
                state.partition(),
                state.chains(),
                new PartitionSequencer.Input(record.key(), record.value(), appended, limit));
        step.chain().ifPresent(chain -> state.put(record.key(), chain));
        state.put(step.partition());
        step.cuts().ifPresent(cuts -> cuts.forEach(this::forward));
        step.entries().forEach(this::forward);
        step.kept().ifPresent(index::remember);
        step.notice()
                .ifPresent(notice -> context.forward(
                        new Record<>(notice.getChain(), notice, now(), new RecordHeaders()), ChainTopology.POSITIONS));
        step.outcome().ifPresent(this::announce);
        monitor.stepped(record.key(), record.value(), step, state.chains().size());
        supplier.pace().record();
        if (pace.isEmpty()) {
            pace = Optional.of(context.schedule(CommitPace.SLOT, PunctuationType.WALL_CLOCK_TIME, this::commitIfQuiet));
        }
    }

    private void stopPace() {
        pace.ifPresent(Cancellable::cancel);
        pace = Optional.empty();
    }

    private void commitIfQuiet(long nowMs) {
        if (supplier.pace().isQuiet(nowMs)) {
            context.commit();
        }
    }

    /** A halt's mark goes to the positions topic, where it outlives the state; the mark of a cleared halt is taken away. */
    private void announce(Outcome outcome) {
        if (outcome instanceof Outcome.Halted halted) {
            mark(halted.state(), HaltMarks.of(halted.state()));
        } else if (outcome instanceof Outcome.Cleared cleared) {
            mark(cleared.state(), null);
        }
    }

    private void mark(ChainState chain, SpecificRecord mark) {
        String key = Topics.haltKey(chain.chain().toString());
        context.forward(new Record<>(key, mark, now(), new RecordHeaders()), ChainTopology.POSITIONS);
    }

    private void forward(LedgerEntry entry) {
        context.forward(new Record<>(entry.getChain(), entry, now(), new RecordHeaders()), ChainTopology.ENTRIES);
    }

    private void forward(Boundary boundary) {
        context.forward(new Record<>(null, boundary, now(), new RecordHeaders()), ChainTopology.BOUNDARIES);
    }

    private long now() {
        return state.partition().clock().now().toEpochMilli();
    }

    /** What of the index is not certain to be committed is forgotten. */
    @Override
    public void close() {
        stopPace();
        if (monitor != null) {
            monitor.close();
            monitor = null;
        }
        if (index != null) {
            DuplicateIndex closing = index;
            index = null;
            closing.close();
        }
    }
}

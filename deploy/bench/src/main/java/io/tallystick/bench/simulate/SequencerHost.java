// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import io.tallystick.avro.ChainHalt;
import io.tallystick.avro.Init;
import io.tallystick.avro.Notice;
import io.tallystick.chain.sequence.BoundaryGrid;
import io.tallystick.chain.sequence.ChainState;
import io.tallystick.chain.sequence.ChainStates;
import io.tallystick.chain.sequence.HaltMarks;
import io.tallystick.chain.sequence.HeadGuard;
import io.tallystick.chain.sequence.Outcome;
import io.tallystick.chain.sequence.PartitionSequencer;
import io.tallystick.chain.sequence.PartitionState;
import io.tallystick.chain.sequence.Place;
import io.tallystick.chain.sequence.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * The sequencer of one partition, as a Streams task runs it: what it wrote, its state and how far it has read commit together
 * or not at all. Every start goes through the head guard; a store that was lost is rebuilt from the entries.
 */
final class SequencerHost {
    static final String ORIGIN = "ledger.example.com";
    private static final Duration AHEAD = Duration.ofSeconds(5);
    private static final int RECORDS_MAX = 40;

    /** The committed {@code ledger.entries}. */
    final List<SpecificRecord> entries = new ArrayList<>();

    private final World world;
    private final Place place = new Place(ORIGIN, 0, 1, (chain, partitions) -> 0);
    private final PartitionSequencer sequencer =
            new PartitionSequencer(place, new BoundaryGrid(Duration.ofMinutes(1), Duration.ofMinutes(15)));

    /** What survives a crash. */
    private SortedMap<String, byte[]> store = new TreeMap<>();

    private Optional<PartitionState> storedPartition = Optional.empty();
    private long committedOffset;

    /** The marks of halted chains in {@code ledger.positions}, which outlive the store. */
    private final Map<String, ChainHalt> marks = new TreeMap<>();

    /** What does not. */
    private ChainStates chains = new ChainStates();

    private PartitionState partition;
    private long run;
    private boolean down;

    SequencerHost(World world) {
        this.world = world;
        entries.add(new Init(0L, 1, ORIGIN, Instant.ofEpochMilli(World.EPOCH_MS)));
        start();
    }

    boolean isDown() {
        return down;
    }

    /** The mark of a source's halted chain, as an operator finds it. */
    Optional<ChainHalt> mark(Source source) {
        return Optional.ofNullable(marks.get(source.chain.toString()));
    }

    Optional<ChainState> committed(Source source) {
        return Optional.ofNullable(chains.byId().get(source.chain.toString()));
    }

    /** The ledger clock as committed. */
    Instant clock() {
        return partition.clock().now();
    }

    /** How far it lags. */
    long lag() {
        return world.ingest.end() - committedOffset;
    }

    // ---- starts and crashes

    private void start() {
        chains = new ChainStates();
        store.forEach(chains::load);
        HeadGuard.Verdict verdict = new HeadGuard(place, "ledger.entries", HeadGuard.REPLAY_RECORDS_MAX)
                .check(storedPartition, chains.all(), tail());
        verdict.chains().forEach(chains::put);
        HaltMarks.missing(chains.all(), world.mutant.marks(marks.values())).forEach(chains::put);
        store.putAll(chains.takeChanges());
        partition = verdict.partition().holding(chains.digest());
        storedPartition = Optional.of(partition);
        down = false;
        long started = ++run;
        world.time.in(world.chance.between(1, 100), () -> transact(started));
    }

    private List<SpecificRecord> tail() {
        return entries.subList((int) HeadGuard.firstNeeded(storedPartition, chains.all()), entries.size());
    }

    /** Whatever the transaction under way has done is undone. */
    void crash(long restartAfterMs) {
        run++;
        down = true;
        world.watch.sequencerDown();
        chains = new ChainStates();
        store.forEach(chains::load);
        world.time.in(restartAfterMs, () -> {
            if (down) {
                start();
            }
        });
    }

    /** Crashes, and its store is gone. What the entries do not tell, halts, is read from their marks. */
    void loseStore(long restartAfterMs) {
        store = new TreeMap<>();
        storedPartition = Optional.empty();
        crash(restartAfterMs);
    }

    // ---- one transaction

    private void transact(long ofRun) {
        if (run != ofRun) {
            return;
        }
        if (committedOffset > world.ingest.end() || committedOffset < world.ingest.start()) {
            outOfRange();
            return;
        }
        if (committedOffset == world.ingest.end()) {
            world.time.in(world.chance.between(10, 400), () -> transact(ofRun));
            return;
        }
        Transaction transaction = new Transaction();
        long end = Math.min(world.ingest.end(), committedOffset + 1 + world.chance.below(RECORDS_MAX));
        for (long offset = committedOffset; offset < end; offset++) {
            transaction.take(world.ingest.at(offset));
        }
        world.time.in(world.faults.transactionMs(), () -> {
            if (run == ofRun) {
                transaction.commit(end);
                world.time.in(world.chance.between(1, 100), () -> transact(ofRun));
            }
        });
    }

    /** The broker no longer has, or not yet, what should be read: the task stops until an operator sets another position. */
    private void outOfRange() {
        down = true;
        run++;
        world.watch.sequencerDown();
        world.time.in(world.chance.between(1_000, 20_000), () -> {
            committedOffset = world.chance.oneIn(2) ? world.ingest.start() : world.ingest.end();
            world.trace.say("sequencer", () -> "reads on at " + committedOffset);
            start();
        });
    }

    /** What one transaction holds. States are of the store only once it commits. */
    private final class Transaction {
        private final ChainStates working = new ChainStates();
        private final List<SpecificRecord> written = new ArrayList<>();
        private final List<Notice> notices = new ArrayList<>();
        private final List<Runnable> told = new ArrayList<>();
        private PartitionState after = partition;

        private Transaction() {
            store.forEach(working::load);
        }

        private void take(IngestLog.Stored stored) {
            Map<String, ChainState> states = working.byId();
            Optional<ChainState> before =
                    Optional.ofNullable(stored.parcel().key()).map(states::get);
            SpecificRecord message = world.mutant.message(stored.parcel().message(), before);
            if (message == null) {
                return;
            }
            Instant now = Instant.ofEpochMilli(World.EPOCH_MS + world.time.now());
            Step step = world.mutant.step(
                    sequencer.step(
                            after,
                            states,
                            new PartitionSequencer.Input(
                                    stored.parcel().key(),
                                    message,
                                    Instant.ofEpochMilli(World.EPOCH_MS + stored.appendedAt()),
                                    now.plus(AHEAD))),
                    message,
                    before);
            step.chain().ifPresent(working::put);
            after = step.partition();
            step.records().forEach(written::add);
            step.notice().ifPresent(notices::add);
            step.outcome().ifPresent(outcome -> {
                mark(outcome);
                told.add(() -> world.watch.sequenced(stored, step));
                world.trace.say("sequencer", () -> outcome.type().text() + ": " + Messages.text(message));
            });
        }

        private void mark(Outcome outcome) {
            if (outcome instanceof Outcome.Halted halted) {
                ChainHalt mark = HaltMarks.of(halted.state());
                told.add(() -> marks.put(mark.getChain(), mark));
            } else if (outcome instanceof Outcome.Cleared cleared) {
                told.add(() -> marks.remove(cleared.state().chain().toString()));
            }
        }

        private void commit(long end) {
            chains = working;
            store.putAll(working.takeChanges());
            partition = after.holding(working.digest());
            storedPartition = Optional.of(partition);
            committedOffset = end;
            entries.addAll(written);
            notices.forEach(world.positions::publish);
            told.forEach(Runnable::run);
        }
    }
}

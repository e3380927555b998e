// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.avro.Init;
import io.tallystick.avro.Notice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;

/** A partition from its first record on, kept in memory: what the shell does, without Kafka. */
final class PartitionRun {
    SortedMap<String, ChainState> chains;
    final List<SpecificRecord> records = new ArrayList<>();
    final List<Notice> notices = new ArrayList<>();
    PartitionState partition;

    private final PartitionSequencer sequencer;
    private final Consumer<Identities.Kept> remember;
    private ChainStates states;

    PartitionRun(Place place, BoundaryGrid grid) {
        this(place, grid, Identities.NONE, kept -> {});
    }

    PartitionRun(Place place, BoundaryGrid grid, Identities identities, Consumer<Identities.Kept> remember) {
        this.sequencer = new PartitionSequencer(place, grid, identities);
        this.remember = remember;
        Init init = Given.init();
        PartitionReplay replay = new PartitionReplay(place, Optional.empty(), new TreeMap<>());
        replay.apply(init);
        resume(new HeadGuard.Verdict(replay.partition().orElseThrow(), List.of(), 1));
        this.records.add(init);
    }

    /** Goes on with state rebuilt from nothing. */
    void resume(HeadGuard.Verdict rebuilt) {
        states = new ChainStates();
        rebuilt.chains().forEach(states::put);
        chains = states.all();
        partition = rebuilt.partition();
    }

    static PartitionRun begin() {
        return new PartitionRun(Given.place(), Given.GRID);
    }

    Step offer(String key, SpecificRecord message, Instant appended) {
        return offer(key, message, appended, appended.plusSeconds(5));
    }

    Step offer(String key, SpecificRecord message, Instant appended, Instant limit) {
        Step step = sequencer.step(partition, chains, new PartitionSequencer.Input(key, message, appended, limit));
        step.chain().ifPresent(state -> {
            states.put(state);
            chains.put(state.chain().toString(), state);
        });
        partition = step.partition().holding(states.digest());
        step.records().forEach(records::add);
        step.notice().ifPresent(notices::add);
        step.kept().ifPresent(remember);
        return step;
    }
}

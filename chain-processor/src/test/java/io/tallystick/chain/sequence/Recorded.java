// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static io.tallystick.chain.sequence.Given.CHAIN;
import static io.tallystick.chain.sequence.Given.at;

import io.tallystick.chain.sequence.Identities.Kept;
import io.tallystick.entry.Event;
import io.tallystick.topic.TenantPolicies;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.List;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;

/** A partition with one chain whose events have producers, for tests outside this package. */
public final class Recorded {
    private final PartitionRun run;
    private long offset;
    private long ms;

    public Recorded(Identities identities, Consumer<Kept> remember) {
        this.run = new PartitionRun(Given.place(), Given.GRID, identities, remember);
    }

    /** The next event, {@code later} ms after the one before; tells which entry it repeats. */
    public OptionalLong event(String id, long later) {
        ms += later;
        Step step = run.offer(
                CHAIN, Given.event(offset, "shop", id, "{\"id\":\"" + id + "\"}").build(), at(ms));
        offset++;
        Outcome.Appended appended = (Outcome.Appended) step.outcome().orElseThrow();
        return ((Event) appended.entry().entry().body()).duplicateOf();
    }

    /** An event without an identity of its own. */
    public void anonymous() {
        run.offer(CHAIN, Given.event(offset, offset, 0).setId(Given.TOPIC_ID + ":0:" + offset).build(), at(ms));
        offset++;
    }

    public void config(long revision, TenantPolicies policies) {
        run.offer(CHAIN, Given.config(CHAIN, revision, policies), at(ms));
    }

    public PartitionState state() {
        return run.partition;
    }

    public SortedMap<String, ChainState> chains() {
        return new TreeMap<>(run.chains);
    }

    /** What the entries topic holds. */
    public List<SpecificRecord> records() {
        return List.copyOf(run.records);
    }

    /** As the head guard reads it. */
    public List<SpecificRecord> tail(int most) {
        return run.records.subList(Math.max(0, run.records.size() - most), run.records.size()).stream()
                .map(EntriesRecords::withoutPayload)
                .toList();
    }

    /** Ledger times of the records. */
    public static Map.Entry<Long, Instant> place(SpecificRecord record) {
        PartitionState.LastRecord identity = EntriesRecords.identity(record);
        return Map.entry(identity.pseq(), identity.recorded());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** The one partition of {@code ledger.ingest}. Its end may be lost, its beginning removed before it was read. */
final class IngestLog {
    /**
     * What was sent.
     *
     * @param key the chain; null for a tick
     * @param sentAt when it was handed to the producer
     * @param assignedAt when its sender was assigned the partition; 0 where that does not matter
     */
    record Parcel(String key, SpecificRecord message, long sentAt, long assignedAt) {}

    /** A parcel that has landed. Landings are counted through, also those that were lost later. */
    record Stored(Parcel parcel, long landing, long appendedAt) {}

    /** Everything that ever landed, in order. */
    final List<Stored> landings = new ArrayList<>();

    private final List<Stored> records = new ArrayList<>();
    private long start;

    Stored append(Parcel parcel, long now) {
        Stored stored = new Stored(parcel, landings.size(), now);
        landings.add(stored);
        records.add(stored);
        return stored;
    }

    long start() {
        return start;
    }

    long end() {
        return records.size();
    }

    Stored at(long offset) {
        return records.get((int) offset);
    }

    void removeTo(long offset) {
        start = Math.max(start, offset);
    }

    void loseFrom(long offset) {
        records.subList((int) offset, records.size()).clear();
    }
}

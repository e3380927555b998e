// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.duplicates;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;

/** The committed records of the entries topic, from an instant on. */
@FunctionalInterface
public interface History {
    /**
     * Reads in order, in bounded time: if that does not suffice for all, the oldest are left out.
     *
     * @param partition partition of the entries topic
     * @param from ledger time of the first record wanted; some before it may come too
     * @param lastPseq counter of the last record wanted
     * @param records takes each record
     * @return ledger time of the first record from which on nothing was left out; empty if nothing was at all
     */
    Optional<Instant> read(int partition, Instant from, long lastPseq, Consumer<SpecificRecord> records);
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.duplicates;

import java.time.Instant;
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
     * @param reader takes each record
     */
    void read(int partition, Instant from, long lastPseq, Reader reader);

    /** Takes what is read, in order. */
    interface Reader {
        /** Records were left out; what comes next begins at this ledger time. Told before any record behind the hole. */
        void leftOutBefore(Instant start);

        /** The next record. */
        void take(SpecificRecord record);
    }
}

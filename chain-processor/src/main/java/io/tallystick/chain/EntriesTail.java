// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** Sees the end of a partition of the entries topic as a {@code read_committed} reader does. */
interface EntriesTail {
    /**
     * The last committed records, in order, without payloads. Waits until a pending transaction has ended.
     *
     * @param partition partition of the entries topic
     * @param fromPseq counter of the first record wanted
     * @param aheadMax if the last record's counter is above {@code fromPseq + aheadMax}, some of the last are enough
     * @throws io.tallystick.topic.LedgerIntegrityException if the partition has lost its first records
     * @return every record from {@code fromPseq} on, perhaps some before; empty if the partition holds no record
     */
    List<SpecificRecord> read(int partition, long fromPseq, long aheadMax);
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.chain.sequence.EntriesRecords;
import io.tallystick.chain.sequence.HeadGuard;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.LedgerSettings;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the tail with a spare reader.
 *
 * <p>Offsets are not counters: transaction markers and aborted records lie between. So it reads a stretch before the end, and
 * a stretch {@value #GROWTH} times as long if that does not reach far enough. The cost depends on the records wanted and on
 * the aborted ones among them, not on the length of the topic.
 */
final class KafkaEntriesTail implements EntriesTail {
    private static final long FIRST_STRETCH = 256;
    private static final int GROWTH = 8;

    private final LedgerSettings ledger;
    private final SpareReaders readers;

    KafkaEntriesTail(LedgerSettings ledger, SpareReaders readers) {
        this.ledger = ledger;
        this.readers = readers;
    }

    /** @throws KafkaException if the brokers do not answer, or a pending transaction does not end */
    @Override
    public List<SpecificRecord> read(int partition, long fromPseq, long aheadMax) {
        TopicPartition entries = new TopicPartition(ledger.topics().entries(), partition);
        return readers.read(reader -> read(reader, entries, fromPseq, aheadMax));
    }

    private static List<SpecificRecord> read(
            CommittedRecords<SpecificRecord> reader, TopicPartition entries, long fromPseq, long aheadMax) {
        long end = reader.end(entries);
        long begin = begin(reader, entries);
        for (long stretch = FIRST_STRETCH; ; stretch *= GROWTH) {
            long from = Math.max(begin, end - stretch);
            List<SpecificRecord> records = new ArrayList<>();
            reader.read(entries, from, end, record -> records.add(EntriesRecords.withoutPayload(record.value())));
            if (from == begin || enough(records, fromPseq, aheadMax)) {
                return records;
            }
        }
    }

    /** @throws LedgerIntegrityException if records were deleted from the front: nothing of a ledger ever is */
    static long begin(CommittedRecords<SpecificRecord> reader, TopicPartition entries) {
        long begin = reader.begin(entries);
        if (begin > 0) {
            throw new LedgerIntegrityException(HeadGuard.refusal(
                    entries.toString(),
                    "the topic begins at offset " + begin + ", expected 0: its first records, the Init record among"
                            + " them, were deleted. Bring them back from a replica or a backup, and set retention.ms=-1"
                            + " and cleanup.policy=delete"));
        }
        return begin;
    }

    private static boolean enough(List<SpecificRecord> records, long fromPseq, long aheadMax) {
        if (records.isEmpty()) {
            return false;
        }
        long first = EntriesRecords.pseq(records.get(0));
        long last = EntriesRecords.pseq(records.get(records.size() - 1));
        return first <= fromPseq || last - fromPseq > aheadMax;
    }
}

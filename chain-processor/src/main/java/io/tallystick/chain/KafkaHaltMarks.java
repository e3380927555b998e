// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.avro.ChainHalt;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.Topics;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the positions topic, which is compacted: in full at the first task's start, from there on only what is new. May be
 * shared by the threads of a process.
 */
final class KafkaHaltMarks implements HaltMarksReader {
    private final LedgerSettings ledger;
    private final SpareReaders readers;
    private final Map<String, ChainHalt> marks = new TreeMap<>();
    private long next;

    KafkaHaltMarks(LedgerSettings ledger, SpareReaders readers) {
        this.ledger = ledger;
        this.readers = readers;
    }

    /** @throws org.apache.kafka.common.KafkaException if the brokers do not answer, or a pending transaction does not end */
    @Override
    public synchronized Collection<ChainHalt> read(boolean pendingToo) {
        TopicPartition positions = new TopicPartition(ledger.topics().positions(), 0);
        next = readers.read(reader -> read(reader, positions, pendingToo));
        return List.copyOf(marks.values());
    }

    private long read(CommittedRecords<SpecificRecord> reader, TopicPartition positions, boolean pendingToo) {
        long end = pendingToo ? reader.end(positions) : reader.stableEnd(positions);
        if (end < next) {
            marks.clear(); // the topic was made anew
            next = 0;
        }
        reader.read(positions, Math.max(next, reader.begin(positions)), end, this::take);
        return end;
    }

    private void take(ConsumerRecord<String, SpecificRecord> record) {
        Optional<String> chain = Topics.chainOfHaltKey(record.key());
        if (chain.isEmpty()) {
            return;
        }
        if (record.value() instanceof ChainHalt mark) {
            marks.put(chain.get(), mark);
        } else {
            marks.remove(chain.get());
        }
    }
}

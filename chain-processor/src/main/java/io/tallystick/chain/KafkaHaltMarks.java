// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.avro.ChainHalt;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads the positions topic, which is compacted: in full at the first task's start, from there on only what is new. May be
 * shared by the threads of a process.
 */
final class KafkaHaltMarks implements HaltMarksReader {
    private final LedgerSettings ledger;
    private final Deserializer<SpecificRecord> values;
    private final Duration pendingMax;
    private final Map<String, ChainHalt> marks = new TreeMap<>();
    private long next;

    /**
     * @param values of the positions topic
     * @param transactionTimeout after which a broker aborts a dead producer's transaction
     */
    KafkaHaltMarks(LedgerSettings ledger, Deserializer<SpecificRecord> values, Duration transactionTimeout) {
        this.ledger = ledger;
        this.values = values;
        this.pendingMax = CommittedRecords.pendingMax(transactionTimeout);
    }

    /** @throws org.apache.kafka.common.KafkaException if the brokers do not answer, or a pending transaction does not end */
    @Override
    public synchronized Collection<ChainHalt> read(boolean pendingToo) {
        TopicPartition positions = new TopicPartition(ledger.topics().positions(), 0);
        String client = ledger.topics().group("chain") + "-halt-marks";
        try (CommittedRecords<SpecificRecord> records =
                new CommittedRecords<>(ledger.kafkaClient(client), values, pendingMax)) {
            long end = pendingToo ? records.end(positions) : records.stableEnd(positions);
            if (end < next) {
                marks.clear(); // the topic was made anew
                next = 0;
            }
            records.read(positions, Math.max(next, records.begin(positions)), end, this::take);
            next = end;
        }
        return List.copyOf(marks.values());
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

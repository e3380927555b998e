// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static io.tallystick.chain.sequence.Given.CHAIN;
import static io.tallystick.chain.sequence.Given.at;
import static io.tallystick.chain.sequence.Given.event;
import static io.tallystick.chain.sequence.Given.tick;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.fixtures.TestSeed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** An ingest that loses, repeats and reorders whatever it sends still gives one entry for each source record. */
class LossyDeliveryTest {
    private static final int RECORDS = 2_000;

    private final Random random = TestSeed.random("LossyDeliveryTest");

    /** Offsets of the committed records; between them lie markers. */
    private List<Long> source() {
        List<Long> offsets = new ArrayList<>();
        long offset = 0;
        for (int i = 0; i < RECORDS; i++) {
            offsets.add(offset);
            offset += 1 + random.nextInt(3);
        }
        return offsets;
    }

    /** The message of one record, as an ingest sends it that began to read at {@code begin}. */
    private static AdmittedEvent message(List<Long> source, int record, int begin) {
        long from = record == begin ? (record == 0 ? 0 : source.get(record - 1) + 1) : source.get(record - 1) + 1;
        return event(from, source.get(record));
    }

    @Test
    void everyRecordIsInExactlyOneEntry() {
        // Given
        List<Long> source = source();
        PartitionRun run = PartitionRun.begin();
        long clock = 0;
        int position = 0;

        // When: each round sends a batch from a position that may be old, loses some of it, repeats and swaps some
        while (accounted(run) <= source.get(RECORDS - 1)) {
            int begin = Math.max(0, position - random.nextInt(4));
            List<AdmittedEvent> batch = new ArrayList<>();
            for (int i = begin; i < Math.min(RECORDS, begin + 1 + random.nextInt(30)); i++) {
                batch.add(message(source, i, begin));
                if (random.nextInt(10) == 0) {
                    batch.add(message(source, i, begin));
                }
            }
            disturb(batch);
            for (AdmittedEvent message : batch) {
                clock += random.nextInt(400);
                run.offer(CHAIN, message, at(clock));
            }
            run.offer(null, tick(), at(clock));
            position = resume(source, accounted(run));
        }

        // Then
        EntriesOracle oracle = EntriesOracle.check(run.records);
        assertThat(oracle.sources()).containsEntry(CHAIN, source.get(RECORDS - 1) + 1);
        assertThat(oracle.sizes()).containsEntry(CHAIN, RECORDS + 1L);
        assertThat(new HeadGuard(Given.place(), "ledger.entries", Long.MAX_VALUE)
                        .check(Optional.empty(), new TreeMap<>(), run.records)
                        .partition()
                        .last())
                .isEqualTo(run.partition.last());
    }

    private void disturb(List<AdmittedEvent> batch) {
        if (batch.size() > 2 && random.nextInt(3) == 0) {
            batch.remove(random.nextInt(batch.size()));
        }
        if (batch.size() > 2 && random.nextInt(3) == 0) {
            int i = random.nextInt(batch.size() - 1);
            batch.add(i, batch.remove(i + 1));
        }
    }

    private static long accounted(PartitionRun run) {
        ChainState state = run.chains.get(CHAIN);
        return state == null ? 0 : state.source().next();
    }

    /** What ingest does on a notice: it goes on at the first record not accounted for. */
    private static int resume(List<Long> source, long next) {
        int record = 0;
        while (record < source.size() && source.get(record) < next) {
            record++;
        }
        return record;
    }
}

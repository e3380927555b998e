// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.avro.ChainTreeHead;
import io.tallystick.avro.Cut;
import io.tallystick.avro.PartitionClosed;
import io.tallystick.tree.CompactRange;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** When the last heads are enough to rebuild a partition's trees, and when reading has to go further back. */
class PartitionHeadsTest {
    private static final Duration WINDOW = Duration.ofMinutes(15);
    private static final Instant MIDNIGHT = Instant.parse("2026-11-22T00:00:00Z");

    private final PartitionHeads heads =
            new PartitionHeads(new AnchorConfig(Settings.valid(Path.of("unused"))).ledger(), 0);
    private long offset;

    private void take(String key, SpecificRecord record) {
        heads.take(new ConsumerRecord<>("ledger.heads", 0, offset++, key, record));
    }

    private void head(String chainId, Cut cut, Instant window) {
        EntryChain chain = new EntryChain(chainId);
        byte[] unused = chain.next(window);
        CompactRange range = CompactRange.EMPTY.append(chain.lastLeaf());
        take(
                chainId,
                ChainTreeHead.newBuilder()
                        .setChain(chainId)
                        .setWindow(window)
                        .setCut(cut)
                        .setSize(1)
                        .setRoot(HeadRecords.buffer(range.root()))
                        .setFrontier(HeadRecords.buffers(range))
                        .setLastLeaf(HeadRecords.buffer(chain.lastLeaf()))
                        .setEntriesPartition(0)
                        .setEntriesOffset(7)
                        .build());
    }

    private void close(int partition, Instant window, int count) {
        take(null, new PartitionClosed(partition, window, window.plus(WINDOW), count, 9L));
    }

    @Test
    void allHeadsOfADaysFirstWindowAreEnough() {
        head("acme/0", Cut.WINDOW, MIDNIGHT);
        head("acme/1", Cut.FAST, MIDNIGHT);
        head("acme/1", Cut.WINDOW, MIDNIGHT);
        close(0, MIDNIGHT, 2);
        assertThat(heads.isWhole()).isTrue();

        head("acme/1", Cut.WINDOW, MIDNIGHT.plus(WINDOW));
        close(0, MIDNIGHT.plus(WINDOW), 1);

        assertThat(heads.isWhole()).isTrue();
        assertThat(heads.atClosed()).hasSize(2);
    }

    @Test
    void aPartitionWithoutAnOpenChainHasAllThereIs() {
        close(0, MIDNIGHT, 0);

        assertThat(heads.isWhole()).isTrue();
        assertThat(heads.isEmpty()).isFalse();
    }

    /** Reading began amid them. */
    @Test
    void fewerHeadsThanTheWindowHadAreNotEnough() {
        head("acme/1", Cut.WINDOW, MIDNIGHT);
        close(0, MIDNIGHT, 2);
        head("acme/1", Cut.WINDOW, MIDNIGHT.plus(WINDOW));
        head("acme/2", Cut.WINDOW, MIDNIGHT.plus(WINDOW));
        close(0, MIDNIGHT.plus(WINDOW), 2);

        assertThat(heads.isWhole()).isFalse();
        assertThat(heads.wholeFrom()).contains(MIDNIGHT);
    }

    @Test
    void fastHeadsStandForNoneOfTheWindows() {
        head("acme/0", Cut.FAST, MIDNIGHT);
        head("acme/1", Cut.WINDOW, MIDNIGHT);
        close(0, MIDNIGHT, 2);

        assertThat(heads.isWhole()).isFalse();
    }

    @Test
    void laterWindowsOfTheDayAndOtherPartitionsAreNotEnough() {
        close(1, MIDNIGHT, 0);
        assertThat(heads.isEmpty()).isTrue();
        assertThat(heads.wholeFrom()).isEmpty();

        head("acme/0", Cut.WINDOW, MIDNIGHT.plus(WINDOW));
        close(0, MIDNIGHT.plus(WINDOW), 1);
        head("acme/0", Cut.FAST, MIDNIGHT.plus(WINDOW.multipliedBy(2)));

        assertThat(heads.isWhole()).isFalse();
        assertThat(heads.wholeFrom()).contains(MIDNIGHT);
        assertThat(heads.sinceClosed()).hasSize(1);
        assertThat(heads.lastOffset()).isEqualTo(9);
    }
}

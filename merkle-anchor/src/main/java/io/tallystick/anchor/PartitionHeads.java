// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.HeadRecords.ChainHead;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.avro.ChainTreeHead;
import io.tallystick.avro.PartitionClosed;
import io.tallystick.topic.LedgerSettings;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What the last records of {@code ledger.heads} say of one partition of the entries.
 *
 * <p>The first window of a day ends with a head of every chain that is open. So from the heads of one such window on nothing
 * earlier is needed: what has no head since is a chain that has ended, and nothing follows its end.
 */
final class PartitionHeads implements CommittedReader.Tail {
    private final LedgerSettings ledger;
    private final WindowGrid windows;
    private final int partition;
    private final Map<String, ChainHead> atClosed = new HashMap<>();
    private final Map<String, ChainHead> sinceClosed = new HashMap<>();
    private PartitionClosed closed;
    private long lastOffset = -1;
    private int windowHeads;
    private boolean whole;

    PartitionHeads(LedgerSettings ledger, int partition) {
        this.ledger = ledger;
        this.windows = new WindowGrid(ledger.windowSize());
        this.partition = partition;
    }

    @Override
    public void take(ConsumerRecord<String, SpecificRecord> record) {
        if (record.value() instanceof ChainTreeHead head && head.getEntriesPartition() == partition) {
            ChainHead read = HeadRecords.read(record.key(), head, ledger.partitions());
            sinceClosed.put(head.getChain(), read);
            windowHeads += read.isWindow() ? 1 : 0;
            lastOffset = Math.max(lastOffset, head.getEntriesOffset());
        } else if (record.value() instanceof PartitionClosed end && end.getPartition() == partition) {
            closed = end;
            // Where reading began amid the window's heads, there are fewer than the window had.
            whole |= windows.beginsDay(end.getWindowStart()) && windowHeads == end.getHeads();
            windowHeads = 0;
            lastOffset = Math.max(lastOffset, end.getEntriesOffset());
            atClosed.putAll(sinceClosed);
            sinceClosed.clear();
        }
    }

    @Override
    public boolean isWhole() {
        return whole;
    }

    /** The day of the last closed window: its first window is closed, too. */
    @Override
    public Optional<Instant> wholeFrom() {
        return closed().map(last -> last.getWindowStart().truncatedTo(ChronoUnit.DAYS));
    }

    boolean isEmpty() {
        return closed == null && sinceClosed.isEmpty();
    }

    /** The last window that is closed. */
    Optional<PartitionClosed> closed() {
        return Optional.ofNullable(closed);
    }

    /** The last head of each chain when that window was closed. */
    Collection<ChainHead> atClosed() {
        return atClosed.values();
    }

    /** The last head of each chain that has one since. */
    Collection<ChainHead> sinceClosed() {
        return sinceClosed.values();
    }

    /** The largest offset of the entries that a head or the end of a window names; -1 if none does. */
    long lastOffset() {
        return lastOffset;
    }
}

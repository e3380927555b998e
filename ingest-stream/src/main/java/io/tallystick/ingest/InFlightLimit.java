// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import java.util.Arrays;
import java.util.BitSet;

/**
 * How much may be on its way to {@code ledger.ingest}: altogether, and a share of it to each of its partitions. A partition
 * that takes nothing, having no leader for example, holds up the chains that live there and no others.
 *
 * <pre>
 * polled --&gt; waiting (for a look at its topic, or for room) --&gt; sent --&gt; acknowledged, or failed
 *            |--------------- counts for isFull --------------|
 *                                                      |------| counts for hasRoom
 * </pre>
 *
 * <p>For the ingest thread only.
 */
final class InFlightLimit {
    /** The most partitions whose shares do not overlap. */
    private static final int SHARES = 8;

    /** Less than has ever landed. */
    private static final long NEVER_FULL = -1;

    private final IngestWriter writer;
    private final long bytesMax;
    private final long shareMax;
    private final long[] waiting;
    private final BitSet full = new BitSet();
    private final long[] landedBefore;
    private long allWaiting;
    private boolean allFull;
    private long allLandedBefore = NEVER_FULL;

    /**
     * @param writer knows what is sent and not yet acknowledged
     * @param bytesMax the limit for all partitions together
     */
    InFlightLimit(IngestWriter writer, long bytesMax) {
        this.writer = writer;
        this.bytesMax = bytesMax;
        this.shareMax = bytesMax / Math.min(SHARES, writer.partitions());
        this.waiting = new long[writer.partitions()];
        this.landedBefore = new long[writer.partitions()];
        Arrays.fill(landedBefore, NEVER_FULL);
    }

    /** A batch was polled. */
    void polled(SourceBatch batch) {
        add(batch, batch.bytes());
    }

    /** The batch waits no longer: its records are sent, or it was dropped. */
    void done(SourceBatch batch) {
        add(batch, -batch.bytes());
    }

    private void add(SourceBatch batch, long bytes) {
        waiting[batch.partition().destination()] += bytes;
        allWaiting += bytes;
    }

    /** Bytes polled and not yet acknowledged. */
    long bytes() {
        return writer.inFlightBytes() + allWaiting;
    }

    /** Whether another record may be sent to this partition of {@code ledger.ingest}. */
    boolean hasRoom(int destination) {
        return writer.inFlightBytes() <= bytesMax && writer.inFlightBytes(destination) <= shareMax;
    }

    /** Whether nothing that goes to this partition of {@code ledger.ingest} is to be fetched, as of the last update. */
    boolean isFull(int destination) {
        return allFull || full.get(destination);
    }

    /**
     * Whether anything landed in this partition of {@code ledger.ingest} since it was full, and in any since all were. If not, it
     * has room only because messages failed.
     */
    boolean hasTaken(int destination) {
        return writer.landed(destination) > landedBefore[destination] && writer.landed() > allLandedBefore;
    }

    /** Looks at what is on its way now. @return whether that changed anything of {@link #isFull} */
    boolean update() {
        boolean wasAllFull = allFull;
        BitSet before = (BitSet) full.clone();
        allFull = isFull(allFull, bytes(), bytesMax);
        if (allFull && !wasAllFull) {
            allLandedBefore = writer.landed();
        }
        for (int destination = 0; destination < waiting.length; destination++) {
            long bytes = writer.inFlightBytes(destination) + waiting[destination];
            full.set(destination, isFull(before.get(destination), bytes, shareMax));
            if (full.get(destination) && !before.get(destination)) {
                landedBefore[destination] = writer.landed(destination);
            }
        }
        return allFull != wasAllFull || !full.equals(before);
    }

    /** Goes on only at half the limit, so that reading does not stutter. */
    private static boolean isFull(boolean before, long bytes, long max) {
        return before ? bytes >= max / 2 : bytes > max;
    }
}

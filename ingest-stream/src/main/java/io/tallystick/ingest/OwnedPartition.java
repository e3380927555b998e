// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.entry.ChainId;
import io.tallystick.ingest.admit.ChainPosition;
import io.tallystick.ingest.decode.SourcePartition;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** A source partition this instance reads, from its assignment to its revocation. For the ingest thread only. */
final class OwnedPartition {
    /** Why records of a partition are not fetched just now. */
    enum Hold {
        /** Topic id, position and log start are being looked up, or a gap waits for its time. */
        LOCATING,
        /** The next record needs a schema the registry has not given yet. */
        SCHEMA,
        /** A send failed a moment ago. */
        BACKING_OFF,
        /** A notice came and what is on its way must land first. */
        NOTICE
    }

    private final TopicPartition partition;
    private final ChainId chain;
    private final long assignedNanos;
    private final Set<Hold> holds = EnumSet.of(Hold.LOCATING);
    private SourcePartition source;
    private ChainPosition position;
    private OptionalLong committed = OptionalLong.empty();
    private OptionalLong notice = OptionalLong.empty();
    private long lookup;

    OwnedPartition(TopicPartition partition, ChainId chain, long assignedNanos) {
        this.partition = partition;
        this.chain = chain;
        this.assignedNanos = assignedNanos;
    }

    TopicPartition partition() {
        return partition;
    }

    ChainId chain() {
        return chain;
    }

    long assignedNanos() {
        return assignedNanos;
    }

    Set<Hold> holds() {
        return holds;
    }

    /** Starts a lookup of where the partition stands; answers of earlier ones no longer count. */
    long beginLookup() {
        return ++lookup;
    }

    long lookup() {
        return lookup;
    }

    /** Whether topic id and position are known. */
    boolean isLocated() {
        return source != null;
    }

    void locate(SourcePartition found, OptionalLong committedOffset) {
        source = found;
        committed = committedOffset;
        position = new ChainPosition(committedOffset.orElse(0));
    }

    SourcePartition source() {
        return source;
    }

    ChainPosition position() {
        return position;
    }

    /** What should be committed and is not yet. */
    Optional<Long> uncommitted() {
        return isLocated() && !committed.equals(OptionalLong.of(position.acked()))
                ? Optional.of(position.acked())
                : Optional.empty();
    }

    void committed(long offset) {
        committed = OptionalLong.of(offset);
    }

    void notice(long next) {
        notice = OptionalLong.of(next);
        holds.add(Hold.NOTICE);
    }

    /** The offset to go on at, once nothing is on its way any more. */
    OptionalLong dueNotice() {
        return isLocated() && position.isIdle() ? notice : OptionalLong.empty();
    }

    void noticeTaken() {
        notice = OptionalLong.empty();
        holds.remove(Hold.NOTICE);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static java.util.Objects.requireNonNull;

/**
 * How far a chain has accounted for its source partition.
 *
 * @param topicId id of the source topic as Kafka prints it; 1 to 255 characters
 * @param next the source offset needed next; at least 0
 * @param leaderEpoch leader epoch of the last record accepted, or of the mark that was cleared since; -1 before the first
 * @param recordsEnd the source offset behind the last record accepted; what lies from there to {@code next} was lost, and
 *     under which leader epochs is not known
 */
public record SourcePosition(String topicId, long next, int leaderEpoch, long recordsEnd) {
    /** @throws IllegalArgumentException if a value is out of range */
    public SourcePosition {
        requireNonNull(topicId, "topicId");
        if (topicId.isEmpty() || topicId.length() > 255 || next < 0 || leaderEpoch < -1) {
            throw new IllegalArgumentException(
                    "not a source position: topicId " + topicId + ", next " + next + ", leaderEpoch " + leaderEpoch);
        }
        if (recordsEnd < 0 || recordsEnd > next) {
            throw new IllegalArgumentException("records end at " + recordsEnd + ", which is not in 0.." + next);
        }
    }

    /** A position right behind a record. */
    public SourcePosition(String topicId, long next, int leaderEpoch) {
        this(topicId, next, leaderEpoch, next);
    }

    /** Where every source begins. */
    public static SourcePosition start(String topicId) {
        return new SourcePosition(topicId, 0, -1);
    }

    /** Leader epoch of the record before {@code next}; -1 if there is none, or if what precedes {@code next} was lost. */
    public int epochBeforeNext() {
        return recordsEnd == next ? leaderEpoch : -1;
    }

    /**
     * Whether a record at this offset, under this leader epoch, shows that the source has another history: epochs of one
     * history never fall. What a gap covers proves nothing, for its leader epochs are not known, and a late copy of a record
     * read before retention took it is no contradiction.
     */
    boolean isContradictedBy(long offset, int epoch) {
        return offset < recordsEnd && epoch > leaderEpoch;
    }

    SourcePosition advancedTo(long newNext, int newLeaderEpoch) {
        return new SourcePosition(topicId, newNext, newLeaderEpoch);
    }

    /** Past offsets whose records are lost. */
    SourcePosition lostTo(long newNext) {
        return new SourcePosition(topicId, newNext, leaderEpoch, recordsEnd);
    }
}

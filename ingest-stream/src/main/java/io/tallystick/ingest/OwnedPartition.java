// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.ingest.admit.SourceFollower;
import org.apache.kafka.common.TopicPartition;

/** A source partition this instance reads, from its assignment to its revocation. For the ingest thread only. */
final class OwnedPartition {
    private final TopicPartition partition;
    private final SourceFollower follower;
    private final int destination;
    private final SchemaDenials denials = new SchemaDenials();
    private boolean paused;
    private long dueSinceNanos;
    private boolean due;

    /** @param destination the partition of {@code ledger.ingest} its chain lives in */
    OwnedPartition(TopicPartition partition, SourceFollower follower, int destination) {
        this.partition = partition;
        this.follower = follower;
        this.destination = destination;
    }

    TopicPartition partition() {
        return partition;
    }

    SourceFollower follower() {
        return follower;
    }

    /** The partition of {@code ledger.ingest} its chain lives in. */
    int destination() {
        return destination;
    }

    /** Which ids the schema registry does not have, as far as its records may be judged by it. */
    SchemaDenials denials() {
        return denials;
    }

    String tenant() {
        return follower.chain().tenant();
    }

    /** Notes whether it is to be fetched. @return whether that is new */
    boolean pause(boolean pause) {
        boolean changed = paused != pause;
        paused = pause;
        return changed;
    }

    /** Notes whether something of it should be committed and is not. */
    void commitIsDue(boolean now, long nowNanos) {
        if (now && !due) {
            dueSinceNanos = nowNanos;
        }
        due = now;
    }

    /** How long something of it has waited to be committed, 0 if nothing has. */
    long uncommittedNanos(long nowNanos) {
        return due ? nowNanos - dueSinceNanos : 0;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * A source partition as the cluster sees it at one moment.
 *
 * @param topicId id of the topic, as Kafka prints it
 * @param committed ingest's committed position, if it has one, of whichever topic had the name then
 * @param logStart first offset the log still has
 * @param end last stable offset, and when it was read
 */
public record Location(String topicId, Optional<Commit> committed, long logStart, End end) {
    /**
     * The end of a source partition.
     *
     * @param offset last stable offset
     * @param asOf when it was read
     */
    public record End(long offset, Instant asOf) {
        public End {
            requireNonNull(asOf, "asOf");
        }
    }

    public Location {
        requireNonNull(topicId, "topicId");
        requireNonNull(committed, "committed");
        requireNonNull(end, "end");
    }
}

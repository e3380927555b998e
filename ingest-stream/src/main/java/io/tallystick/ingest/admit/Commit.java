// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import static java.util.Objects.requireNonNull;

/**
 * A position for the group's offsets. A hint only: what the sequencer has is what counts.
 *
 * @param topicId id of the topic the offset belongs to; under another id it means nothing
 * @param point where to read on
 */
public record Commit(String topicId, ResumePoint point) {
    public Commit {
        requireNonNull(topicId, "topicId");
        requireNonNull(point, "point");
    }
}

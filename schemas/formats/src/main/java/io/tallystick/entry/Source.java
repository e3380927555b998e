// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.util.Objects.requireNonNull;

/**
 * The tenant's topic was re-created, and an operator confirmed that the chain goes on from the new one, at offset 0.
 *
 * @param origin the chain's checkpoint origin, {@code <ledger origin>/<chain>}
 * @param source what feeds the chain from now on; its topic id differs from the last
 * @param reason {@link #TOPIC_RECREATED}
 */
public record Source(String origin, SourceTopic source, String reason) implements Body {
    /** The one reason there is. */
    public static final String TOPIC_RECREATED = "topic-recreated";

    public Source {
        Origins.require(origin);
        requireNonNull(source);
        if (!reason.equals(TOPIC_RECREATED)) {
            throw new IllegalArgumentException("unknown reason '" + reason + "' of a source entry");
        }
    }

    @Override
    public Kind kind() {
        return Kind.SOURCE;
    }
}

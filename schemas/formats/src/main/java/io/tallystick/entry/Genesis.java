// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.util.Objects.requireNonNull;

/**
 * The first entry of a chain, written as soon as ingest sees the partition, also if it is empty.
 *
 * @param origin the chain's checkpoint origin, {@code <ledger origin>/<chain>}
 * @param source what feeds the chain
 */
public record Genesis(String origin, SourceTopic source) implements Body {
    public Genesis {
        Origins.require(origin);
        requireNonNull(source);
    }

    @Override
    public Kind kind() {
        return Kind.GENESIS;
    }
}

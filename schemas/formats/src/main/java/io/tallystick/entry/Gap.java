// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.util.Objects.requireNonNull;

/**
 * Source records that are lost to the ledger.
 *
 * @param from first offset lost
 * @param next first offset not lost, above {@code from}
 * @param reason why
 */
public record Gap(long from, long next, GapReason reason) implements Body {
    public Gap {
        SourceRange.requireRange(from, next);
        requireNonNull(reason);
    }

    @Override
    public Kind kind() {
        return Kind.GAP;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What one record made the trees say.
 *
 * @param heads ascending by the text of the chain id; they precede {@code closed}
 * @param closed present if the record ended a window
 */
public record Cuts(List<Head> heads, Optional<Closed> closed) {
    /** Nothing to say. */
    public static final Cuts NONE = new Cuts(List.of(), Optional.empty());

    public Cuts {
        heads = List.copyOf(heads);
    }

    /** Why a tree was cut. */
    public enum Reason {
        /** The window's last head, to be registered. */
        WINDOW,
        /** Between windows. */
        FAST
    }

    /**
     * A tree at a cut.
     *
     * @param tree the tree
     * @param reason why
     * @param window start of the window the cut belongs to
     * @param time ledger time of the cut
     */
    public record Head(ChainTree tree, Reason reason, Instant window, Instant time) {}

    /**
     * A window's end in one partition.
     *
     * @param start start of the window
     * @param end its end, exclusive
     * @param heads number of heads cut for it
     * @param offset offset of the boundary that ended it
     */
    public record Closed(Instant start, Instant end, int heads, long offset) {}
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.Position;
import io.tallystick.anchor.external.Settled;
import java.util.List;

/** Where it is written what anchors said. */
@FunctionalInterface
interface OutsideJournal {
    /** Writes what an answer settled, and how far its anchor has come with it. */
    void write(Anchor anchor, List<Settled> ended, Position position, long registryOffset);
}

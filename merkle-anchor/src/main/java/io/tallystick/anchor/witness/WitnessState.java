// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.witness;

import io.tallystick.tree.TreeHead;
import java.io.IOException;

/** The largest tree a witness has cosigned, of each log. */
public interface WitnessState {
    /** The head cosigned last; {@link TreeHead#EMPTY} if none was. */
    TreeHead head(String origin) throws IOException;

    /** Stores a head; it is durable when this returns. */
    void store(String origin, TreeHead head) throws IOException;
}

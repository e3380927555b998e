// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.witness;

import io.tallystick.entry.Bytes;
import io.tallystick.note.Checkpoint;
import io.tallystick.tree.TreeHead;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The largest tree a witness has cosigned, of each log, and what proves that a log has forked. */
public interface WitnessState {
    /** The head cosigned last; {@link TreeHead#EMPTY} if none was. */
    TreeHead head(String origin) throws IOException;

    /** Stores a head; it is durable when this returns. */
    void store(String origin, TreeHead head) throws IOException;

    /** Keeps the signed note of a head before it is stored: should the log fork there, it is one half of the proof. */
    void keepNote(Checkpoint checkpoint, Bytes note) throws IOException;

    /**
     * Keeps a signed note of another root for the size that was cosigned last, with the note that was cosigned. Durable when this
     * returns. Only so many are kept of each log.
     *
     * @param note its log's signature on it has been verified
     * @param stands head of the log cosigned last
     */
    Fork keepFork(Checkpoint checkpoint, Bytes note, TreeHead stands) throws IOException;

    /**
     * Where the two halves of a proof lie.
     *
     * @param contradicting empty if it was not kept, because enough others of this log were
     * @param cosigned empty if the note that was cosigned has not been kept
     */
    record Fork(Optional<Path> contradicting, Optional<Path> cosigned) {}
}

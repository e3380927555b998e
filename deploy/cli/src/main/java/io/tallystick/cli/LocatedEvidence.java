// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.verify.StoreLock;
import java.nio.file.Path;
import java.util.Map;

/** Evidence on this machine, for as long as this is open. */
interface LocatedEvidence extends AutoCloseable {
    /** A folder, or a zip of one. */
    Path path();

    /** Locks that were read from the store with it, by the real path of a bundle's folder. */
    Map<Path, StoreLock> locks();

    /**
     * Gives back what was needed for it.
     *
     * @throws CommandException if the evidence went away while this was open: then nothing that was found counts
     */
    @Override
    void close();

    /** What lay there before, and stays. */
    record Local(Path path) implements LocatedEvidence {
        @Override
        public Map<Path, StoreLock> locks() {
            return Map.of();
        }

        @Override
        public void close() {}
    }
}

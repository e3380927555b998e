// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.chain.duplicates.CatchUp;
import io.tallystick.chain.duplicates.DuplicateIndex;
import io.tallystick.chain.duplicates.History;
import io.tallystick.chain.duplicates.IndexMemory;
import java.nio.file.Path;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/**
 * The duplicate indexes of a process.
 *
 * @param directory holds one directory a partition
 * @param memory of all of them
 * @param history what a lost or old index is read anew from
 */
record Duplicates(Path directory, IndexMemory memory, History history) {
    DuplicateIndex index(int partition) {
        return new DuplicateIndex(directory.resolve(Integer.toString(partition)), memory);
    }

    /** @return number of records read */
    long catchUp(int partition, DuplicateIndex index, SequencerState state, List<SpecificRecord> tail) {
        return new CatchUp(index, partition, state.chains(), history).run(state.partition(), tail);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.avro.ChainHalt;
import java.util.Collection;

/** Sees the marks of halted chains in the positions topic as a {@code read_committed} reader does. */
@FunctionalInterface
interface HaltMarksReader {
    /**
     * The last mark of each halted chain, of all partitions.
     *
     * @param pendingToo whether to wait until every pending transaction has ended. Needed if the state does not hold the halts
     *     itself. Else it does harm: the transaction may be the calling thread's own, which ends only after the wait
     */
    Collection<ChainHalt> read(boolean pendingToo);
}

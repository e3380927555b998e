// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.avro.ChainHalt;
import java.util.Collection;

/** Sees the marks of halted chains in the positions topic as a {@code read_committed} reader does. */
@FunctionalInterface
interface HaltMarksReader {
    /** The last mark of each halted chain, of all partitions; waits until a pending transaction has ended. */
    Collection<ChainHalt> read();
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.entry.Entry;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.util.Set;

/** Goes through the lines of one chain's data files. */
interface Cursor {
    /** The sequence the next line should have, for people. */
    long expectedSeq();

    /** A line that holds no entry at all. */
    void unreadable();

    /** A line whose entry bytes could be cut out but not decoded. */
    void undecodable(byte[] entryBytes);

    /** A line's entry. */
    void entry(String file, long line, Entry entry, byte[] entryBytes) throws IOException;

    /** Call after the last line. */
    void end();

    /** Where the chain stands at the window's end. */
    ChainEnd chainEnd();

    /** What schemas the entries named. */
    Set<Hash> schemas();
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLine;
import io.tallystick.bundle.Manifest;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.EntryException;
import java.util.OptionalLong;

/** Phase 3 for one line, then hands the entry to the chain's cursor. */
final class LineCheck {
    private final OpeningCheck openings;
    private final ChainCursor cursor;
    private final Findings findings;

    LineCheck(Manifest.Window window, ChainCursor cursor, Findings findings) {
        this.openings = new OpeningCheck(window, findings);
        this.cursor = cursor;
        this.findings = findings;
    }

    void line(String file, long number, byte[] bytes) {
        try {
            BundleLine line = BundleLine.parse(bytes);
            Entry entry = line.entry();
            openings.check(file, OptionalLong.of(number), line);
            cursor.entry(file, number, entry, line.entryBytes().toByteArray());
        } catch (BundleException e) {
            findings.fail(Phase.ENTRIES, Fault.at(file, number, cursor.expectedSeq(), e.getMessage()));
            chainOnly(file, number, bytes);
        }
    }

    /** The line is broken, but its entry may still be whole: the chain goes on. */
    private void chainOnly(String file, long number, byte[] bytes) {
        byte[] entryBytes;
        try {
            entryBytes = BundleLine.cutEntry(bytes);
        } catch (BundleException e) {
            findings.notChecked(
                    Phase.CHAINS, ExitCode.INCOMPLETE, file + " line " + number + " holds no entry: " + e.getMessage());
            cursor.unreadable();
            return;
        }
        try {
            cursor.entry(file, number, EntryCodec.decode(entryBytes), entryBytes);
        } catch (EntryException e) {
            findings.notChecked(
                    Phase.CHAINS,
                    ExitCode.INCOMPLETE,
                    file + " line " + number + " is not an entry: " + e.getMessage());
            cursor.undecodable(entryBytes);
        }
    }
}

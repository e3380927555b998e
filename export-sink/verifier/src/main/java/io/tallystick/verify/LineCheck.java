// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLine;
import io.tallystick.bundle.CompactLine;
import io.tallystick.bundle.Derivation;
import io.tallystick.bundle.Manifest;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.EntryException;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/** Phase 3 for one line, then hands the entry to the chain's cursor. */
final class LineCheck {
    private final OpeningCheck openings;
    private final Optional<Derivation> derived;
    private final Cursor cursor;
    private final Findings findings;

    LineCheck(Manifest manifest, Cursor cursor, Findings findings) {
        this.openings = new OpeningCheck(manifest.window(), findings);
        this.derived = manifest.derived();
        this.cursor = cursor;
        this.findings = findings;
    }

    void line(String file, long number, byte[] bytes) throws IOException {
        try {
            if (derived.filter(copy -> copy.shape() == Derivation.Shape.COMPACT).isPresent()) {
                compact(file, number, bytes);
                return;
            }
            BundleLine line = BundleLine.parse(bytes);
            Entry entry = line.entry();
            openings.check(file, OptionalLong.of(number), line);
            if (derived.isPresent() && !derived.get().filter().keeps(line)) {
                findings.fail(
                        Phase.ENTRIES,
                        Fault.at(file, number, entry.seq(), "the line does not meet the filter of the copy"));
            }
            cursor.entry(file, number, entry, line.entryBytes().toByteArray());
        } catch (BundleException e) {
            findings.fail(Phase.ENTRIES, Fault.at(file, number, cursor.expectedSeq(), e.getMessage()));
            chainOnly(file, number, bytes);
        }
    }

    /** Commitments have nothing here that would open them. */
    private void compact(String file, long number, byte[] bytes) throws IOException, BundleException {
        CompactLine line = CompactLine.parse(bytes);
        openings.checkWindow(file, OptionalLong.of(number), line.entry());
        cursor.entry(file, number, line.entry(), line.entryBytes().toByteArray());
    }

    /** The line is broken, but its entry may still be whole: the chain goes on. */
    private void chainOnly(String file, long number, byte[] bytes) throws IOException {
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

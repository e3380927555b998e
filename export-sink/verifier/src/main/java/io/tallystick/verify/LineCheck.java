// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLine;
import io.tallystick.bundle.Manifest;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.Commitments;
import io.tallystick.entry.ContextRef;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.EntryException;
import io.tallystick.entry.PayloadRef;
import io.tallystick.tree.Hash;

/** Phase 3 for one line, then hands the entry to the chain's cursor. */
final class LineCheck {
    private final Manifest.Window window;
    private final ChainCursor cursor;
    private final Findings findings;

    LineCheck(Manifest.Window window, ChainCursor cursor, Findings findings) {
        this.window = window;
        this.cursor = cursor;
        this.findings = findings;
    }

    void line(String file, long number, byte[] bytes) {
        try {
            BundleLine line = BundleLine.parse(bytes);
            Entry entry = line.entry();
            requireWindow(file, number, entry);
            requireOpenings(file, number, line);
            cursor.entry(file, number, entry, line.entryBytes().toByteArray());
        } catch (BundleException e) {
            findings.fail(Phase.ENTRIES, Fault.at(file, number, cursor.expectedSeq(), e.getMessage()));
            chainOnly(file, number, bytes);
        }
    }

    private void requireWindow(String file, long number, Entry entry) {
        if (entry.recorded().isBefore(window.start()) || !entry.recorded().isBefore(window.end())) {
            String found =
                    "recorded " + entry.recorded() + " is not in the window " + window.start() + " to " + window.end();
            findings.fail(Phase.ENTRIES, Fault.at(file, number, entry.seq(), found));
        }
    }

    private void requireOpenings(String file, long number, BundleLine line) {
        Entry entry = line.entry();
        if (line.context().isPresent()) {
            ContextRef ref = BundleLine.contextOf(entry).orElseThrow();
            Bytes context = line.context().get().bytes().orElseThrow();
            Hash commit = Commitments.context(line.context().get().salt(), context.toByteArray());
            requireOpening(file, number, entry, "context", new Opened(ref.bytes(), ref.commit()), context, commit);
        }
        if (line.payload().isPresent() && line.payload().get().bytes().isPresent()) {
            PayloadRef ref = BundleLine.payloadOf(entry).orElseThrow();
            Bytes payload = line.payload().get().bytes().get();
            Hash commit = Commitments.payload(line.payload().get().salt(), payload.toByteArray());
            requireOpening(file, number, entry, "payload", new Opened(ref.bytes(), ref.commit()), payload, commit);
        }
    }

    /** What the entry commits to. */
    private record Opened(long bytes, Hash commit) {}

    private void requireOpening(
            String file, long number, Entry entry, String what, Opened ref, Bytes found, Hash commit) {
        if (found.length() != ref.bytes()) {
            String message =
                    "the entry commits to a " + what + " of " + ref.bytes() + " bytes, found " + found.length();
            findings.fail(Phase.ENTRIES, Fault.at(file, number, entry.seq(), message));
        } else if (!commit.equals(ref.commit())) {
            String message = what + " or its salt was changed: the entry's commitment is " + ref.commit()
                    + ", they give " + commit;
            findings.fail(Phase.ENTRIES, Fault.at(file, number, entry.seq(), message));
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

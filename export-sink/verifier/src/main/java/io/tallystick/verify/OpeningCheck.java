// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleLine;
import io.tallystick.bundle.Manifest;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.Commitments;
import io.tallystick.entry.ContextRef;
import io.tallystick.entry.Entry;
import io.tallystick.entry.PayloadRef;
import io.tallystick.tree.Hash;
import java.util.OptionalLong;

/** Phase 3 for one well-formed line: the entry is of the window, and what the line carries opens its commitments. */
final class OpeningCheck {
    private final Manifest.Window window;
    private final Findings findings;

    OpeningCheck(Manifest.Window window, Findings findings) {
        this.window = window;
        this.findings = findings;
    }

    void check(String file, OptionalLong number, BundleLine line) {
        checkWindow(file, number, line.entry());
        requireOpenings(file, number, line);
    }

    void checkWindow(String file, OptionalLong number, Entry entry) {
        if (entry.recorded().isBefore(window.start()) || !entry.recorded().isBefore(window.end())) {
            String found =
                    "recorded " + entry.recorded() + " is not in the window " + window.start() + " to " + window.end();
            findings.fail(Phase.ENTRIES, new Fault(file, number, OptionalLong.of(entry.seq()), found));
        }
    }

    private void requireOpenings(String file, OptionalLong number, BundleLine line) {
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
            String file, OptionalLong number, Entry entry, String what, Opened ref, Bytes found, Hash commit) {
        if (found.length() != ref.bytes()) {
            String message =
                    "the entry commits to a " + what + " of " + ref.bytes() + " bytes, found " + found.length();
            findings.fail(Phase.ENTRIES, new Fault(file, number, OptionalLong.of(entry.seq()), message));
        } else if (!commit.equals(ref.commit())) {
            String message = what + " or its salt was changed: the entry's commitment is " + ref.commit()
                    + ", they give " + commit;
            findings.fail(Phase.ENTRIES, new Fault(file, number, OptionalLong.of(entry.seq()), message));
        }
    }
}

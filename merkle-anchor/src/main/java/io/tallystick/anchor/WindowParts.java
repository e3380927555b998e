// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.entry.Bytes;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.TreeHead;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts the parts of a window in {@code ledger.registry} together and recomputes its root. For one thread. */
final class WindowParts {
    private final List<Bytes> leaves = new ArrayList<>();
    private RegistryWindow first;
    private int parts;

    /**
     * Adds the next record of the topic.
     *
     * @return the window, once its last part is there
     * @throws LedgerIntegrityException if a part is missing or contradicts the first, or the leaves do not lead to the
     *     root the record names
     */
    Optional<SealedWindow> add(RegistryWindow part) {
        if (parts == 0) {
            first = part;
        }
        boolean fits = part.getPart() == parts
                && part.getParts() == first.getParts()
                && part.getParts() > parts
                && part.getWindowStart().equals(first.getWindowStart())
                && part.getWindowEnd().equals(first.getWindowEnd())
                && part.getPreviousSize() == first.getPreviousSize()
                && part.getPreviousFrontier().equals(first.getPreviousFrontier())
                && part.getSize() == first.getSize()
                && part.getRoot().equals(first.getRoot())
                && part.getFirstIndex() == first.getPreviousSize() + leaves.size();
        if (!fits) {
            throw new LedgerIntegrityException("registry window from " + part.getWindowStart() + ": part "
                    + part.getPart() + " of " + part.getParts() + " does not follow part " + (parts - 1)
                    + " of the window from " + first.getWindowStart());
        }
        for (ByteBuffer leaf : part.getLeaves()) {
            leaves.add(Bytes.of(EntryRecords.bytes(leaf)));
        }
        parts++;
        return parts == part.getParts() ? Optional.of(complete()) : Optional.empty();
    }

    private SealedWindow complete() {
        try {
            SealedWindow window = SealedWindow.verify(
                    first.getWindowStart(),
                    first.getWindowEnd(),
                    HeadRecords.range(first.getPreviousSize(), first.getPreviousFrontier()),
                    leaves,
                    new TreeHead(first.getSize(), HeadRecords.hash(first.getRoot())));
            leaves.clear();
            parts = 0;
            return window;
        } catch (IllegalArgumentException e) {
            throw new LedgerIntegrityException(
                    "registry window from " + first.getWindowStart() + " is malformed: " + e.getMessage(), e);
        }
    }
}

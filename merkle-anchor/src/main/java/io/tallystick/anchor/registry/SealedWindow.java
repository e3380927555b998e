// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.registry;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.entry.Bytes;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What one window {@code [start, end)} appends to the registry.
 *
 * @param start start of the window
 * @param end its end, exclusive
 * @param previous frontier of the registry before the window
 * @param leaves leaf data in tree order; the last is the window leaf
 * @param extended frontier of the registry after the window
 */
public record SealedWindow(
        Instant start, Instant end, CompactRange previous, List<Bytes> leaves, CompactRange extended) {

    public SealedWindow {
        leaves = List.copyOf(leaves);
        if (leaves.isEmpty() || extended.size() != previous.size() + leaves.size()) {
            throw new IllegalArgumentException(
                    "a window of " + leaves.size() + " leaves from " + previous.size() + " to " + extended.size());
        }
    }

    /**
     * Recomputes a window that another process claims to have sealed.
     *
     * @param previous frontier it says it began with
     * @param claimed size and root it says it reached
     * @throws LedgerIntegrityException if the leaves do not lead there, are not exactly this window's, or are not
     *     ascending
     */
    public static SealedWindow verify(
            Instant start, Instant end, CompactRange previous, List<Bytes> leaves, TreeHead claimed) {
        String where = "registry window from " + start;
        CompactRange extended = RegistryBuilder.extend(previous, leaves);
        if (!extended.head().equals(claimed)) {
            throw new LedgerIntegrityException(
                    where + ": leaves lead to " + extended.head() + ", the record says " + claimed);
        }
        if (leaves.isEmpty()) {
            throw new LedgerIntegrityException(where + ": no window leaf");
        }
        requireOrder(where, start, leaves.subList(0, leaves.size() - 1));
        RegistryLeaf.Window expected = new RegistryLeaf.Window(leaves.size() - 1L, end, previous.size(), start);
        RegistryLeaf last = parse(where, leaves.get(leaves.size() - 1));
        if (!last.equals(expected)) {
            throw new LedgerIntegrityException(where + ": window leaf is " + last + ", expected " + expected);
        }
        return new SealedWindow(start, end, previous, leaves, extended);
    }

    private static void requireOrder(String where, Instant start, List<Bytes> heads) {
        Hash previous = null;
        for (Bytes data : heads) {
            if (!(parse(where, data) instanceof RegistryLeaf.Head head)
                    || !head.window().equals(start)
                    || (previous != null && previous.compareTo(head.chain()) >= 0)) {
                throw new LedgerIntegrityException(where + ": leaf is no head of it or out of order: " + data);
            }
            previous = head.chain();
        }
    }

    private static RegistryLeaf parse(String where, Bytes data) {
        try {
            return RegistryLeaf.parse(data.toByteArray());
        } catch (BundleException e) {
            throw new LedgerIntegrityException(where + ": leaf is malformed: " + e.getMessage(), e);
        }
    }

    /**
     * The leaves in parts, for transport.
     *
     * @param leavesMax most leaves of a part, at least 1
     */
    public List<Part> parts(int leavesMax) {
        List<Part> parts = new ArrayList<>();
        for (int from = 0; from < leaves.size(); from += leavesMax) {
            List<Bytes> slice = leaves.subList(from, Math.min(from + leavesMax, leaves.size()));
            parts.add(new Part(previous.size() + from, slice));
        }
        return parts;
    }

    /**
     * Consecutive leaves of a window.
     *
     * @param firstIndex registry index of the first of them
     * @param leaves leaf data
     */
    public record Part(long firstIndex, List<Bytes> leaves) {
        public Part {
            leaves = List.copyOf(leaves);
        }
    }
}

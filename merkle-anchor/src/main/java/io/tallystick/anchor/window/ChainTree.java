// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import io.tallystick.entry.ChainId;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.EntryException;
import io.tallystick.entry.Kind;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeHead;
import java.time.Instant;
import java.util.Objects;

/**
 * One chain's tree: all that is needed to check and append the next entry. Immutable.
 *
 * @param chain whose entries these are
 * @param range the tree's frontier; its size is the next entry's sequence
 * @param lastLeaf leaf hash of the last entry, {@link Hash#ZERO} if there is none
 * @param recorded ledger time of the last entry, {@link Instant#EPOCH} if there is none
 * @param offset offset in {@code ledger.entries} of the last entry, -1 if there is none
 * @param closed whether the last entry ended the chain
 * @param lastCut the newest cut of either kind
 * @param windowSize tree size at the newest cut at a window's end
 */
public record ChainTree(
        ChainId chain,
        CompactRange range,
        Hash lastLeaf,
        Instant recorded,
        long offset,
        boolean closed,
        Cut lastCut,
        long windowSize) {

    /**
     * Where a tree was cut last.
     *
     * @param size tree size there
     * @param time ledger time of the cut
     */
    public record Cut(long size, Instant time) {
        /** Before the first cut. */
        public static final Cut NONE = new Cut(0, Instant.EPOCH);
    }

    /** @throws IllegalArgumentException if the parts contradict each other */
    public ChainTree {
        Objects.requireNonNull(chain);
        Objects.requireNonNull(recorded);
        long size = range.size();
        boolean empty = size == 0;
        if (range.begin() != 0
                || empty != lastLeaf.equals(Hash.ZERO)
                || empty != (offset < 0)
                || (empty && closed)
                || lastCut.size() > size
                || windowSize < 0
                || windowSize > lastCut.size()) {
            throw new IllegalArgumentException("contradictory tree of chain " + chain + ", size " + size);
        }
    }

    /** The tree of a chain without entries. */
    public static ChainTree empty(ChainId chain) {
        return new ChainTree(chain, CompactRange.EMPTY, Hash.ZERO, Instant.EPOCH, -1, false, Cut.NONE, 0);
    }

    /**
     * The tree as it was last cut at a window's end, from the head that was cut then and the last entry itself.
     *
     * @param range frontier of the head
     * @param lastLeaf last leaf hash of the head
     * @param last the entry the head names as its last
     * @param end the window's end
     * @throws LedgerIntegrityException if the entry is not the head's last one
     */
    public static ChainTree resume(ChainId chain, CompactRange range, Hash lastLeaf, StoredEntry last, Instant end) {
        byte[] bytes = last.entry();
        Hash leaf = Rfc6962.leafHash(bytes);
        Entry entry = decode(chain, last, bytes);
        if (!leaf.equals(lastLeaf) || !entry.chain().equals(chain) || entry.seq() != range.size() - 1) {
            throw new LedgerIntegrityException(last.where(chain) + ": is not the last entry of the tree of size "
                    + range.size() + " whose last leaf hash is " + lastLeaf);
        }
        boolean closed = entry.kind() == Kind.CLOSED;
        Cut cut = new Cut(range.size(), end);
        return new ChainTree(chain, range, leaf, entry.recorded(), last.offset(), closed, cut, range.size());
    }

    /** Number of entries. */
    public long size() {
        return range.size();
    }

    /** Size and root. */
    public TreeHead head() {
        return range.head();
    }

    /**
     * The tree with one more entry. The stored bytes are hashed first and parsed afterwards.
     *
     * @throws LedgerIntegrityException if the entry does not follow the last one by sequence, hash or clock, belongs to
     *     another chain, follows the chain's end, or is not in the one form of DESIGN.md section 6
     */
    public ChainTree append(StoredEntry stored) {
        byte[] bytes = stored.entry();
        Hash leaf = Rfc6962.leafHash(bytes);
        Entry entry = decode(chain, stored, bytes);
        if (!entry.chain().equals(chain)) {
            throw violation(stored, "entry belongs to chain " + entry.chain());
        }
        if (closed) {
            throw violation(stored, "chain was closed by sequence " + (size() - 1));
        }
        if (entry.seq() != size() || stored.seq() != size()) {
            throw violation(stored, "tree size is " + size() + ", entry has sequence " + entry.seq());
        }
        if (!entry.prev().equals(lastLeaf)) {
            throw violation(stored, "last leaf hash is " + lastLeaf + ", entry names " + entry.prev() + " as previous");
        }
        if (entry.recorded().isBefore(recorded)) {
            throw violation(stored, "recorded went back from " + recorded + " to " + entry.recorded());
        }
        return new ChainTree(
                chain,
                range.append(leaf),
                leaf,
                entry.recorded(),
                stored.offset(),
                entry.kind() == Kind.CLOSED,
                lastCut,
                windowSize);
    }

    private static Entry decode(ChainId chain, StoredEntry stored, byte[] bytes) {
        try {
            return EntryCodec.decode(bytes);
        } catch (EntryException e) {
            throw new LedgerIntegrityException(stored.where(chain) + ": entry is malformed: " + e.getMessage(), e);
        }
    }

    private LedgerIntegrityException violation(StoredEntry stored, String fault) {
        return new LedgerIntegrityException(stored.where(chain) + ": " + fault);
    }

    /** Whether entries came after the last cut at a window's end. */
    boolean grewInWindow() {
        return size() > windowSize;
    }

    ChainTree cutAt(Instant time) {
        return withCuts(new Cut(size(), time), windowSize);
    }

    ChainTree cutAtWindowEnd(Instant end) {
        return withCuts(new Cut(size(), end), size());
    }

    /** The tree with the newer of its last cut and another one. */
    public ChainTree knowing(Cut cut) {
        return cut.size() <= lastCut.size() ? this : withCuts(cut, windowSize);
    }

    private ChainTree withCuts(Cut cut, long window) {
        return new ChainTree(chain, range, lastLeaf, recorded, offset, closed, cut, window);
    }
}

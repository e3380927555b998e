// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import io.tallystick.entry.ChainId;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * The stored form of trees and clock, version 1. Numbers are big-endian, instants are milliseconds since 1970 UTC.
 *
 * <pre>
 * tree  = version[1]=1 frontier lastLeaf[32] recorded[8] offset[8] closed[1]=0|1 cutSize[8] cutTime[8] windowSize[8]
 * clock = version[1]=1 offset[8] pseq[8] now[8] window[8] trees[8] treesSum[32]
 * </pre>
 *
 * {@code trees} and {@code treesSum} are the {@link StoreDigest} of the trees; {@code frontier} is {@link RangeBytes}; the chain is the store's key. Another layout gets another version and class.
 */
public final class TreeCodec {
    private static final byte VERSION = 1;
    private static final int TREE_FIXED_BYTES = 1 + Hash.LENGTH + 8 + 8 + 1 + 8 + 8 + 8;
    private static final int CLOCK_BYTES = 1 + 4 * 8 + 8 + Hash.LENGTH;

    private TreeCodec() {}

    /** The stored form of a tree. */
    public static byte[] encode(ChainTree tree) {
        ByteBuffer to = ByteBuffer.allocate(TREE_FIXED_BYTES + RangeBytes.length(tree.range()));
        to.put(VERSION);
        RangeBytes.put(to, tree.range());
        to.put(tree.lastLeaf().bytes());
        to.putLong(tree.recorded().toEpochMilli());
        to.putLong(tree.offset());
        to.put((byte) (tree.closed() ? 1 : 0));
        to.putLong(tree.lastCut().size());
        to.putLong(tree.lastCut().time().toEpochMilli());
        to.putLong(tree.windowSize());
        return to.array();
    }

    /** @throws LedgerIntegrityException if the bytes are not what {@link #encode(ChainTree)} wrote */
    public static ChainTree decodeTree(ChainId chain, byte[] stored) {
        ByteBuffer from = ByteBuffer.wrap(stored);
        try {
            requireVersion(from);
            CompactRange range = RangeBytes.get(from);
            Hash lastLeaf = RangeBytes.hash(from);
            Instant recorded = instant(from);
            long offset = from.getLong();
            byte closed = from.get();
            ChainTree.Cut cut = new ChainTree.Cut(from.getLong(), instant(from));
            long windowSize = from.getLong();
            if (from.hasRemaining() || (closed & 0xfe) != 0) {
                throw new IllegalArgumentException("trailing bytes or no flag");
            }
            return new ChainTree(chain, range, lastLeaf, recorded, offset, closed == 1, cut, windowSize);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new LedgerIntegrityException("stored tree of chain " + chain + " is damaged", e);
        }
    }

    /** The stored form of a clock. */
    public static byte[] encode(StoredClock stored) {
        PartitionClock clock = stored.clock();
        ByteBuffer to = ByteBuffer.allocate(CLOCK_BYTES);
        to.put(VERSION);
        to.putLong(clock.last().offset());
        to.putLong(clock.last().pseq());
        to.putLong(clock.now().toEpochMilli());
        to.putLong(clock.window().toEpochMilli());
        to.putLong(stored.trees().records());
        to.put(stored.trees().sum().bytes());
        return to.array();
    }

    /** @throws LedgerIntegrityException if the bytes are not what {@link #encode(StoredClock)} wrote */
    public static StoredClock decodeClock(byte[] stored) {
        ByteBuffer from = ByteBuffer.wrap(stored);
        try {
            requireVersion(from);
            RecordPosition last = new RecordPosition(from.getLong(), from.getLong());
            PartitionClock clock = new PartitionClock(last, instant(from), instant(from));
            StoreDigest trees = new StoreDigest(from.getLong(), RangeBytes.hash(from));
            if (from.hasRemaining()) {
                throw new IllegalArgumentException("trailing bytes");
            }
            return new StoredClock(clock, trees);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new LedgerIntegrityException("stored partition clock is damaged", e);
        }
    }

    private static void requireVersion(ByteBuffer from) {
        byte version = from.get();
        if (version != VERSION) {
            throw new IllegalArgumentException("unknown version " + version);
        }
    }

    private static Instant instant(ByteBuffer from) {
        return Instant.ofEpochMilli(from.getLong());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.registry;

import io.tallystick.anchor.window.RangeBytes;
import io.tallystick.anchor.window.StoreDigest;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.LedgerTime;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The stored form of the registry's state, version 1. Numbers are big-endian, instants are milliseconds since 1970 UTC.
 *
 * <pre>
 * state    = version[1]=1 lastOffset[8] frontier registeredUntil[8] sealedUntil[8] kept[8] keptSum[32]
 *            partitions[4] progress*
 * progress = closedUntil[8] heads[4]
 * head     = version[1]=1 size[8] root[32]
 * </pre>
 *
 * {@code kept} and {@code keptSum} are the {@link StoreDigest} of the heads; {@code frontier} is {@link RangeBytes}; window and chain of a head are the store's key. Another layout gets another
 * version and class.
 */
public final class RegistryCodec {
    private static final byte VERSION = 1;
    private static final int PROGRESS_BYTES = 8 + 4;
    private static final int STATE_FIXED_BYTES = 1 + 8 + 8 + 8 + 8 + Hash.LENGTH + 4;
    private static final int HEAD_BYTES = 1 + 8 + Hash.LENGTH;

    private RegistryCodec() {}

    /** The stored form of a state. */
    public static byte[] encode(RegistryState state) {
        List<WindowTracker.Progress> partitions = state.windows().partitions();
        ByteBuffer to = ByteBuffer.allocate(
                STATE_FIXED_BYTES + RangeBytes.length(state.registry()) + partitions.size() * PROGRESS_BYTES);
        to.put(VERSION);
        to.putLong(state.lastOffset());
        RangeBytes.put(to, state.registry());
        to.putLong(state.registeredUntil().toEpochMilli());
        to.putLong(state.windows().sealedUntil().toEpochMilli());
        to.putLong(state.kept().records());
        to.put(state.kept().sum().bytes());
        to.putInt(partitions.size());
        for (WindowTracker.Progress progress : partitions) {
            to.putLong(progress.closedUntil().toEpochMilli());
            to.putInt(progress.heads());
        }
        return to.array();
    }

    /** @throws LedgerIntegrityException if the bytes are not what {@link #encode(RegistryState)} wrote */
    public static RegistryState decodeState(byte[] stored) {
        ByteBuffer from = ByteBuffer.wrap(stored);
        try {
            requireVersion(from);
            long lastOffset = from.getLong();
            CompactRange registry = RangeBytes.get(from);
            Instant registeredUntil = instant(from);
            Instant sealedUntil = instant(from);
            StoreDigest kept = new StoreDigest(from.getLong(), RangeBytes.hash(from));
            int partitions = from.getInt();
            if (from.remaining() != (long) partitions * PROGRESS_BYTES) {
                throw new IllegalArgumentException("wrong length");
            }
            List<WindowTracker.Progress> progress = new ArrayList<>(partitions);
            for (int i = 0; i < partitions; i++) {
                progress.add(new WindowTracker.Progress(instant(from), from.getInt()));
            }
            return new RegistryState(
                    lastOffset, registry, registeredUntil, new WindowTracker(progress, sealedUntil), kept);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new LedgerIntegrityException("stored registry state is damaged", e);
        }
    }

    /** The key of a head that waits for its window to be sealed: {@code <window start> <chain id>}. */
    public static String key(Instant window, ChainId chain) {
        return LedgerTime.format(window) + ' ' + chain;
    }

    /** The stored form of a head. */
    public static byte[] encode(TreeHead head) {
        ByteBuffer to = ByteBuffer.allocate(HEAD_BYTES);
        to.put(VERSION);
        to.putLong(head.size());
        to.put(head.root().bytes());
        return to.array();
    }

    /** @throws LedgerIntegrityException if the bytes are not what {@link #encode(TreeHead)} wrote */
    public static WindowHead decodeHead(ChainId chain, byte[] stored) {
        ByteBuffer from = ByteBuffer.wrap(stored);
        try {
            requireVersion(from);
            TreeHead head = new TreeHead(from.getLong(), RangeBytes.hash(from));
            if (from.hasRemaining()) {
                throw new IllegalArgumentException("trailing bytes");
            }
            return new WindowHead(chain, head);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new LedgerIntegrityException("stored head of chain " + chain + " is damaged", e);
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

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.chain.sequence.PartitionState.EntryRef;
import io.tallystick.chain.sequence.PartitionState.LastRecord;
import io.tallystick.topic.LedgerIntegrityException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/**
 * The stored form of a {@link PartitionState}. Integers are big-endian, times are milliseconds since 1970.
 *
 * <pre>
 * bytes  field
 *     1  version, 1
 *     1  flags: 1 the last record is an entry; other bits are zero
 * 1 + n  origin of the ledger: length, UTF-8
 *     8  ledger clock
 *     8  append time of the last tick
 *     8  last record: pseq
 *     8  last record: recorded
 *     8  number of chains
 *    32  digest of the chain states, {@link ChainsDigest}
 * 1 + n  last record: chain id            \
 *     8  last record: seq                 | with flag 1
 *    32  last record: leaf hash           /
 * </pre>
 */
public final class PartitionStateCodec {
    private static final int VERSION = 1;
    private static final int ENTRY = 1;
    private static final int BYTES_MAX = 2 + 256 + 32 + 40 + 256 + 40;

    private PartitionStateCodec() {}

    /** At most 626 bytes. */
    public static byte[] encode(PartitionState state) {
        ByteBuffer out = ByteBuffer.allocate(BYTES_MAX);
        LastRecord last = state.last();
        out.put((byte) VERSION).put((byte) (last.entry().isPresent() ? ENTRY : 0));
        StateBytes.putText(out, state.origin());
        StateBytes.putInstant(out, state.clock().now());
        StateBytes.putInstant(out, state.clock().lastTick());
        out.putLong(last.pseq());
        StateBytes.putInstant(out, last.recorded());
        out.putLong(state.chains().chains());
        StateBytes.putHash(out, state.chains().sum());
        last.entry().ifPresent(entry -> {
            StateBytes.putText(out, entry.chain());
            out.putLong(entry.seq());
            StateBytes.putHash(out, entry.leafHash());
        });
        return StateBytes.written(out);
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws LedgerIntegrityException if the bytes are anything else
     */
    public static PartitionState decode(byte[] bytes) {
        return StateBytes.decode(
                "state of the partition", bytes, PartitionStateCodec::read, PartitionStateCodec::encode);
    }

    private static PartitionState read(ByteBuffer in) {
        StateBytes.requireVersion(in, VERSION);
        int flags = in.get();
        String origin = StateBytes.getText(in);
        Instant now = StateBytes.getInstant(in);
        LedgerClock clock = new LedgerClock(now, StateBytes.getInstant(in));
        long pseq = in.getLong();
        Instant recorded = StateBytes.getInstant(in);
        long count = in.getLong();
        ChainsDigest chains = new ChainsDigest(count, StateBytes.getHash(in));
        Optional<EntryRef> entry = (flags & ENTRY) == 0 ? Optional.empty() : Optional.of(entry(in));
        StateBytes.requireEnd(in);
        return new PartitionState(origin, clock, new LastRecord(pseq, entry, recorded), chains);
    }

    private static EntryRef entry(ByteBuffer in) {
        String chain = StateBytes.getText(in);
        long seq = in.getLong();
        return new EntryRef(chain, seq, StateBytes.getHash(in));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.duplicates;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.chain.sequence.Identities.Seen;
import io.tallystick.chain.sequence.Identity;
import io.tallystick.entry.Salt;
import io.tallystick.tree.Hash;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Keys and values of the index. Integers are big-endian, times are milliseconds since 1970. An ordinal counts the identities
 * of a chain from 0.
 *
 * <pre>
 * key                              value
 * 'i' identity(16)                 ordinal(8) seq(8) recorded(8) salt(16) payload commit(32)
 * 'c' chain 0x00                   first ordinal not forgotten(8), first ordinal not given(8)
 * 'r' chain 0x00 first ordinal(8)  a block of the chain's ring: recorded of its last(8), then its identities (16 each)
 * 's' chain 0x00 ordinal(8)        nothing: the identity of this ordinal was given a later one
 * 'w'                              version, 1; pseq(8); recorded(8); cut(8), -1 if there is none; last record: UTF-8
 * </pre>
 */
final class IndexCodec {
    static final byte[] WATERMARK = {'w'};
    static final byte[] CHAINS = {'c'};
    static final byte[] IDENTITIES = {'i'};

    private static final byte VERSION = 1;
    private static final int SLOT_BYTES = 24 + Salt.LENGTH + Hash.LENGTH;
    private static final long NO_CUT = -1;

    private IndexCodec() {}

    /**
     * An identity in its chain's ring.
     *
     * @param ordinal its number among the chain's identities
     * @param seen the event
     */
    record Slot(long ordinal, Seen seen) {}

    /**
     * Up to where the index covers the entries topic.
     *
     * @param pseq counter of the last record covered
     * @param recorded its ledger time
     * @param record what identifies it, as text
     * @param cut start of what is covered, if records of the window before it were left out
     */
    record Watermark(long pseq, Instant recorded, String record, Optional<Instant> cut) {}

    static byte[] identityKey(Identity identity) {
        return ByteBuffer.allocate(1 + Identity.LENGTH)
                .put((byte) 'i')
                .putLong(identity.high())
                .putLong(identity.low())
                .array();
    }

    static Identity identity(byte[] identityKey) {
        ByteBuffer in = ByteBuffer.wrap(identityKey, 1, Identity.LENGTH);
        return new Identity(in.getLong(), in.getLong());
    }

    static byte[] slot(Slot slot) {
        return ByteBuffer.allocate(SLOT_BYTES)
                .putLong(slot.ordinal())
                .putLong(slot.seen().seq())
                .putLong(slot.seen().recorded().toEpochMilli())
                .put(slot.seen().salt().bytes())
                .put(slot.seen().commit().bytes())
                .array();
    }

    static Slot slot(byte[] value) {
        ByteBuffer in = ByteBuffer.wrap(value);
        long ordinal = in.getLong();
        long seq = in.getLong();
        Instant recorded = Instant.ofEpochMilli(in.getLong());
        int salt = in.position();
        int commit = salt + Salt.LENGTH;
        return new Slot(
                ordinal,
                new Seen(
                        seq,
                        recorded,
                        Salt.of(Arrays.copyOfRange(value, salt, commit)),
                        Hash.of(Arrays.copyOfRange(value, commit, commit + Hash.LENGTH))));
    }

    static byte[] chainKey(String chain) {
        return prefix('c', chain);
    }

    static String chain(byte[] chainKey) {
        return new String(chainKey, 1, chainKey.length - 2, UTF_8);
    }

    static byte[] blockKey(String chain, long firstOrdinal) {
        return numbered('r', chain, firstOrdinal);
    }

    static byte[] supersededKey(String chain, long ordinal) {
        return numbered('s', chain, ordinal);
    }

    private static byte[] numbered(char kind, String chain, long number) {
        byte[] prefix = prefix(kind, chain);
        return ByteBuffer.allocate(prefix.length + Long.BYTES)
                .put(prefix)
                .putLong(number)
                .array();
    }

    private static byte[] prefix(char kind, String chain) {
        return (kind + chain + '\0').getBytes(UTF_8);
    }

    static byte[] longs(long first, long second) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(first)
                .putLong(second)
                .array();
    }

    static byte[] block(Instant last, List<Identity> identities) {
        ByteBuffer out = ByteBuffer.allocate(Long.BYTES + identities.size() * Identity.LENGTH);
        out.putLong(last.toEpochMilli());
        identities.forEach(identity -> out.putLong(identity.high()).putLong(identity.low()));
        return out.array();
    }

    static int blockSize(byte[] block) {
        return (block.length - Long.BYTES) / Identity.LENGTH;
    }

    static Instant blockLast(byte[] block) {
        return Instant.ofEpochMilli(ByteBuffer.wrap(block).getLong());
    }

    static Identity blockIdentity(byte[] block, int index) {
        ByteBuffer in = ByteBuffer.wrap(block).position(Long.BYTES + index * Identity.LENGTH);
        return new Identity(in.getLong(), in.getLong());
    }

    static byte[] watermark(Watermark mark) {
        byte[] record = mark.record().getBytes(UTF_8);
        return ByteBuffer.allocate(1 + 3 * Long.BYTES + record.length)
                .put(VERSION)
                .putLong(mark.pseq())
                .putLong(mark.recorded().toEpochMilli())
                .putLong(mark.cut().map(Instant::toEpochMilli).orElse(NO_CUT))
                .put(record)
                .array();
    }

    /** Empty if the value is of another version: what it marks is of no use then. */
    static Optional<Watermark> watermark(byte[] value) {
        ByteBuffer in = ByteBuffer.wrap(value);
        if (value.length < 1 + 3 * Long.BYTES || in.get() != VERSION) {
            return Optional.empty();
        }
        long pseq = in.getLong();
        Instant recorded = Instant.ofEpochMilli(in.getLong());
        long cut = in.getLong();
        String record = new String(value, in.position(), in.remaining(), UTF_8);
        return Optional.of(new Watermark(
                pseq, recorded, record, cut == NO_CUT ? Optional.empty() : Optional.of(Instant.ofEpochMilli(cut))));
    }
}

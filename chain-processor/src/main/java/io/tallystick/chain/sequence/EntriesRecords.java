// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.avro.Boundary;
import io.tallystick.avro.Init;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.chain.sequence.PartitionState.EntryRef;
import io.tallystick.chain.sequence.PartitionState.LastRecord;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.EntryException;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Rfc6962;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** Reading of what the sequencer wrote: records of one partition of the entries topic. */
public final class EntriesRecords {
    private static final String CONTROL = ",\"kind\":\"control\",";

    private EntriesRecords() {}

    /**
     * The record's counter.
     *
     * @throws LedgerIntegrityException if it is no record of the entries topic
     */
    public static long pseq(SpecificRecord record) {
        if (record instanceof LedgerEntry entry) {
            return entry.getPseq();
        }
        if (record instanceof Boundary boundary) {
            return boundary.getPseq();
        }
        if (record instanceof Init init) {
            return init.getPseq();
        }
        throw foreign(record);
    }

    /**
     * The record without what only tenants and auditors read, which may be a megabyte. What state is rebuilt from stays: the
     * payload of a control entry, the salt of any.
     */
    public static SpecificRecord withoutPayload(SpecificRecord record) {
        return record instanceof LedgerEntry entry
                ? new LedgerEntry(
                        entry.getPseq(),
                        entry.getChain(),
                        entry.getSeq(),
                        entry.getLeaderEpoch(),
                        entry.getEntry(),
                        isControl(entry.getEntry()) ? entry.getPayload() : null,
                        entry.getSalt(),
                        null,
                        null,
                        null)
                : record;
    }

    /** No text in an entry holds a quote that is not escaped, so this is the member. */
    private static boolean isControl(ByteBuffer entry) {
        return new String(bytes(entry), StandardCharsets.ISO_8859_1).contains(CONTROL);
    }

    /**
     * What tells the record from any other.
     *
     * @throws LedgerIntegrityException if it is no record of the entries topic, or its entry is none
     */
    public static LastRecord identity(SpecificRecord record) {
        if (record instanceof LedgerEntry envelope) {
            EntryRef ref =
                    new EntryRef(envelope.getChain(), envelope.getSeq(), Rfc6962.leafHash(bytes(envelope.getEntry())));
            return new LastRecord(
                    envelope.getPseq(), Optional.of(ref), entry(envelope).recorded());
        }
        if (record instanceof Boundary boundary) {
            return new LastRecord(boundary.getPseq(), Optional.empty(), boundary.getTime());
        }
        if (record instanceof Init init) {
            return new LastRecord(init.getPseq(), Optional.empty(), init.getCreated());
        }
        throw foreign(record);
    }

    /** @throws LedgerIntegrityException if the bytes are no entry, or not the one the envelope names */
    public static Entry entry(LedgerEntry envelope) {
        try {
            Entry entry = EntryCodec.decode(bytes(envelope.getEntry()));
            if (!entry.chain().toString().equals(envelope.getChain()) || entry.seq() != envelope.getSeq()) {
                throw new LedgerIntegrityException("record " + envelope.getPseq() + " says it is entry "
                        + envelope.getSeq() + " of " + envelope.getChain() + " but holds entry " + entry.seq() + " of "
                        + entry.chain());
            }
            return entry;
        } catch (EntryException e) {
            throw new LedgerIntegrityException(
                    "record " + envelope.getPseq() + " of chain " + envelope.getChain() + " holds no entry: "
                            + e.getMessage(),
                    e);
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static LedgerIntegrityException foreign(SpecificRecord record) {
        return new LedgerIntegrityException("the entries topic holds no "
                + (record == null ? "null values" : record.getSchema().getFullName()));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.entry.Body;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * An entry with the bytes that are hashed, and their leaf hash. An entry is encoded here and never again; readers hash
 * the stored bytes.
 */
public final class LinkedEntry {
    private final Entry entry;
    private final byte[] bytes;
    private final Hash leafHash;

    private LinkedEntry(Entry entry, byte[] bytes) {
        this.entry = entry;
        this.bytes = bytes;
        this.leafHash = Rfc6962.leafHash(bytes);
    }

    /**
     * The entry after the one with leaf hash {@code prev}.
     *
     * @throws LedgerIntegrityException if the entry has no valid form: ingest let something through
     */
    static LinkedEntry of(ChainId chain, long seq, Hash prev, Instant recorded, Body body) {
        try {
            Entry entry = new Entry(chain, seq, prev, recorded, body);
            return new LinkedEntry(entry, EntryCodec.encode(entry));
        } catch (IllegalArgumentException e) {
            throw new LedgerIntegrityException(
                    "entry " + seq + " of chain " + chain + " cannot be encoded: " + e.getMessage(), e);
        }
    }

    public Entry entry() {
        return entry;
    }

    /** {@code SHA-256(0x00 || bytes)}. RFC 6962 §2.1. */
    public Hash leafHash() {
        return leafHash;
    }

    /** The hashed bytes, read-only; at most 4,096. */
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }
}

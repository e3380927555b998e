// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import io.tallystick.entry.ChainId;
import io.tallystick.topic.LedgerIntegrityException;

/**
 * An entry as it stands in {@code ledger.entries}.
 *
 * <p>For one use: the bytes are neither copied nor changed.
 */
public final class StoredEntry {
    private final RecordPosition position;
    private final String key;
    private final String chain;
    private final long seq;
    private final byte[] entry;

    /**
     * @param position where the record stands
     * @param key record key
     * @param chain the envelope's chain
     * @param seq the envelope's sequence
     * @param entry the bytes that are hashed
     */
    public StoredEntry(RecordPosition position, String key, String chain, long seq, byte[] entry) {
        this.position = position;
        this.key = key;
        this.chain = chain;
        this.seq = seq;
        this.entry = entry;
    }

    RecordPosition position() {
        return position;
    }

    long offset() {
        return position.offset();
    }

    long seq() {
        return seq;
    }

    byte[] entry() {
        return entry;
    }

    /**
     * The text of the chain id, which is one if a tree is known by it.
     *
     * @throws LedgerIntegrityException if key and envelope do not name the same one
     */
    String chain() {
        if (!chain.equals(key)) {
            throw new LedgerIntegrityException(
                    "chain " + chain + ", sequence " + seq + ", offset " + offset() + ": record key is " + key);
        }
        return chain;
    }

    /** @throws LedgerIntegrityException if key and envelope name no chain, or not the same one */
    ChainId chainId() {
        try {
            return ChainId.parse(chain());
        } catch (IllegalArgumentException e) {
            throw new LedgerIntegrityException(
                    "chain " + chain + ", sequence " + seq + ", offset " + offset() + ": no chain id", e);
        }
    }

    String where(ChainId of) {
        return "chain " + of + ", sequence " + seq + ", offset " + offset();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults.check;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A record of {@code ledger.entries} as it was read.
 *
 * @param pseq counter of the records of its partition
 * @param type what it is
 * @param line the entry with what it commits to, of an entry only
 */
public record LedgerRecord(long pseq, Type type, Optional<Line> line) {

    /** What stands in {@code ledger.entries}. */
    public enum Type {
        INIT,
        BOUNDARY,
        ENTRY
    }

    /**
     * An entry in its envelope. The buffers are not to be changed; their positions are left alone.
     *
     * @param chain chain id
     * @param seq as the envelope says
     * @param entry the bytes that are hashed
     * @param payload absent where the entry has none
     * @param salt of the payload's commitment
     * @param context absent where the entry has none
     * @param contextSalt of the context's commitment
     */
    public record Line(
            String chain,
            long seq,
            ByteBuffer entry,
            Optional<ByteBuffer> payload,
            Optional<ByteBuffer> salt,
            Optional<ByteBuffer> context,
            Optional<ByteBuffer> contextSalt) {}
}

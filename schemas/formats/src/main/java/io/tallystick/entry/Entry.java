// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.util.Objects.requireNonNull;

import io.tallystick.tree.Hash;
import java.time.Instant;

/**
 * One entry of a chain. See {@link EntryCodec} for its bytes.
 *
 * @param seq 0-based position in the chain, which is the leaf index in its tree; 0 exactly for the genesis
 * @param prev leaf hash of the entry before; {@link Hash#ZERO} exactly at seq 0
 * @param recorded ledger clock, whole milliseconds, years 1970 to 9999
 */
public record Entry(ChainId chain, long seq, Hash prev, Instant recorded, Body body) {
    private static final String RESERVED_TYPE = "ledger.";

    public Entry {
        requireNonNull(chain);
        Integers.require("seq", seq);
        requireNonNull(prev);
        if (!LedgerTime.isValid(recorded)) {
            throw new IllegalArgumentException(
                    "recorded " + recorded + " has a fraction of a millisecond or a year outside 1970 to 9999");
        }
        if ((seq == 0) != (body.kind() == Kind.GENESIS)) {
            throw new IllegalArgumentException("kind " + body.kind().wireName() + " at seq " + seq);
        }
        if ((seq == 0) != prev.equals(Hash.ZERO)) {
            throw new IllegalArgumentException("prev " + prev + " at seq " + seq);
        }
        if (body instanceof Genesis genesis) {
            requireSource(chain, genesis.origin(), genesis.source());
        } else if (body instanceof Source source) {
            requireSource(chain, source.origin(), source.source());
        } else if (body instanceof Event event) {
            event.duplicateOf().ifPresent(first -> requireEarlier(first, seq));
            if (event.type().startsWith(RESERVED_TYPE) && !chain.isOperator()) {
                throw new IllegalArgumentException("reserved type '" + event.type() + "' in chain " + chain);
            }
        } else if (body instanceof Rejected rejected) {
            rejected.duplicateOf().ifPresent(first -> requireEarlier(first, seq));
        }
    }

    /** The kind of its body. */
    public Kind kind() {
        return body.kind();
    }

    private static void requireSource(ChainId chain, String origin, SourceTopic source) {
        Origins.requireOf(chain, origin);
        if (!source.topic().endsWith("in." + chain.tenant())) {
            throw new IllegalArgumentException("topic '" + source.topic() + "' is not one of tenant " + chain.tenant());
        }
        if (source.partition() != chain.partition()) {
            throw new IllegalArgumentException("partition " + source.partition() + " in chain " + chain);
        }
    }

    private static void requireEarlier(long first, long seq) {
        if (first >= seq) {
            throw new IllegalArgumentException("duplicateOf " + first + " is not before seq " + seq);
        }
    }
}

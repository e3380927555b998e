// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static java.util.Objects.requireNonNull;

import io.tallystick.tree.Hash;
import java.time.Instant;
import java.util.Optional;

/**
 * All the sequencer knows of one partition of the entries topic, beside its chains. It exists from the {@code Init} record
 * on.
 *
 * @param origin the ledger's origin as the {@code Init} record has it; 1 to 128 bytes
 * @param clock the ledger clock
 * @param last the last record written
 * @param chains digest of the states of all its chains: which store this belongs to
 */
public record PartitionState(String origin, LedgerClock clock, LastRecord last, ChainsDigest chains) {
    public PartitionState {
        requireNonNull(origin, "origin");
        requireNonNull(clock, "clock");
        requireNonNull(last, "last");
        requireNonNull(chains, "chains");
    }

    /**
     * What identifies the last record of a partition, so that state and topic can be compared.
     *
     * @param pseq counter of the partition's records, from 0
     * @param entry which entry it is; empty for an {@code Init} or a {@code Boundary}
     * @param recorded its ledger time
     */
    public record LastRecord(long pseq, Optional<EntryRef> entry, Instant recorded) {
        public LastRecord {
            requireNonNull(entry, "entry");
            requireNonNull(recorded, "recorded");
            if (pseq < 0) {
                throw new IllegalArgumentException("pseq counts from 0, got: " + pseq);
            }
        }

        @Override
        public String toString() {
            return "record " + pseq + " (" + entry.map(EntryRef::toString).orElse("no entry") + ", recorded " + recorded
                    + ")";
        }
    }

    /**
     * One entry.
     *
     * @param chain chain id
     * @param seq position in the chain
     * @param leafHash its leaf hash
     */
    public record EntryRef(String chain, long seq, Hash leafHash) {
        public EntryRef {
            requireNonNull(chain, "chain");
            requireNonNull(leafHash, "leafHash");
            if (seq < 0) {
                throw new IllegalArgumentException("seq counts from 0, got: " + seq);
            }
        }

        @Override
        public String toString() {
            return "entry " + seq + " of " + chain + ", leaf hash " + leafHash;
        }
    }

    long nextPseq() {
        return last.pseq() + 1;
    }

    PartitionState at(LedgerClock newClock) {
        return new PartitionState(origin, newClock, last, chains);
    }

    PartitionState wrote(LastRecord record) {
        return new PartitionState(origin, clock, record, chains);
    }

    /** The state to be stored together with the chains of this digest. */
    public PartitionState holding(ChainsDigest digest) {
        return digest.equals(chains) ? this : new PartitionState(origin, clock, last, digest);
    }
}

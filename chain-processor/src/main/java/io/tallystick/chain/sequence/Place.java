// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static java.util.Objects.requireNonNull;

import io.tallystick.topic.LedgerIntegrityException;

/**
 * One partition of one ledger.
 *
 * @param origin the ledger's origin
 * @param partition the partition of the ingest and the entries topic; 0 to {@code partitions - 1}
 * @param partitions N
 * @param rule where a chain belongs
 */
public record Place(String origin, int partition, int partitions, PartitionRule rule) {
    /** Which of N partitions a chain lives in. */
    @FunctionalInterface
    public interface PartitionRule {
        /** A number from 0 to {@code partitions - 1}, always the same for a chain. */
        int partitionOf(String chain, int partitions);
    }

    /** @throws IllegalArgumentException if there is no such partition */
    public Place {
        requireNonNull(origin, "origin");
        requireNonNull(rule, "rule");
        if (partition < 0 || partition >= partitions) {
            throw new IllegalArgumentException("no partition " + partition + " of " + partitions);
        }
    }

    /** @throws LedgerIntegrityException if the chain lives in another partition */
    void requireHere(String chain) {
        int home = rule.partitionOf(chain, partitions);
        if (home != partition) {
            throw new LedgerIntegrityException("chain " + chain + " belongs to partition " + home + " of " + partitions
                    + " but came in partition " + partition + "; its writer breaks the partition rule");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.fixtures.TestSeed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ProofsTest {
    private static final List<Hash> LEAVES = SlowTree.leaves(131);

    @Test
    void acceptsEveryInclusionProofOfTheRfcUpToSize130() throws ProofException {
        for (int size = 1; size <= 130; size++) {
            List<Hash> leaves = LEAVES.subList(0, size);
            TreeExtension tree = new TreeExtension(CompactRange.EMPTY, leaves);
            for (int leaf = 0; leaf < size; leaf++) {
                // When
                List<Hash> proof = SlowTree.path(leaf, leaves);

                // Then
                assertThat(tree.inclusionProof(leaf)).isEqualTo(proof);
                Proofs.verifyInclusion(tree.head(), leaf, leaves.get(leaf), proof);
            }
        }
    }

    @Test
    void acceptsEveryConsistencyProofOfTheRfcUpToSize130() throws ProofException {
        for (int second = 1; second <= 130; second++) {
            TreeHead secondHead = head(second);
            for (int first = 1; first <= second; first++) {
                // Given
                CompactRange base = SlowTree.range(LEAVES.subList(0, first));

                // When
                List<Hash> proof = SlowTree.proof(first, LEAVES.subList(0, second));

                // Then
                Proofs.verifyConsistency(base.head(), secondHead, proof);
            }
        }
    }

    @Test
    void refusesEveryChangeOfAnInclusionProof() {
        Random random = TestSeed.random("refusesEveryChangeOfAnInclusionProof");
        for (int size = 1; size <= 40; size++) {
            List<Hash> leaves = LEAVES.subList(0, size);
            for (int leaf = 0; leaf < size; leaf++) {
                // Given
                TreeHead head = head(size);
                Hash hash = leaves.get(leaf);
                List<Hash> proof = SlowTree.path(leaf, leaves);
                int index = leaf;

                // Then
                for (List<Hash> changed : changes(proof, random)) {
                    refused(() -> Proofs.verifyInclusion(head, index, hash, changed));
                }
                for (long other = -1; other <= size; other++) {
                    long wrong = other;
                    if (wrong != index) {
                        refused(() -> Proofs.verifyInclusion(head, wrong, hash, proof));
                    }
                }
                refused(() -> Proofs.verifyInclusion(new TreeHead(head.size(), Hash.ZERO), index, hash, proof));
                refused(() -> Proofs.verifyInclusion(head, index, LEAVES.get(index + 1), proof));
            }
        }
    }

    @Test
    void refusesEveryChangeOfAConsistencyProof() {
        Random random = TestSeed.random("refusesEveryChangeOfAConsistencyProof");
        for (int second = 1; second <= 40; second++) {
            TreeHead secondHead = head(second);
            for (int first = 1; first <= second; first++) {
                // Given
                TreeHead firstHead = head(first);
                List<Hash> proof = SlowTree.proof(first, LEAVES.subList(0, second));

                // Then
                for (List<Hash> changed : changes(proof, random)) {
                    refused(() -> Proofs.verifyConsistency(firstHead, secondHead, changed));
                }
                refused(() -> Proofs.verifyConsistency(new TreeHead(firstHead.size(), Hash.ZERO), secondHead, proof));
                refused(() -> Proofs.verifyConsistency(firstHead, new TreeHead(secondHead.size(), Hash.ZERO), proof));
                if (first != second) {
                    refused(() -> Proofs.verifyConsistency(secondHead, firstHead, proof));
                    refused(() -> Proofs.verifyConsistency(
                            new TreeHead(firstHead.size(), secondHead.root()), secondHead, proof));
                }
            }
        }
    }

    @Test
    void refusesAnythingAboutEmptyTrees() {
        refused(() -> Proofs.verifyInclusion(TreeHead.EMPTY, 0, Hash.ZERO, List.of()));
        refused(() -> Proofs.verifyConsistency(TreeHead.EMPTY, TreeHead.EMPTY, List.of()));
        refused(() -> Proofs.verifyConsistency(TreeHead.EMPTY, head(3), List.of()));
    }

    @Test
    void measuresAProofBeforeHashingIt() {
        // Given
        TreeHead huge = new TreeHead(Long.MAX_VALUE, Hash.ZERO);
        List<Hash> endless = Collections.nCopies(Integer.MAX_VALUE, Hash.ZERO);

        // Then
        refused(() -> Proofs.verifyInclusion(huge, 5, Hash.ZERO, endless));
        refused(() -> Proofs.verifyConsistency(new TreeHead(7, Hash.ZERO), huge, endless));
    }

    @Test
    void saysWhatWasExpectedAndWhatWasFound() {
        assertThatExceptionOfType(ProofException.class)
                .isThrownBy(() -> Proofs.verifyInclusion(head(5), 1, LEAVES.get(1), List.of()))
                .withMessage("inclusion: the proof must have 3 hashes, found 0");
    }

    private static TreeHead head(int size) {
        return SlowTree.range(LEAVES.subList(0, size)).head();
    }

    /** Longer, shorter, in another order, and with each hash replaced. */
    private static List<List<Hash>> changes(List<Hash> proof, Random random) {
        List<List<Hash>> changes = new ArrayList<>();
        for (int at = 0; at <= proof.size(); at++) {
            List<Hash> longer = new ArrayList<>(proof);
            longer.add(at, LEAVES.get(random.nextInt(LEAVES.size())));
            changes.add(longer);
        }
        for (int at = 0; at < proof.size(); at++) {
            List<Hash> shorter = new ArrayList<>(proof);
            shorter.remove(at);
            changes.add(shorter);
            byte[] flipped = proof.get(at).bytes();
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
            List<Hash> replaced = new ArrayList<>(proof);
            replaced.set(at, Hash.of(flipped));
            changes.add(replaced);
        }
        if (proof.size() > 1) {
            List<Hash> swapped = new ArrayList<>(proof);
            Collections.swap(swapped, 0, 1);
            changes.add(swapped);
        }
        return changes;
    }

    private static void refused(ThrowingCallable verification) {
        assertThatExceptionOfType(ProofException.class).isThrownBy(verification);
    }
}

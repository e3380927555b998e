// SPDX-License-Identifier: Apache-2.0
package io.tallystick.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.fixtures.TestSeed;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TreeExtensionTest {
    @Test
    void agreesWithTheRfcForEveryBaseAndNumberOfNewLeavesUpTo40() throws ProofException {
        List<Hash> leaves = SlowTree.leaves(80);
        for (int base = 0; base <= 40; base++) {
            for (int added = 0; added <= 40; added++) {
                agreesWithTheRfc(leaves.subList(0, base + added), base);
            }
        }
    }

    @Test
    void agreesWithTheRfcForRandomLargerTrees() throws ProofException {
        // Given
        Random random = TestSeed.random("agreesWithTheRfcForRandomLargerTrees");
        List<Hash> leaves = SlowTree.leaves(5000);
        for (int round = 0; round < 20; round++) {
            int size = 1 + random.nextInt(leaves.size());
            int base = Math.max(0, size - 1 - random.nextInt(Math.min(size, 60)));

            // Then
            agreesWithTheRfc(leaves.subList(0, size), base);
        }
    }

    private static void agreesWithTheRfc(List<Hash> leaves, int baseSize) throws ProofException {
        // Given
        CompactRange base = SlowTree.range(leaves.subList(0, baseSize));
        TreeHead expected = new TreeHead(leaves.size(), SlowTree.root(leaves));

        // When
        TreeExtension tree = new TreeExtension(base, leaves.subList(baseSize, leaves.size()));

        // Then
        assertThat(tree.head()).isEqualTo(expected);
        assertThat(tree.extended()).isEqualTo(SlowTree.range(leaves));
        for (int leaf = baseSize; leaf < leaves.size(); leaf++) {
            List<Hash> proof = tree.inclusionProof(leaf);
            assertThat(proof).isEqualTo(SlowTree.path(leaf, leaves));
            Proofs.verifyInclusion(expected, leaf, leaves.get(leaf), proof);
        }
        if (baseSize == 0) {
            assertThat(tree.consistencyProof()).isEmpty();
        } else {
            assertThat(tree.consistencyProof()).isEqualTo(SlowTree.proof(baseSize, leaves));
            Proofs.verifyConsistency(base.head(), expected, tree.consistencyProof());
        }
    }

    @Test
    void costsNothingForAHugeBase() throws ProofException {
        // Given
        Random random = TestSeed.random("costsNothingForAHugeBase");
        for (int round = 0; round < 200; round++) {
            long size = random.nextLong() >>> (1 + random.nextInt(40));
            CompactRange base = CompactRange.of(size, hashes(random, Long.bitCount(size)));
            List<Hash> added = hashes(random, 1 + random.nextInt(20));
            if (size > Long.MAX_VALUE - added.size()) {
                continue;
            }

            // When
            TreeExtension tree = new TreeExtension(base, added);

            // Then
            CompactRange appended = base;
            for (Hash leaf : added) {
                appended = appended.append(leaf);
            }
            assertThat(tree.extended()).isEqualTo(appended);
            assertThat(tree.head()).isEqualTo(appended.head());
            for (int i = 0; i < added.size(); i++) {
                Proofs.verifyInclusion(tree.head(), size + i, added.get(i), tree.inclusionProof(size + i));
            }
            if (size > 0) {
                Proofs.verifyConsistency(base.head(), tree.head(), tree.consistencyProof());
            }
        }
    }

    @Test
    void refusesLeavesOutsideTheExtension() {
        // Given
        List<Hash> leaves = SlowTree.leaves(9);
        TreeExtension tree = new TreeExtension(SlowTree.range(leaves.subList(0, 4)), leaves.subList(4, 9));

        // Then
        for (long outside : new long[] {-1, 0, 3, 9, Long.MAX_VALUE}) {
            assertThatIllegalArgumentException().isThrownBy(() -> tree.inclusionProof(outside));
        }
    }

    @Test
    void refusesABaseThatBeginsInsideATree() {
        CompactRange inside = CompactRange.startingAt(4).append(Hash.ZERO);

        assertThatIllegalArgumentException().isThrownBy(() -> new TreeExtension(inside, List.of()));
    }

    private static List<Hash> hashes(Random random, int count) {
        List<Hash> hashes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] bytes = new byte[Hash.LENGTH];
            random.nextBytes(bytes);
            hashes.add(Hash.of(bytes));
        }
        return hashes;
    }
}

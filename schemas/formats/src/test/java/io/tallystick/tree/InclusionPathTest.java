// SPDX-License-Identifier: Apache-2.0
package io.tallystick.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.fixtures.TestSeed;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InclusionPathTest {
    @Test
    void agreesWithTheRfcForEveryLeafOfEveryTreeUpTo130() throws ProofException {
        List<Hash> leaves = SlowTree.leaves(130);
        List<TreeHead> heads = new ArrayList<>();
        for (int size = 1; size <= leaves.size(); size++) {
            heads.add(new TreeHead(size, SlowTree.root(leaves.subList(0, size))));
        }
        for (int leaf = 0; leaf < leaves.size(); leaf++) {
            // Given
            InclusionPath path = new InclusionPath(SlowTree.range(leaves.subList(0, leaf)), leaves.get(leaf));
            for (int size = leaf + 1; size <= leaves.size(); size++) {
                if (size > leaf + 1) {
                    path.append(leaves.get(size - 1));
                }

                // Then
                TreeHead head = heads.get(size - 1);
                assertThat(path.head()).isEqualTo(head);
                Proofs.verifyInclusion(head, leaf, leaves.get(leaf), path.proof());
                if (size % 7 == 0) {
                    assertThat(path.proof()).isEqualTo(SlowTree.path(leaf, leaves.subList(0, size)));
                }
            }
        }
    }

    @Test
    void agreesWithTheExtensionBehindAHugeBase() {
        // Given
        Random random = TestSeed.random("agreesWithTheExtensionBehindAHugeBase");
        for (int round = 0; round < 200; round++) {
            long size = random.nextLong() >>> (3 + random.nextInt(40));
            CompactRange base = CompactRange.of(size, hashes(random, Long.bitCount(size)));
            List<Hash> added = hashes(random, 1 + random.nextInt(40));

            // When
            InclusionPath path = new InclusionPath(base, added.get(0));
            added.subList(1, added.size()).forEach(path::append);

            // Then
            TreeExtension tree = new TreeExtension(base, added);
            assertThat(path.head()).isEqualTo(tree.head());
            assertThat(path.proof()).isEqualTo(tree.inclusionProof(size));
        }
    }

    @Test
    void rangesOfLeavesAreAsGoodAsTheLeaves() {
        // Given
        List<Hash> leaves = SlowTree.leaves(70);
        for (int leaf = 0; leaf < leaves.size(); leaf++) {
            for (int first = leaf + 1; first <= leaves.size(); first++) {
                InclusionPath oneByOne = new InclusionPath(SlowTree.range(leaves.subList(0, leaf)), leaves.get(leaf));
                leaves.subList(leaf + 1, leaves.size()).forEach(oneByOne::append);

                // When: two ranges, the first of which may hold nothing
                InclusionPath path = new InclusionPath(SlowTree.range(leaves.subList(0, leaf)), leaves.get(leaf));
                path.append(range(leaves, leaf + 1, first));
                path.append(range(leaves, first, leaves.size()));

                // Then
                assertThat(path.head()).isEqualTo(oneByOne.head());
                assertThat(path.proof()).isEqualTo(oneByOne.proof());
            }
        }
    }

    private static CompactRange range(List<Hash> leaves, int from, int to) {
        CompactRange range = CompactRange.startingAt(from);
        for (Hash leaf : leaves.subList(from, to)) {
            range = range.append(leaf);
        }
        return range;
    }

    @Test
    void refusesARangeThatDoesNotFollow() {
        InclusionPath path = new InclusionPath(CompactRange.EMPTY, Hash.ZERO);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> path.append(CompactRange.startingAt(2).append(Hash.ZERO)));
        assertThatIllegalArgumentException().isThrownBy(() -> path.append(CompactRange.EMPTY.append(Hash.ZERO)));
    }

    @Test
    void refusesABaseThatBeginsInsideATree() {
        CompactRange inside = CompactRange.startingAt(4).append(Hash.ZERO);

        assertThatIllegalArgumentException().isThrownBy(() -> new InclusionPath(inside, Hash.ZERO));
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

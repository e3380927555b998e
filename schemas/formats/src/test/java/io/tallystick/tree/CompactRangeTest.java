// SPDX-License-Identifier: Apache-2.0
package io.tallystick.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.tallystick.fixtures.TestSeed;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CompactRangeTest {
    private static final List<Hash> LEAVES = SlowTree.leaves(131);

    @Test
    void hasTheRootOfTheRfcForEverySizeUpTo130() {
        CompactRange range = CompactRange.EMPTY;
        for (int size = 0; size <= 130; size++) {
            // Then
            assertThat(range.head()).isEqualTo(new TreeHead(size, SlowTree.root(LEAVES.subList(0, size))));
            assertThat(range.frontier()).hasSize(Integer.bitCount(size));

            // When
            range = range.append(LEAVES.get(size));
        }
    }

    @Test
    void comesBackFromSizeAndFrontier() {
        for (int size = 0; size <= 130; size++) {
            // Given
            CompactRange range = SlowTree.range(LEAVES.subList(0, size));

            // When
            CompactRange back = CompactRange.of(range.size(), range.frontier());

            // Then
            assertThat(back).isEqualTo(range).hasSameHashCodeAs(range);
        }
    }

    @Test
    void mergingAnyTwoPiecesGivesTheWhole() {
        for (int size = 0; size <= 66; size++) {
            CompactRange whole = SlowTree.range(LEAVES.subList(0, size));
            for (int cut = 0; cut <= size; cut++) {
                // Given
                CompactRange left = SlowTree.range(LEAVES.subList(0, cut));
                CompactRange right = piece(cut, size);

                // When
                CompactRange merged = left.merge(right);

                // Then
                assertThat(merged).isEqualTo(whole);
            }
        }
    }

    @Test
    void mergingIsAssociative() {
        // Given
        Random random = TestSeed.random("mergingIsAssociative");
        for (int round = 0; round < 500; round++) {
            int a = random.nextInt(131);
            int b = a + random.nextInt(131 - a);
            int c = b + random.nextInt(131 - b);

            // When
            CompactRange leftFirst = piece(0, a).merge(piece(a, b)).merge(piece(b, c));
            CompactRange rightFirst = piece(0, a).merge(piece(a, b).merge(piece(b, c)));

            // Then
            assertThat(leftFirst).isEqualTo(rightFirst);
        }
    }

    @Test
    void refusesAFrontierOfTheWrongLength() {
        List<Hash> two = LEAVES.subList(0, 2);

        assertThatIllegalArgumentException().isThrownBy(() -> CompactRange.of(0, two));
        assertThatIllegalArgumentException().isThrownBy(() -> CompactRange.of(1, two));
        assertThatIllegalArgumentException().isThrownBy(() -> CompactRange.of(3, List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> CompactRange.of(7, two));
        assertThatIllegalArgumentException().isThrownBy(() -> CompactRange.of(-1, two));
    }

    @Test
    void refusesToMergeAPieceThatBeginsElsewhere() {
        assertThatIllegalArgumentException().isThrownBy(() -> piece(0, 3).merge(piece(4, 6)));
        assertThatIllegalArgumentException().isThrownBy(() -> piece(0, 3).merge(piece(2, 6)));
        assertThatIllegalArgumentException().isThrownBy(() -> piece(0, 3).merge(piece(0, 3)));
        assertThatIllegalArgumentException().isThrownBy(() -> CompactRange.startingAt(-1));
    }

    @Test
    void hasNoRootIfItBeginsInsideATree() {
        assertThatIllegalStateException().isThrownBy(() -> piece(2, 4).root());
        assertThatIllegalStateException().isThrownBy(() -> piece(2, 4).head());
    }

    private static CompactRange piece(int begin, int end) {
        CompactRange range = CompactRange.startingAt(begin);
        for (Hash leaf : LEAVES.subList(begin, end)) {
            range = range.append(leaf);
        }
        return range;
    }
}

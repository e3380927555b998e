// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.sign;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RootTest {
    private static Root root(String origin, long size) {
        return new Root(origin, new TreeHead(size, Hash.ZERO), true, Instant.EPOCH);
    }

    @Test
    void aBatchHoldsAtMostSoManyRoots() {
        List<Root> roots = List.of(root("a", 1), root("b", 1), root("c", 1));

        assertThat(Root.batchLength(roots, 2)).isEqualTo(2);
        assertThat(Root.batchLength(roots, 3)).isEqualTo(3);
        assertThat(Root.batchLength(roots, 4)).isEqualTo(3);
        assertThat(Root.batchLength(List.of(), 4)).isZero();
    }

    @Test
    void aSecondSizeOfAnOriginWaitsForTheNextBatch() {
        assertThat(Root.batchLength(List.of(root("a", 1), root("b", 1), root("a", 2)), 9))
                .isEqualTo(2);
    }

    @Test
    void aSecondRootOfASizeDoesNotHideInABatch() {
        Root forked = new Root("a", new TreeHead(1, Hash.sha256()), true, Instant.EPOCH);

        assertThat(Root.batchLength(List.of(root("a", 1), forked), 9)).isEqualTo(1);
    }

    @Test
    void theSameHeadMayStandTwiceInABatch() {
        Root fast = new Root("a", new TreeHead(1, Hash.ZERO), false, Instant.EPOCH);

        assertThat(Root.batchLength(List.of(fast, root("a", 1)), 9)).isEqualTo(2);
    }
}

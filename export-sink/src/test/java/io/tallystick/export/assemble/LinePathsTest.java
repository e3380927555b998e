// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Proofs;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeHead;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LinePathsTest {
    private static Hash leaf(long index) {
        return Rfc6962.leafHash(("leaf " + index).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void everyFollowedLeafOfEveryWindowGetsItsPath() throws Exception {
        for (long before = 0; before < 20; before++) {
            CompactRange range = CompactRange.EMPTY;
            for (long i = 0; i < before; i++) {
                range = range.append(leaf(i));
            }
            for (long size = before; size < before + 20; size++) {
                // When: every third leaf is followed
                LinePaths paths = new LinePaths(before, range.frontier());
                CompactRange whole = range;
                for (long i = before; i < size; i++) {
                    paths.append(leaf(i), i % 3 == 0);
                    whole = whole.append(leaf(i));
                }
                TreeHead head = paths.finish();

                // Then
                assertThat(head).as("%d to %d", before, size).isEqualTo(whole.head());
                for (long i = before; i < size; i++) {
                    assertThat(paths.paths().containsKey(i)).isEqualTo(i % 3 == 0);
                    if (i % 3 == 0) {
                        Proofs.verifyInclusion(head, i, leaf(i), paths.paths().get(i));
                    }
                }
            }
        }
    }
}

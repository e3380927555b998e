// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.fixtures.TestSeed;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Proofs;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeExtension;
import io.tallystick.tree.TreeHead;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RegistryHistoryTest {
    private static List<Hash> leaves(long from, long to) {
        return LongStream.range(from, to)
                .mapToObj(i -> Rfc6962.leafHash(("leaf " + i).getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    private static CompactRange frontier(long size) {
        return new TreeExtension(CompactRange.EMPTY, leaves(0, size)).extended();
    }

    @Test
    void proofsAreThoseOfAnOrdinaryTreeForAllSmallSizes() {
        for (int size = 0; size <= 130; size++) {
            CompactRange frontier = frontier(size);
            CompactRange rest = CompactRange.startingAt(size);
            for (int end = size; end <= 130; end++) {
                List<Hash> expected = new TreeExtension(frontier, leaves(size, end)).consistencyProof();

                assertThat(RegistryHistory.proof(frontier, rest))
                        .as("from %s to %s", size, end)
                        .isEqualTo(expected);
                rest = rest.append(leaves(end, end + 1).get(0));
            }
        }
    }

    @Test
    void everyWindowsEndCanBeProvenFromAfterRandomForgetting() {
        Random random = TestSeed.random("history");
        RegistryHistory history = new RegistryHistory(CompactRange.EMPTY);
        List<TreeHead> ends = new ArrayList<>();
        long size = 0;
        int oldest = 0;
        for (int window = 0; window < 200; window++) {
            long next = size + 1 + random.nextInt(40);
            history.append(size, leaves(size, next));
            size = next;
            ends.add(history.frontier(size).orElseThrow().head());
            if (random.nextInt(10) == 0) {
                oldest += random.nextInt(ends.size() - oldest);
                history.retain(Set.of(ends.get(oldest).size()), size);
            }
        }
        TreeHead last = ends.get(ends.size() - 1);
        ConsistencyProofs proofs = history.upTo(size);
        for (TreeHead end : ends.subList(oldest, ends.size())) {
            List<Hash> proof = proofs.from(end.size()).orElseThrow();

            assertThatCode(() -> Proofs.verifyConsistency(end, last, proof)).doesNotThrowAnyException();
        }
    }

    @Test
    void proofsGivenOutEarlierStayWhatTheyWere() {
        RegistryHistory history = new RegistryHistory(frontier(5));
        history.append(5, leaves(5, 9));
        ConsistencyProofs proofs = history.upTo(9);
        history.append(9, leaves(9, 30));
        history.retain(Set.of(30L), 30);

        assertThat(proofs.from(5)).contains(new TreeExtension(frontier(5), leaves(5, 9)).consistencyProof());
    }

    @Test
    void nothingIsProvenFromWhereNoWindowEndedOrBeforeTheOldestOrFromALargerTree() {
        RegistryHistory history = new RegistryHistory(frontier(5));
        history.append(5, leaves(5, 9));
        history.append(9, leaves(9, 12));

        assertThat(history.upTo(12).from(7)).isEmpty();
        assertThat(history.upTo(12).from(4)).isEmpty();
        assertThat(history.upTo(12).from(13)).isEmpty();
        assertThat(history.upTo(9).from(12)).isEmpty();
        assertThat(history.upTo(11).from(5)).isEmpty();
        assertThat(history.frontier(7)).isEmpty();
    }

    /** Windows of two leaves each. */
    private static RegistryHistory windows(long count) {
        RegistryHistory history = new RegistryHistory(CompactRange.EMPTY);
        for (long size = 0; size < 2 * count; size += 2) {
            history.append(size, leaves(size, size + 2));
        }
        return history;
    }

    @Test
    void aWitnessThatIsAwayForLongCostsOneStretchAndIsProvenToFromWhereItStood() {
        long count = 3L * RegistryHistory.WINDOWS_MAX;
        RegistryHistory history = new RegistryHistory(CompactRange.EMPTY);
        for (long size = 0; size < 2 * count; size += 2) {
            history.append(size, leaves(size, size + 2));
            history.retain(new HashSet<>(List.of(10L, 1000L, size + 2)), size + 2);
            assertThat(history.countAfter(0)).isLessThanOrEqualTo(RegistryHistory.WINDOWS_MAX + 3L);
        }

        ConsistencyProofs proofs = history.upTo(2 * count);
        TreeHead last = history.frontier(2 * count).orElseThrow().head();
        for (long size : List.of(10L, 1000L, 2 * count - 2, 2 * (count - RegistryHistory.WINDOWS_MAX) + 2)) {
            TreeHead end = frontier(size).head();
            List<Hash> proof = proofs.from(size).orElseThrow();

            assertThatCode(() -> Proofs.verifyConsistency(end, last, proof)).doesNotThrowAnyException();
        }
        assertThat(proofs.from(8)).isEmpty();
        assertThat(proofs.from(12)).isEmpty();
        assertThat(proofs.from(998)).isEmpty();
        assertThat(history.begin()).isEqualTo(10);
    }

    @Test
    void whatNobodyAsksForAnyMoreIsJoined() {
        long count = 2L * RegistryHistory.WINDOWS_MAX;
        RegistryHistory history = windows(count);
        history.retain(Set.of(4L, 100L, 200L), 2 * count);
        long before = history.countAfter(0);
        assertThat(history.upTo(2 * count).from(100)).isPresent();

        history.retain(Set.of(4L, 200L), 2 * count);

        assertThat(history.countAfter(0)).isEqualTo(before - 1);
        assertThat(history.upTo(2 * count).from(100)).isEmpty();
        assertThat(history.upTo(2 * count).from(200)).isPresent();
    }

    @Test
    void aSizeBeforeAllThatIsKnownForgetsNothingOfLate() {
        long count = RegistryHistory.WINDOWS_MAX;
        RegistryHistory history = windows(count);
        history.retain(Set.of(40L), 2 * count);

        history.retain(Set.of(20L, 2 * count + 2), 2 * count + 2);

        assertThat(history.upTo(2 * count).from(20)).isEmpty();
        assertThat(history.upTo(2 * count).from(42)).isPresent();
    }

    /** They may still become the checkpoint that is offered. */
    @Test
    void windowsAfterTheNewestCheckpointStayApart() {
        long count = 3L * RegistryHistory.WINDOWS_MAX;
        RegistryHistory history = windows(count);

        history.retain(Set.of(10L, 20L), 20);

        assertThat(history.countAfter(20)).isEqualTo(count - 10);
        assertThat(history.upTo(22).from(10)).isPresent();
    }

    @Test
    void emptyAndEqualTreesNeedNoProof() {
        RegistryHistory history = new RegistryHistory(frontier(5));

        assertThat(history.upTo(5).from(0)).contains(List.of());
        assertThat(history.upTo(5).from(5)).contains(List.of());
    }

    @Test
    void aWindowThatIsKnownIsPassedOverAndAMissingOneIsNoticed() {
        RegistryHistory history = new RegistryHistory(frontier(5));
        history.append(3, leaves(3, 5));
        assertThat(history.size()).isEqualTo(5);

        assertThatIllegalArgumentException().isThrownBy(() -> history.append(6, leaves(6, 8)));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.anchor.EntryChain;
import io.tallystick.entry.ChainId;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class TreeCodecTest {
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private EntryChain chain = new EntryChain("acme/3");

    private ChainTree grown(int size) {
        chain = new EntryChain("acme/3");
        ChainTree tree = ChainTree.empty(chain.id());
        while (tree.size() < size) {
            long seq = chain.size();
            tree = tree.append(new StoredEntry(
                    new RecordPosition(50 + seq, seq), "acme/3", "acme/3", seq, chain.next(NOON.plusMillis(seq))));
        }
        return tree;
    }

    @Test
    void treesOfEverySizeSurviveStorage() {
        for (int size = 0; size <= 66; size++) {
            ChainTree tree = grown(size);
            assertThat(TreeCodec.decodeTree(tree.chain(), TreeCodec.encode(tree)))
                    .isEqualTo(tree);
        }
    }

    @Test
    void cutsAndTheEndOfTheChainSurviveStorage() {
        ChainTree cut = grown(2).cutAtWindowEnd(NOON.plusSeconds(900));
        ChainTree closed = cut.append(new StoredEntry(
                        new RecordPosition(60, 2), "acme/3", "acme/3", 2, chain.close(NOON.plusSeconds(901))))
                .cutAt(NOON.plusSeconds(960));

        assertThat(TreeCodec.decodeTree(closed.chain(), TreeCodec.encode(closed)))
                .isEqualTo(closed);
    }

    @Test
    void theClockSurvivesStorage() {
        StoredClock clock = new StoredClock(
                new PartitionClock(new RecordPosition(7, 5), NOON, NOON.minusSeconds(300)),
                StoreDigest.EMPTY.with("acme/3", new byte[] {1}));

        assertThat(TreeCodec.decodeClock(TreeCodec.encode(clock))).isEqualTo(clock);
    }

    @Test
    void theLayoutOfTheClockIsFixed() {
        StoredClock clock = new StoredClock(
                new PartitionClock(new RecordPosition(7, 5), Instant.ofEpochMilli(258), Instant.ofEpochMilli(256)),
                new StoreDigest(3, Hash.parseHex("ab".repeat(32))));

        assertThat(HexFormat.of().formatHex(TreeCodec.encode(clock)))
                .isEqualTo("01" + "0000000000000007" + "0000000000000005" + "0000000000000102" + "0000000000000100"
                        + "0000000000000003" + "ab".repeat(32));
    }

    @Test
    void everyTruncationAndEveryTrailingByteIsRefused() {
        byte[] stored = TreeCodec.encode(grown(5));
        for (int length = 0; length < stored.length; length++) {
            refusesTree(Arrays.copyOf(stored, length));
        }
        refusesTree(Arrays.copyOf(stored, stored.length + 1));

        byte[] clock = clock();
        for (int length = 0; length < clock.length; length++) {
            refusesClock(Arrays.copyOf(clock, length));
        }
        refusesClock(Arrays.copyOf(clock, clock.length + 1));
    }

    @Test
    void anotherVersionIsRefused() {
        byte[] tree = TreeCodec.encode(grown(5));
        tree[0] = 2;
        refusesTree(tree);
        byte[] clock = clock();
        clock[0] = 0;
        refusesClock(clock);
    }

    @Test
    void aNegativeSizeIsRefused() {
        byte[] tree = TreeCodec.encode(grown(5));
        tree[1] = (byte) 0x80;
        refusesTree(tree);
    }

    @Test
    void aFlagThatIsNeitherSetNorClearIsRefused() {
        ChainTree tree = grown(1);
        byte[] stored = TreeCodec.encode(tree);
        stored[stored.length - 25] = 2;
        refusesTree(stored);
    }

    @Test
    void theLongestChainThatCanBeFitsIntoTwoAndAHalfKibibytes() {
        ChainId longestName = new ChainId("a".repeat(63), 9_999);
        List<Hash> subtrees = Collections.nCopies(63, Hash.parseHex("ab".repeat(32)));
        ChainTree longest = new ChainTree(
                longestName,
                CompactRange.of(Long.MAX_VALUE, subtrees),
                Hash.parseHex("cd".repeat(32)),
                NOON,
                Long.MAX_VALUE,
                false,
                new ChainTree.Cut(Long.MAX_VALUE, NOON),
                Long.MAX_VALUE);

        byte[] stored = TreeCodec.encode(longest);

        assertThat(TreeCodec.decodeTree(longestName, stored)).isEqualTo(longest);
        assertThat(stored.length + longestName.toString().length()).isLessThan(2_560);
    }

    private static byte[] clock() {
        return TreeCodec.encode(
                new StoredClock(new PartitionClock(new RecordPosition(7, 5), NOON, NOON), StoreDigest.EMPTY));
    }

    private void refusesTree(byte[] stored) {
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> TreeCodec.decodeTree(chain.id(), stored))
                .withMessageContaining("damaged");
    }

    private static void refusesClock(byte[] stored) {
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> TreeCodec.decodeClock(stored))
                .withMessageContaining("damaged");
    }
}

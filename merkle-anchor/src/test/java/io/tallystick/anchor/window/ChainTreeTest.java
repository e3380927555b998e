// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.anchor.EntryChain;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ChainTreeTest {
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private final EntryChain chain = new EntryChain("acme/3");
    private long offset = 100;

    private ChainTree grown(int size) {
        ChainTree tree = ChainTree.empty(chain.id());
        for (int i = 0; i < size; i++) {
            tree = tree.append(stored(chain.next(NOON.plusMillis(i))));
        }
        return tree;
    }

    private StoredEntry stored(byte[] bytes) {
        return stored(chain.size() - 1, bytes);
    }

    private StoredEntry stored(long seq, byte[] bytes) {
        offset++;
        return new StoredEntry(new RecordPosition(offset, offset), "acme/3", "acme/3", seq, bytes);
    }

    @Test
    void treeOfEverySizeHasTheRootOfItsEntries() {
        ChainTree tree = ChainTree.empty(chain.id());
        for (int size = 1; size <= 70; size++) {
            tree = tree.append(stored(chain.next(NOON)));
            assertThat(tree.head()).isEqualTo(chain.head(size));
            assertThat(tree.lastLeaf()).isEqualTo(chain.lastLeaf());
            assertThat(tree.offset()).isEqualTo(offset);
        }
    }

    @Test
    void aSequenceGapIsAViolationThatNamesChainAndSequence() {
        ChainTree tree = grown(3);

        Entry skipped = chain.draft(4, chain.lastLeaf(), NOON.plusSeconds(1));

        refuses(tree, stored(4, EntryCodec.encode(skipped)), "chain acme/3, sequence 4", "tree size is 3");
    }

    @Test
    void aRepeatedSequenceIsAViolation() {
        ChainTree tree = grown(3);

        Entry repeated = chain.draft(2, chain.lastLeaf(), NOON.plusSeconds(1));

        refuses(tree, stored(2, EntryCodec.encode(repeated)), "acme/3", "tree size is 3");
    }

    @Test
    void anEnvelopeWithAnotherSequenceThanTheEntryIsAViolation() {
        ChainTree tree = grown(3);

        byte[] entry = EntryCodec.encode(chain.draft(NOON.plusSeconds(1)));

        refuses(tree, stored(4, entry), "tree size is 3, entry has sequence 3");
    }

    @Test
    void aWrongPreviousHashIsAViolation() {
        ChainTree tree = grown(3);

        Entry forked = chain.draft(3, Hash.sha256(), NOON.plusSeconds(1));

        refuses(tree, stored(3, EntryCodec.encode(forked)), "sequence 3", "last leaf hash is " + chain.lastLeaf());
    }

    @Test
    void aChangedByteOfAnEntryShowsAtTheNextOne() {
        ChainTree tree = grown(3);
        byte[] genuine = chain.next(NOON.plusSeconds(1));
        String changed = new String(genuine, StandardCharsets.UTF_8).replace("event-3", "event-9");
        ChainTree tampered = tree.append(stored(changed.getBytes(StandardCharsets.UTF_8)));

        refuses(tampered, stored(chain.next(NOON.plusSeconds(2))), "sequence 4", "as previous");
    }

    @Test
    void recordedThatGoesBackIsAViolation() {
        ChainTree tree = grown(3);

        refuses(tree, stored(chain.next(NOON.minusMillis(1))), "recorded went back");
    }

    @Test
    void recordedMayStandStill() {
        ChainTree tree = grown(3);

        ChainTree next = tree.append(stored(chain.next(NOON.plusMillis(2))));

        assertThat(next.recorded()).isEqualTo(NOON.plusMillis(2));
    }

    @Test
    void anEntryOfAnotherChainIsAViolation() {
        ChainTree tree = grown(1);
        EntryChain other = new EntryChain("acme/4");
        other.next(NOON);

        refuses(tree, stored(1, other.next(NOON)), "entry belongs to chain acme/4");
    }

    @Test
    void nothingFollowsAClosedChain() {
        ChainTree tree = grown(2);
        ChainTree closed = tree.append(stored(chain.close(NOON.plusSeconds(1))));

        assertThat(closed.closed()).isTrue();
        refuses(closed, stored(chain.next(NOON.plusSeconds(2))), "chain was closed by sequence 2");
    }

    @Test
    void aChainThatDoesNotBeginWithSequenceZeroIsAViolation() {
        Entry event = chain.draft(1, Hash.sha256(), NOON);

        refuses(ChainTree.empty(chain.id()), stored(1, EntryCodec.encode(event)), "tree size is 0");
    }

    @Test
    void anyOtherFormOfTheSameEntryIsAViolation() {
        ChainTree tree = grown(1);
        byte[] genuine = chain.next(NOON);
        byte[] trailing = Arrays.copyOf(genuine, genuine.length + 1);
        trailing[genuine.length] = ' ';

        refuses(tree, stored(1, trailing), "malformed");
        refuses(tree, stored(1, Arrays.copyOf(genuine, genuine.length - 1)), "malformed");
        refuses(tree, stored(1, new byte[0]), "malformed");
    }

    @Test
    void resumesFromAHeadAndItsLastEntry() {
        ChainTree tree = grown(4);
        byte[] last = chain.next(NOON.plusSeconds(5));
        StoredEntry stored = stored(last);
        ChainTree full = tree.append(stored);

        ChainTree resumed = ChainTree.resume(chain.id(), full.range(), full.lastLeaf(), stored, NOON.plusSeconds(60));

        assertThat(resumed).isEqualTo(full.cutAtWindowEnd(NOON.plusSeconds(60)));
    }

    @Test
    void doesNotResumeFromAnotherEntryThanTheHeadsLast() {
        ChainTree tree = grown(4);
        StoredEntry stored = stored(chain.next(NOON.plusSeconds(5)));
        ChainTree full = tree.append(stored);

        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> ChainTree.resume(chain.id(), full.range(), tree.lastLeaf(), stored, NOON))
                .withMessageContaining("is not the last entry");
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> ChainTree.resume(chain.id(), tree.range(), full.lastLeaf(), stored, NOON))
                .withMessageContaining("is not the last entry");
    }

    @Test
    void contradictoryTreesCannotBeMade() {
        ChainTree tree = grown(2);

        assertThatIllegalArgumentException().isThrownBy(() -> tree.knowing(new ChainTree.Cut(3, NOON)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ChainTree(
                        chain.id(), CompactRange.EMPTY, tree.lastLeaf(), NOON, 1, false, ChainTree.Cut.NONE, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new ChainTree(chain.id(), tree.range(), Hash.ZERO, NOON, 1, false, ChainTree.Cut.NONE, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ChainTree(
                        chain.id(), tree.range(), tree.lastLeaf(), NOON, 1, false, ChainTree.Cut.NONE, 1));
    }

    private static void refuses(ChainTree tree, StoredEntry stored, String... words) {
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> tree.append(stored))
                .withMessageContainingAll(words);
    }
}

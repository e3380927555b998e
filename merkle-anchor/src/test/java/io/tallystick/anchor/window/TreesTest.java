// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.anchor.EntryChain;
import io.tallystick.anchor.window.Trees.Changes;
import io.tallystick.fixtures.TestSeed;
import io.tallystick.topic.LedgerIntegrityException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TreesTest {
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private final Trees trees = new Trees();
    private final SortedMap<String, byte[]> stored = new TreeMap<>();
    private Optional<byte[]> storedClock = Optional.empty();

    private static ChainTree tree(String chain, int size) {
        EntryChain entries = new EntryChain(chain);
        ChainTree tree = ChainTree.empty(entries.id());
        while (tree.size() < size) {
            long seq = tree.size();
            tree = tree.append(new StoredEntry(
                    new RecordPosition(seq, seq), chain, chain, seq, entries.next(NOON.plusSeconds(seq))));
        }
        return tree;
    }

    private static PartitionClock clock(long pseq) {
        return new PartitionClock(new RecordPosition(2 * pseq, pseq), NOON.plusSeconds(pseq), NOON);
    }

    /** As a store does that is told of the changes. */
    private Changes flush() {
        Changes changes = trees.takeChanges();
        changes.trees()
                .forEach((chain, form) -> form.ifPresentOrElse(
                        present -> stored.put(chain, present),
                        () -> assertThat(stored.remove(chain)).isNotNull()));
        storedClock = changes.clock();
        return changes;
    }

    private Trees loaded() {
        Trees loaded = new Trees();
        stored.forEach(loaded::load);
        storedClock.ifPresent(loaded::loadClock);
        return loaded;
    }

    private static Map<String, ChainTree> all(TreeStore store) {
        Map<String, ChainTree> found = new TreeMap<>();
        store.forEach(tree -> found.put(tree.chain().toString(), tree));
        return found;
    }

    private void requireBytesOf(MemoryTreeStore reference) {
        assertThat(stored.keySet()).isEqualTo(reference.stored().keySet());
        stored.forEach(
                (chain, form) -> assertThat(form).isEqualTo(reference.stored().get(chain)));
        assertThat(storedClock.isPresent()).isEqualTo(reference.storedClock().isPresent());
        storedClock.ifPresent(
                form -> assertThat(form).isEqualTo(reference.storedClock().orElseThrow()));
    }

    private void put(MemoryTreeStore reference, ChainTree tree) {
        trees.put(tree);
        reference.put(tree);
    }

    @Test
    void onlyTheLastFormOfAChangedTreeIsTakenAndOnlyOnce() {
        // Given
        trees.put(tree("acme/0", 1));
        trees.put(tree("acme/1", 1));
        trees.put(clock(2));
        flush();

        // When
        trees.put("acme/1", tree("acme/1", 2));
        trees.put("acme/1", tree("acme/1", 3));
        trees.put(clock(4));

        // Then
        Changes changes = flush();
        assertThat(changes.trees()).containsOnlyKeys("acme/1");
        assertThat(changes.trees().get("acme/1").orElseThrow()).isEqualTo(TreeCodec.encode(tree("acme/1", 3)));
        assertThat(trees.takeChanges().trees()).isEmpty();
    }

    @Test
    void theClockThatIsTakenCommitsToAllTreesThatAreStored() {
        // Given
        MemoryTreeStore reference = new MemoryTreeStore();
        put(reference, tree("acme/0", 1));
        put(reference, tree("globex/3", 2));
        flush();

        // When
        put(reference, tree("globex/3", 5));
        put(reference, tree("acme/7", 1));
        trees.put(clock(8));
        reference.put(clock(8));
        flush();

        // Then
        requireBytesOf(reference);
        assertThat(loaded().intact()).isTrue();
    }

    @Test
    void whateverHappensInBetweenTheBytesAreThoseOfTheSlowReference() {
        Random random = TestSeed.random("TreesTest");
        MemoryTreeStore reference = new MemoryTreeStore();
        Trees now = trees;
        for (int i = 0; i < 2_000; i++) {
            int what = random.nextInt(100);
            if (what < 70) {
                ChainTree tree = tree("acme/" + random.nextInt(12), 1 + random.nextInt(9));
                now.put(tree);
                reference.put(tree);
            } else if (what < 90) {
                now.put(clock(i));
                reference.put(clock(i));
            } else if (what < 92) {
                now.clear();
                reference.clear();
            } else {
                Changes changes = now.takeChanges();
                changes.trees()
                        .forEach((chain, form) -> form.ifPresentOrElse(
                                present -> stored.put(chain, present), () -> stored.remove(chain)));
                storedClock = changes.clock();
                requireBytesOf(reference);
                assertThat(now.intact()).isEqualTo(storedClock.isPresent());
                if (what < 95) {
                    now = loaded();
                    assertThat(now.intact()).isEqualTo(storedClock.isPresent());
                }
            }
            assertThat(all(now)).isEqualTo(all(reference));
            assertThat(now.clock()).isEqualTo(reference.clock());
        }
    }

    @Test
    void whatIsClearedIsRemovedFromTheStoreUnlessItCameBack() {
        // Given
        trees.put(tree("acme/0", 1));
        trees.put(tree("acme/1", 1));
        trees.put(clock(2));
        flush();
        trees.put(tree("acme/2", 1));

        // When
        trees.clear();
        trees.put(tree("acme/1", 1));

        // Then
        Changes changes = flush();
        assertThat(changes.trees()).containsOnlyKeys("acme/0", "acme/1");
        assertThat(changes.trees().get("acme/0")).isEmpty();
        assertThat(changes.clock()).isEmpty();
        assertThat(stored).containsOnlyKeys("acme/1");
        assertThat(loaded().intact()).isFalse();
    }

    @Test
    void emptyOneIsNotIntactAndGivesNothingToStore() {
        assertThat(trees.intact()).isFalse();
        assertThat(trees.clock()).isEmpty();
        assertThat(trees.tree("acme/0")).isEmpty();
        assertThat(trees.takeChanges().trees()).isEmpty();
        assertThat(trees.takeChanges().clock()).isEmpty();
        assertThat(trees.intact()).isFalse();
    }

    @Test
    void aClockWithoutChainsIsIntact() {
        trees.put(clock(0));
        flush();

        assertThat(loaded().intact()).isTrue();
    }

    @Test
    void everyLostOlderOrStrangeTreeIsNoticed() {
        trees.put(tree("acme/0", 1));
        trees.put(tree("acme/1", 1));
        trees.put(clock(2));
        flush();
        byte[] first = stored.get("acme/0");
        trees.put(tree("acme/0", 2));
        trees.put(clock(3));
        flush();
        assertThat(loaded().intact()).isTrue();

        byte[] second = stored.put("acme/0", first);
        assertThat(loaded().intact()).isFalse();
        stored.remove("acme/0");
        assertThat(loaded().intact()).isFalse();
        stored.put("acme/2", second);
        assertThat(loaded().intact()).isFalse();
        stored.remove("acme/2");
        stored.put("acme/0", second);
        assertThat(loaded().intact()).isTrue();
        stored.put("acme/2", TreeCodec.encode(tree("acme/2", 1)));
        assertThat(loaded().intact()).isFalse();
    }

    @Test
    void anOlderClockOrNoneIsNoticed() {
        trees.put(tree("acme/0", 1));
        trees.put(clock(1));
        Optional<byte[]> older = flush().clock();
        trees.put(tree("acme/0", 2));
        trees.put(clock(2));
        flush();

        storedClock = older;
        assertThat(loaded().intact()).isFalse();
        storedClock = Optional.empty();
        assertThat(loaded().intact()).isFalse();
    }

    @Test
    void aKeyThatIsNoChainOrBytesThatAreNoTreeAreRefused() {
        byte[] form = TreeCodec.encode(tree("acme/0", 1));

        refuses(() -> trees.load("acme", form), "key");
        refuses(() -> trees.load("acme/0", new byte[] {1}), "stored tree of chain acme/0 is damaged");
        refuses(() -> trees.loadClock(new byte[] {1}), "stored partition clock is damaged");
        assertThat(trees.tree("acme/0")).isEmpty();
    }

    private static void refuses(Runnable call, String words) {
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(call::run)
                .withMessageContaining(words);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.anchor.window.ChainTree;
import io.tallystick.anchor.window.MemoryTreeStore;
import io.tallystick.anchor.window.PartitionClock;
import io.tallystick.anchor.window.RecordPosition;
import io.tallystick.anchor.window.StoredEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TreesStateTest {
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final Map<TopicPartition, Long> OFFSETS = Map.of(new TopicPartition("changelog", 0), 5L);
    private static final Map<TopicPartition, Long> GIVEN_UP = Map.of();

    private final AbortCount aborts = new AbortCount();
    private final List<String> written = new ArrayList<>();
    private final MapStore stored = new MapStore();
    private final MapStore clocks = new MapStore();
    private final TreesState state = new TreesState(stored, aborts);
    private final TreesState other = new TreesState(new MapStore(), aborts);

    @BeforeEach
    void load() {
        state.load(clocks);
        other.load(new MapStore());
    }

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
        return new PartitionClock(new RecordPosition(pseq, pseq), NOON.plusSeconds(pseq), NOON);
    }

    @Test
    void aFlushWritesEachChangedTreeOnceAndTheClockAfterThemWithTheirDigest() {
        // Given
        state.put(tree("acme/0", 1));
        state.put(tree("acme/1", 1));
        state.put(clock(2));
        state.flushCache();
        written.clear();
        MemoryTreeStore reference = new MemoryTreeStore();
        reference.put(tree("acme/0", 1));
        reference.put(tree("acme/1", 4));
        reference.put(tree("acme/2", 1));
        reference.put(clock(6));

        // When
        state.put(tree("acme/2", 1));
        for (int size = 2; size <= 4; size++) {
            state.put("acme/1", tree("acme/1", size));
            state.put(clock(2 + size));
        }
        assertThat(written).isEmpty();
        state.flushCache();

        // Then
        assertThat(written).containsExactly("acme/1", "acme/2", "clock");
        assertThat(clocks.map.get("clock")).isEqualTo(reference.storedClock().orElseThrow());
        assertThat(stored.map.keySet()).isEqualTo(reference.stored().keySet());
        stored.map.forEach(
                (chain, form) -> assertThat(form).isEqualTo(reference.stored().get(chain)));
    }

    @Test
    void withoutAChangeNothingIsWritten() {
        state.put(tree("acme/0", 1));
        state.put(clock(1));
        state.flushCache();
        written.clear();

        state.flushCache();

        assertThat(written).isEmpty();
    }

    @Test
    void whatIsFlushedIsWholeWhenItIsLoaded() {
        state.put(tree("acme/0", 3));
        state.put(clock(3));
        state.flushCache();

        TreesState later = new TreesState(stored, aborts);
        later.load(clocks);

        assertThat(later.intact()).isTrue();
        assertThat(later.clock()).contains(clock(3));
        assertThat(later.tree("acme/0")).contains(tree("acme/0", 3));
    }

    @Test
    void aTaskThatIsRevivedForgetsWhatWasNotFlushed() {
        // Given
        state.put(tree("acme/0", 1));
        state.put(clock(1));
        state.flushCache();
        state.put(tree("acme/0", 2));
        state.put(tree("acme/1", 1));
        state.put(clock(3));
        written.clear();

        // When
        state.load(clocks);
        state.flushCache();

        // Then
        assertThat(written).isEmpty();
        assertThat(state.intact()).isTrue();
        assertThat(state.clock()).contains(clock(1));
        assertThat(state.tree("acme/0")).contains(tree("acme/0", 1));
        assertThat(state.tree("acme/1")).isEmpty();
    }

    @Test
    void aTaskThatIsClosedOrChangedToAStandbyKeepsNothingInMemory() {
        state.put(tree("acme/0", 1));
        state.put(clock(1));
        state.clearCache();
        assertThat(state.clock()).isEmpty();
        state.put(clock(1));
        state.close();

        assertThat(state.clock()).isEmpty();
        assertThatCode(state::flushCache).doesNotThrowAnyException();
        assertThat(written).isEmpty();
    }

    @Test
    void whatIsClearedIsRemovedAtTheFlushAndNotBefore() {
        state.put(tree("acme/0", 1));
        state.put(clock(1));
        state.flushCache();
        written.clear();

        state.clear();
        assertThat(stored.map).containsKey("acme/0");
        state.flushCache();

        assertThat(written).containsExactly("acme/0", "clock");
        assertThat(stored.map).isEmpty();
        assertThat(clocks.map).isEmpty();
    }

    @Test
    void whatWasAppendedBeforeAnotherTaskWasGivenUpIsNeverStored() {
        // Given
        state.put(tree("acme/0", 1));
        state.put(clock(1));

        // When
        other.commit(GIVEN_UP);

        // Then
        assertThatThrownBy(state::flushCache)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("aborted under a running task");
        assertThatThrownBy(state::flushCache).isInstanceOf(IllegalStateException.class);
        assertThat(written).isEmpty();
    }

    @Test
    void aChangeAfterTheOtherTaskWasGivenUpDoesNotHideTheOneBefore() {
        state.put(tree("acme/0", 1));
        other.commit(GIVEN_UP);

        state.put(tree("acme/0", 2));
        state.put(clock(2));

        assertThatThrownBy(state::flushCache).isInstanceOf(IllegalStateException.class);
        assertThat(written).isEmpty();
    }

    @Test
    void anEmptyStateThatWasClearedBeforeIsNotStoredEither() {
        state.clear();

        other.commit(GIVEN_UP);

        assertThatThrownBy(state::flushCache).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aTaskThatWasFlushedBeforeGoesOn() {
        state.put(clock(1));
        state.flushCache();

        other.commit(GIVEN_UP);
        state.flushCache();
        state.put(clock(2));

        assertThatCode(state::flushCache).doesNotThrowAnyException();
        assertThat(written).containsExactly("clock", "clock");
    }

    @Test
    void aTaskThatIsClosedAndComesBackBeginsAnew() {
        state.put(clock(1));
        other.commit(GIVEN_UP);

        state.close();
        state.load(clocks);
        state.put(clock(1));

        assertThatCode(state::flushCache).doesNotThrowAnyException();
    }

    @Test
    void aCheckpointOfAnotherTaskAbortsNothing() {
        state.put(clock(1));

        other.commit(OFFSETS);

        assertThatCode(state::flushCache).doesNotThrowAnyException();
    }

    @Test
    void anotherThreadHasAnotherTransaction() throws InterruptedException {
        state.put(clock(1));

        Thread thread = new Thread(() -> other.commit(GIVEN_UP));
        thread.start();
        thread.join();

        assertThatCode(state::flushCache).doesNotThrowAnyException();
    }

    @Test
    void commitsReachTheStoreBelow() {
        state.commit(GIVEN_UP);
        state.commit(OFFSETS);

        assertThat(stored.commits).containsExactly(GIVEN_UP, OFFSETS);
    }

    /** A store in memory, for a state outside of a task. Notes in which order keys are written. */
    private final class MapStore implements KeyValueStore<String, byte[]> {
        private final Map<String, byte[]> map = new TreeMap<>();
        private final List<Map<TopicPartition, Long>> commits = new ArrayList<>();

        @Override
        public void commit(Map<TopicPartition, Long> changelogOffsets) {
            commits.add(changelogOffsets);
        }

        @Override
        public void put(String key, byte[] value) {
            written.add(key);
            if (value == null) {
                map.remove(key);
            } else {
                map.put(key, value);
            }
        }

        @Override
        public byte[] putIfAbsent(String key, byte[] value) {
            throw new UnsupportedOperationException("putIfAbsent");
        }

        @Override
        public void putAll(List<KeyValue<String, byte[]>> entries) {
            throw new UnsupportedOperationException("putAll");
        }

        @Override
        public byte[] delete(String key) {
            throw new UnsupportedOperationException("delete");
        }

        @Override
        public byte[] get(String key) {
            return map.get(key);
        }

        @Override
        public KeyValueIterator<String, byte[]> range(String from, String to) {
            throw new UnsupportedOperationException("range");
        }

        @Override
        public KeyValueIterator<String, byte[]> all() {
            Iterator<Map.Entry<String, byte[]>> entries = map.entrySet().iterator();
            return new KeyValueIterator<>() {
                @Override
                public boolean hasNext() {
                    return entries.hasNext();
                }

                @Override
                public KeyValue<String, byte[]> next() {
                    Map.Entry<String, byte[]> entry = entries.next();
                    return KeyValue.pair(entry.getKey(), entry.getValue());
                }

                @Override
                public String peekNextKey() {
                    throw new UnsupportedOperationException("peekNextKey");
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public long approximateNumEntries() {
            return map.size();
        }

        @Override
        public String name() {
            return TreesTopology.TREES;
        }

        @Override
        public void init(StateStoreContext context, StateStore root) {
            throw new UnsupportedOperationException("init");
        }

        @Override
        public void close() {}

        @Override
        public boolean persistent() {
            return false;
        }

        @Override
        public boolean isOpen() {
            return true;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.chain.sequence.ChainsDigest;
import io.tallystick.chain.sequence.LedgerClock;
import io.tallystick.chain.sequence.PartitionState;
import io.tallystick.chain.sequence.PartitionState.LastRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

class SequencerStateTest {
    private static final Map<TopicPartition, Long> OFFSETS = Map.of(new TopicPartition("changelog", 0), 5L);
    private static final Map<TopicPartition, Long> GIVEN_UP = Map.of();

    private final AbortCount aborts = new AbortCount();
    private final MapStore stored = new MapStore();
    private final SequencerState state = new SequencerState(stored, aborts);
    private final SequencerState other = new SequencerState(new MapStore(), aborts);
    private final List<String> told = new ArrayList<>();

    @Test
    void whatWasDecidedBeforeAnotherTaskWasGivenUpIsNeverStored() {
        // Given
        state.tell(new Told());
        state.put(at(1));

        // When
        other.commit(GIVEN_UP);

        // Then
        assertThatThrownBy(state::flushCache)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("aborted under a running task");
        assertThat(stored.map).isEmpty();
        assertThat(told).isEmpty();
    }

    @Test
    void aChangeAfterTheOtherTaskWasGivenUpDoesNotHideTheOneBefore() {
        // Given
        state.tell(new Told());
        state.put(at(1));
        other.commit(GIVEN_UP);

        // When
        state.put(at(2));

        // Then
        assertThatThrownBy(state::flushCache).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void itIsRefusedHoweverOftenItIsTried() {
        // Given
        state.tell(new Told());
        state.put(at(1));
        other.commit(GIVEN_UP);
        assertThatThrownBy(state::flushCache).isInstanceOf(IllegalStateException.class);

        // When, Then
        assertThatThrownBy(state::flushCache).isInstanceOf(IllegalStateException.class);
        assertThat(stored.map).isEmpty();
    }

    @Test
    void aTaskThatWasFlushedBeforeGoesOn() {
        // Given
        state.tell(new Told());
        state.put(at(1));
        state.flushCache();

        // When
        other.commit(GIVEN_UP);
        state.flushCache();
        state.put(at(2));

        // Then
        assertThatCode(state::flushCache).doesNotThrowAnyException();
        assertThat(told).containsExactly("prepared 1", "prepared 2");
    }

    @Test
    void whatTheStartHasReadFromTheTopicIsStoredAllTheSame() {
        // Given
        state.put(at(1));
        state.tell(new Told());

        // When
        other.commit(GIVEN_UP);

        // Then
        assertThatCode(state::flushCache).doesNotThrowAnyException();
        assertThat(stored.map).containsKey(SequencerState.PARTITION);
    }

    @Test
    void aTaskThatIsClosedAndComesBackBeginsAnew() {
        // Given
        state.tell(new Told());
        state.put(at(1));
        other.commit(GIVEN_UP);

        // When
        state.clearCache();
        state.tell(new Told());
        state.put(at(1));

        // Then
        assertThatCode(state::flushCache).doesNotThrowAnyException();
    }

    @Test
    void aCheckpointOfAnotherTaskAbortsNothing() {
        // Given
        state.tell(new Told());
        state.put(at(1));

        // When
        other.commit(OFFSETS);

        // Then
        assertThatCode(state::flushCache).doesNotThrowAnyException();
    }

    @Test
    void anotherThreadHasAnotherTransaction() throws InterruptedException {
        // Given
        state.tell(new Told());
        state.put(at(1));

        // When
        Thread thread = new Thread(() -> other.commit(GIVEN_UP));
        thread.start();
        thread.join();

        // Then
        assertThatCode(state::flushCache).doesNotThrowAnyException();
    }

    @Test
    void aStoreThatIsGivenUpWasNotCommitted() {
        // Given
        state.tell(new Told());

        // When
        state.commit(GIVEN_UP);
        assertThat(told).isEmpty();
        state.commit(OFFSETS);

        // Then
        assertThat(told).containsExactly("committed");
        assertThat(stored.commits).containsExactly(GIVEN_UP, OFFSETS);
    }

    private static PartitionState at(long pseq) {
        Instant now = Instant.ofEpochSecond(1_000 + pseq);
        return new PartitionState(
                "ledger.example",
                new LedgerClock(now, now),
                new LastRecord(pseq, Optional.empty(), now),
                ChainsDigest.EMPTY);
    }

    /** Notes what it is told. */
    private final class Told implements SequencerState.Commits {
        @Override
        public void prepared(PartitionState prepared) {
            told.add("prepared " + prepared.last().pseq());
        }

        @Override
        public void committed() {
            told.add("committed");
        }
    }

    /** A store in memory, for a state outside of a task. */
    private static final class MapStore implements KeyValueStore<String, byte[]> {
        private final Map<String, byte[]> map = new TreeMap<>();
        private final List<Map<TopicPartition, Long>> commits = new ArrayList<>();

        @Override
        public void commit(Map<TopicPartition, Long> changelogOffsets) {
            commits.add(changelogOffsets);
        }

        @Override
        public void put(String key, byte[] value) {
            map.put(key, value);
        }

        @Override
        public byte[] putIfAbsent(String key, byte[] value) {
            return map.putIfAbsent(key, value);
        }

        @Override
        public void putAll(List<KeyValue<String, byte[]>> entries) {
            entries.forEach(entry -> map.put(entry.key, entry.value));
        }

        @Override
        public byte[] delete(String key) {
            return map.remove(key);
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
            throw new UnsupportedOperationException("all");
        }

        @Override
        public long approximateNumEntries() {
            return map.size();
        }

        @Override
        public String name() {
            return SequencerState.NAME;
        }

        @Override
        public void init(StateStoreContext context, StateStore root) {
            throw new UnsupportedOperationException("init");
        }

        @Override
        public void close() {
            map.clear();
        }

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

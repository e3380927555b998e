// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import static java.util.Objects.requireNonNull;

import io.tallystick.chain.sequence.ChainState;
import io.tallystick.chain.sequence.ChainStates;
import io.tallystick.chain.sequence.PartitionState;
import io.tallystick.chain.sequence.PartitionStateCodec;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;

/**
 * The state of one task: decoded in memory, stored when Streams is about to commit. So a transaction writes each chain it
 * changed once, however many entries it appended, and encodes and hashes it once.
 *
 * <p>Streams calls {@link #flushCache} on every store before it ends a transaction, which is the same moment its own record
 * cache writes at: what is put there reaches the changelog in that transaction. {@link #commit} is no sign that each transaction
 * was committed: Streams calls it when it makes a checkpoint, which is now and then while the task runs and always when it
 * closes. With offsets, what was flushed last is committed. Without, the store is given up as corrupted.
 *
 * <p>When Streams gives up a corrupted task it first commits what the thread's other tasks have done, but not during a
 * rebalance (seen with 4.3.1). If it then aborts the transaction they share, they go on with a state in memory that is ahead of
 * the topic. So a store that is given up is counted ({@link AbortCount}), and a state that was changed before that and not yet
 * flushed is never stored: {@link #flushCache} throws, and the restart reads the truth.
 *
 * <p>For the task's thread.
 */
final class SequencerState implements StateStore, CachedStateStore<String, byte[]> {
    /** Chain states by chain id; the partition's own under {@link #PARTITION}. */
    static final String NAME = "chains";

    /** Key of the partition's own state; no chain id is without a slash. */
    static final String PARTITION = "partition";

    private final KeyValueStore<String, byte[]> store;
    private ChainStates chains = new ChainStates();
    private Optional<PartitionState> partition = Optional.empty();
    private final AbortCount aborts;
    private boolean changed;
    private OptionalLong abortsBefore = OptionalLong.empty();
    private Commits commits = Commits.NONE;

    /** Who wants to know when transactions end. */
    interface Commits {
        /** Nobody. */
        Commits NONE = new Commits() {
            @Override
            public void prepared(PartitionState state) {}

            @Override
            public void committed() {}
        };

        /** The transaction that ends with this state is about to be committed; the one before it was. */
        void prepared(PartitionState state);

        /** The transaction prepared last was committed. */
        void committed();
    }

    /**
     * @param store of the task, with its changelog
     * @param aborts of all tasks of the application
     */
    SequencerState(KeyValueStore<String, byte[]> store, AbortCount aborts) {
        this.store = store;
        this.aborts = aborts;
    }

    /** Makes the store, with a changelog. */
    static StoreBuilder<SequencerState> builder() {
        return new Builder();
    }

    /**
     * Reads what is stored.
     *
     * @return the partition's state, if there is one
     */
    Optional<PartitionState> load() {
        forget();
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> pair = all.next();
                if (!pair.key.equals(PARTITION)) {
                    chains.load(pair.key, pair.value);
                }
            }
        }
        partition = Optional.ofNullable(store.get(PARTITION)).map(PartitionStateCodec::decode);
        return partition;
    }

    private void forget() {
        chains = new ChainStates();
        partition = Optional.empty();
        changed = false;
        abortsBefore = OptionalLong.empty();
        commits = Commits.NONE;
    }

    /** States by chain id, ascending; a copy. */
    SortedMap<String, ChainState> sorted() {
        return chains.all();
    }

    /** States by chain id; a view. */
    Map<String, ChainState> chains() {
        return chains.byId();
    }

    /** @throws java.util.NoSuchElementException if there is none */
    PartitionState partition() {
        return partition.orElseThrow();
    }

    /** A chain's state from now on. */
    void put(ChainState state) {
        put(state.chain().toString(), state);
    }

    /** As {@link #put(ChainState)}, for who has the chain id at hand. */
    void put(String chain, ChainState state) {
        chains.put(chain, state);
        change();
    }

    /** The partition's state from now on; the digest of its chains is filled in when it is stored. */
    void put(PartitionState state) {
        partition = Optional.of(state);
        change();
    }

    private void change() {
        changed = true;
        if (abortsBefore.isEmpty()) {
            abortsBefore = OptionalLong.of(aborts.now());
        }
    }

    /** Begins to tell of commits. What was put before was read from the topic: no aborted transaction takes it back. */
    void tell(Commits listener) {
        commits = requireNonNull(listener, "listener");
        abortsBefore = OptionalLong.empty();
    }

    /**
     * Stores what changed, as part of the transaction that is about to be committed.
     *
     * @throws IllegalStateException if a transaction that some of it belongs to may have been aborted. Nothing is broken: the next start
     *     reads the truth
     */
    @Override
    public void flushCache() {
        if (!changed) {
            return;
        }
        if (abortsBefore.isPresent() && abortsBefore.getAsLong() != aborts.now()) {
            throw new IllegalStateException(
                    "the transaction was aborted under a running task, because another task of its thread was corrupted;"
                            + " nothing was written. Restart: that reads the truth from the entries topic");
        }
        chains.takeChanges().forEach(store::put);
        PartitionState state = partition().holding(chains.digest());
        partition = Optional.of(state);
        store.put(PARTITION, PartitionStateCodec.encode(state));
        changed = false;
        abortsBefore = OptionalLong.empty();
        commits.prepared(state);
    }

    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {
        if (changelogOffsets.isEmpty()) {
            aborts.another();
        }
        store.commit(changelogOffsets);
        if (!changelogOffsets.isEmpty()) {
            commits.committed();
        }
    }

    @Override
    public void clearCache() {
        forget();
    }

    /** Nobody is told of single changes. */
    @Override
    public boolean setFlushListener(CacheFlushListener<String, byte[]> listener, boolean sendOldValues) {
        return false;
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        forget();
        store.init(context, root);
    }

    @Override
    public void close() {
        forget();
        store.close();
    }

    @Override
    public boolean persistent() {
        return store.persistent();
    }

    @Override
    public boolean isOpen() {
        return store.isOpen();
    }

    @Override
    @SuppressWarnings("deprecation") // Streams still asks.
    public boolean managesOffsets() {
        return store.managesOffsets();
    }

    @Override
    public Long committedOffset(TopicPartition partition) {
        return store.committedOffset(partition);
    }

    @Override
    public Position getPosition() {
        return store.getPosition();
    }

    /** What is stored under a key, or null. */
    byte[] stored(String key) {
        return store.get(key);
    }

    /** A store with a changelog, without a cache: this class is one. */
    private static final class Builder implements StoreBuilder<SequencerState> {
        private final StoreBuilder<KeyValueStore<String, byte[]>> inner = Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(NAME), Serdes.String(), Serdes.ByteArray())
                .withCachingDisabled();
        private final AbortCount aborts = new AbortCount();

        @Override
        public StoreBuilder<SequencerState> withCachingEnabled() {
            return this;
        }

        @Override
        public StoreBuilder<SequencerState> withCachingDisabled() {
            return this;
        }

        @Override
        public StoreBuilder<SequencerState> withLoggingEnabled(Map<String, String> settings) {
            inner.withLoggingEnabled(settings);
            return this;
        }

        @Override
        public StoreBuilder<SequencerState> withLoggingDisabled() {
            throw new UnsupportedOperationException("a sequencer's state has a changelog");
        }

        @Override
        public SequencerState build() {
            return new SequencerState(inner.build(), aborts);
        }

        @Override
        public Map<String, String> logConfig() {
            return inner.logConfig();
        }

        @Override
        public boolean loggingEnabled() {
            return inner.loggingEnabled();
        }

        @Override
        public String name() {
            return inner.name();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import static java.util.Objects.requireNonNull;

import io.tallystick.chain.sequence.ChainState;
import io.tallystick.chain.sequence.ChainStates;
import io.tallystick.chain.sequence.PartitionState;
import io.tallystick.chain.sequence.PartitionStateCodec;
import java.util.Map;
import java.util.Optional;
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
 * cache writes at: what is put there reaches the changelog in that transaction. {@link #commit} comes after a transaction was
 * committed, at least when the task closes cleanly.
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
    private boolean changed;
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

    private SequencerState(KeyValueStore<String, byte[]> store) {
        this.store = store;
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
        chains.put(state);
        changed = true;
    }

    /** The partition's state from now on; the digest of its chains is filled in when it is stored. */
    void put(PartitionState state) {
        partition = Optional.of(state);
        changed = true;
    }

    /** Begins to tell of commits. */
    void tell(Commits listener) {
        commits = requireNonNull(listener, "listener");
    }

    /** Stores what changed, as part of the transaction that is about to be committed. */
    @Override
    public void flushCache() {
        if (!changed) {
            return;
        }
        chains.takeChanges().forEach(store::put);
        PartitionState state = partition().holding(chains.digest());
        partition = Optional.of(state);
        store.put(PARTITION, PartitionStateCodec.encode(state));
        changed = false;
        commits.prepared(state);
    }

    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {
        store.commit(changelogOffsets);
        commits.committed();
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
            return new SequencerState(inner.build());
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

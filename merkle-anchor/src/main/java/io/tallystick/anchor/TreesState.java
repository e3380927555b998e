// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.window.ChainTree;
import io.tallystick.anchor.window.PartitionClock;
import io.tallystick.anchor.window.TreeStore;
import io.tallystick.anchor.window.Trees;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
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
 * The trees of one task and its clock: decoded in memory, stored when Streams is about to commit. So a transaction writes each tree
 * it changed once, however many entries it appended, and encodes and hashes it once.
 *
 * <p>This is the store of the trees. The clock has one of its own, an ordinary one without a cache, which is written by this one's
 * {@link #flushCache} and by nobody else: so the clock and the trees it commits to reach their changelogs in one transaction,
 * whatever order Streams flushes its stores in.
 *
 * <p>Streams calls {@link #flushCache} on every store before it ends a transaction, also before one that it is going to abort, and
 * then gives up the task with its stores. When it gives up a corrupted task it goes on with the thread's others; if their common
 * transaction is aborted, their trees in memory are ahead of the topics. So a store that is given up, which is what
 * {@link #commit} without offsets means, is counted ({@link AbortCount}), and what was changed before that and not yet flushed is
 * never stored: {@link #flushCache} throws, and the restart begins with what was committed. {@code SequencerState} of chain-processor
 * works the same way; its README tells how that was found.
 *
 * <p>For the task's thread.
 */
final class TreesState implements TreeStore, StateStore, CachedStateStore<String, byte[]> {
    private static final String CLOCK_KEY = "clock";

    private final KeyValueStore<String, byte[]> store;
    private final AbortCount aborts;
    private KeyValueStore<String, byte[]> clocks;
    private Trees trees = new Trees();

    /** Present while something is not yet stored: the count when that began. */
    private OptionalLong abortsBefore = OptionalLong.empty();

    /**
     * @param store the trees of the task, with their changelog
     * @param aborts of all tasks of the application
     */
    TreesState(KeyValueStore<String, byte[]> store, AbortCount aborts) {
        this.store = store;
        this.aborts = aborts;
    }

    /** The stores of trees and clock, with changelogs. */
    static Set<StoreBuilder<?>> builders() {
        return Set.of(new Builder(), keyValues(TreesTopology.CLOCK));
    }

    private static StoreBuilder<KeyValueStore<String, byte[]>> keyValues(String name) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
                .withCachingDisabled();
    }

    /**
     * Reads what is stored, and forgets what is not.
     *
     * @param clockStore the clock of the task, with its changelog
     * @throws io.tallystick.topic.LedgerIntegrityException if a record is damaged
     */
    void load(KeyValueStore<String, byte[]> clockStore) {
        forget();
        clocks = clockStore;
        stored(trees::load);
        Optional.ofNullable(clocks.get(CLOCK_KEY)).ifPresent(trees::loadClock);
    }

    /** Visits the trees as they are stored, by the text of the chain id, ascending. */
    void stored(BiConsumer<String, byte[]> visitor) {
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            all.forEachRemaining(pair -> visitor.accept(pair.key, pair.value));
        }
    }

    private void forget() {
        trees = new Trees();
        abortsBefore = OptionalLong.empty();
    }

    @Override
    public Optional<PartitionClock> clock() {
        return trees.clock();
    }

    @Override
    public void put(PartitionClock clock) {
        trees.put(clock);
        change();
    }

    @Override
    public Optional<ChainTree> tree(String chain) {
        return trees.tree(chain);
    }

    @Override
    public void put(String chain, ChainTree tree) {
        trees.put(chain, tree);
        change();
    }

    @Override
    public void forEach(Consumer<ChainTree> visitor) {
        trees.forEach(visitor);
    }

    @Override
    public boolean intact() {
        return trees.intact();
    }

    @Override
    public void clear() {
        trees.clear();
        change();
    }

    private void change() {
        if (abortsBefore.isEmpty()) {
            abortsBefore = OptionalLong.of(aborts.now());
        }
    }

    /**
     * Stores what changed, as part of the transaction that is about to be committed; the clock last.
     *
     * @throws IllegalStateException if a transaction that some of it belongs to may have been aborted. Nothing is broken: the next start
     *     goes on from what was committed
     */
    @Override
    public void flushCache() {
        if (abortsBefore.isEmpty()) {
            return;
        }
        if (abortsBefore.getAsLong() != aborts.now()) {
            throw new IllegalStateException(
                    "the transaction was aborted under a running task, because another task of its thread was corrupted;"
                            + " nothing was written. Restart: that goes on from what was committed");
        }
        Trees.Changes changes = trees.takeChanges();
        changes.trees().forEach((chain, stored) -> store.put(chain, stored.orElse(null)));
        clocks.put(CLOCK_KEY, changes.clock().orElse(null));
        abortsBefore = OptionalLong.empty();
    }

    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {
        if (changelogOffsets.isEmpty()) {
            aborts.another();
        }
        store.commit(changelogOffsets);
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

    /** What was kept of a task that was closed is forgotten; {@link #load} comes once the store is restored. */
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

    /** A store with a changelog, without a cache: this class is one. */
    private static final class Builder implements StoreBuilder<TreesState> {
        private final StoreBuilder<KeyValueStore<String, byte[]>> inner = keyValues(TreesTopology.TREES);
        private final AbortCount aborts = new AbortCount();

        @Override
        public StoreBuilder<TreesState> withCachingEnabled() {
            return this;
        }

        @Override
        public StoreBuilder<TreesState> withCachingDisabled() {
            return this;
        }

        @Override
        public StoreBuilder<TreesState> withLoggingEnabled(Map<String, String> settings) {
            inner.withLoggingEnabled(settings);
            return this;
        }

        @Override
        public StoreBuilder<TreesState> withLoggingDisabled() {
            throw new UnsupportedOperationException("the trees have a changelog");
        }

        @Override
        public TreesState build() {
            return new TreesState(inner.build(), aborts);
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

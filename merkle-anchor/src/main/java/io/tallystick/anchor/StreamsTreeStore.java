// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.window.ChainTree;
import io.tallystick.anchor.window.PartitionClock;
import io.tallystick.anchor.window.TreeCodec;
import io.tallystick.anchor.window.TreeStore;
import io.tallystick.entry.ChainId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** The trees in RocksDB with a changelog, under the text of the chain id; caching coalesces the writes of a commit. */
final class StreamsTreeStore implements TreeStore {
    private static final String CLOCK_KEY = "clock";

    private final KeyValueStore<String, byte[]> trees;
    private final KeyValueStore<String, byte[]> clock;

    StreamsTreeStore(ProcessorContext<?, ?> context) {
        trees = context.getStateStore(TreesTopology.TREES);
        clock = context.getStateStore(TreesTopology.CLOCK);
    }

    static Set<StoreBuilder<?>> builders() {
        return Set.of(builder(TreesTopology.TREES), builder(TreesTopology.CLOCK));
    }

    static StoreBuilder<KeyValueStore<String, byte[]>> builder(String name) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
                .withCachingEnabled()
                .withLoggingEnabled(Map.of());
    }

    @Override
    public Optional<PartitionClock> clock() {
        return Optional.ofNullable(clock.get(CLOCK_KEY)).map(TreeCodec::decodeClock);
    }

    @Override
    public void put(PartitionClock changed) {
        clock.put(CLOCK_KEY, TreeCodec.encode(changed));
    }

    @Override
    public Optional<ChainTree> tree(ChainId chain) {
        return Optional.ofNullable(trees.get(chain.toString())).map(stored -> TreeCodec.decodeTree(chain, stored));
    }

    @Override
    public void put(ChainTree tree) {
        trees.put(tree.chain().toString(), TreeCodec.encode(tree));
    }

    @Override
    public void forEach(Consumer<ChainTree> visitor) {
        try (KeyValueIterator<String, byte[]> all = trees.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> next = all.next();
                visitor.accept(TreeCodec.decodeTree(ChainId.parse(next.key), next.value));
            }
        }
    }

    @Override
    public void clear() {
        clock.delete(CLOCK_KEY);
        clear(trees);
    }

    static void clear(KeyValueStore<String, byte[]> store) {
        List<String> keys = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            all.forEachRemaining(next -> keys.add(next.key));
        }
        keys.forEach(store::delete);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.registry.RegistryCodec;
import io.tallystick.anchor.registry.RegistryState;
import io.tallystick.anchor.registry.RegistryStore;
import io.tallystick.anchor.registry.WindowHead;
import io.tallystick.anchor.window.StoreDigest;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.LedgerTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The registry's state in RocksDB with a changelog, heads under {@code <window start> <chain id>}; caching coalesces the writes of a
 * commit.
 */
final class StreamsRegistryStore implements RegistryStore {
    private static final String STATE_KEY = "state";
    private static final char SEPARATOR = ' ';
    private static final char AFTER_SEPARATOR = SEPARATOR + 1;

    private final KeyValueStore<String, byte[]> states;
    private final KeyValueStore<String, byte[]> heads;

    StreamsRegistryStore(ProcessorContext<?, ?> context) {
        states = context.getStateStore(RegistryTopology.STATE);
        heads = context.getStateStore(RegistryTopology.HEADS);
    }

    static Set<StoreBuilder<?>> builders() {
        return Set.of(builder(RegistryTopology.STATE), builder(RegistryTopology.HEADS));
    }

    private static StoreBuilder<KeyValueStore<String, byte[]>> builder(String name) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
                .withCachingEnabled()
                .withLoggingEnabled(Map.of());
    }

    @Override
    public Optional<RegistryState> state() {
        return Optional.ofNullable(states.get(STATE_KEY)).map(RegistryCodec::decodeState);
    }

    @Override
    public void put(RegistryState state) {
        states.put(STATE_KEY, RegistryCodec.encode(state));
    }

    @Override
    public boolean add(Instant window, WindowHead head) {
        return heads.putIfAbsent(RegistryCodec.key(window, head.chain()), RegistryCodec.encode(head.head())) == null;
    }

    @Override
    public List<WindowHead> remove(Instant window) {
        String start = LedgerTime.format(window);
        List<WindowHead> found = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> range = heads.range(start + SEPARATOR, start + AFTER_SEPARATOR)) {
            while (range.hasNext()) {
                KeyValue<String, byte[]> next = range.next();
                ChainId chain = ChainId.parse(next.key.substring(start.length() + 1));
                found.add(RegistryCodec.decodeHead(chain, next.value));
            }
        }
        found.forEach(head -> heads.delete(RegistryCodec.key(window, head.chain())));
        return found;
    }

    @Override
    public StoreDigest held() {
        StoreDigest held = StoreDigest.EMPTY;
        try (KeyValueIterator<String, byte[]> all = heads.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> next = all.next();
                held = held.with(next.key, next.value);
            }
        }
        return held;
    }

    @Override
    public void clear() {
        states.delete(STATE_KEY);
        List<String> keys = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> all = heads.all()) {
            all.forEachRemaining(next -> keys.add(next.key));
        }
        keys.forEach(heads::delete);
    }
}

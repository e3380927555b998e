// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import io.tallystick.entry.ChainId;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A store that lives as long as a test; keeps the stored bytes, so that every test also tests the codec. */
public final class MemoryTreeStore implements TreeStore {
    private final SortedMap<String, byte[]> trees = new TreeMap<>();
    private byte[] clock;

    @Override
    public Optional<PartitionClock> clock() {
        return Optional.ofNullable(clock).map(TreeCodec::decodeClock);
    }

    @Override
    public void put(PartitionClock changed) {
        clock = TreeCodec.encode(changed);
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
        trees.forEach((chain, stored) -> visitor.accept(TreeCodec.decodeTree(ChainId.parse(chain), stored)));
    }

    @Override
    public void clear() {
        trees.clear();
        clock = null;
    }
}

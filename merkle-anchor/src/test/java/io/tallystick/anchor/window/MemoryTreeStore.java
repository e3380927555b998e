// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import io.tallystick.entry.ChainId;
import io.tallystick.tree.Hash;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A store that lives as long as a test: the slow reference. Keeps the stored bytes, so that every test also tests the codec, and
 * hashes all of them when it is asked for the digest.
 */
public final class MemoryTreeStore implements TreeStore {
    private final SortedMap<String, byte[]> trees = new TreeMap<>();
    private Optional<PartitionClock> clock = Optional.empty();

    /** Stored forms by chain id. */
    public SortedMap<String, byte[]> stored() {
        return trees;
    }

    /** Stored form of the clock, with the digest as its definition has it. */
    public Optional<byte[]> storedClock() {
        byte[] sum = new byte[Hash.LENGTH];
        trees.forEach((chain, stored) -> {
            byte[] one = Hash.sha256((chain + "\0").getBytes(StandardCharsets.UTF_8), stored)
                    .bytes();
            for (int i = 0; i < sum.length; i++) {
                sum[i] ^= one[i];
            }
        });
        StoreDigest digest = new StoreDigest(trees.size(), Hash.of(sum));
        return clock.map(present -> TreeCodec.encode(new StoredClock(present, digest)));
    }

    @Override
    public Optional<PartitionClock> clock() {
        return clock;
    }

    @Override
    public void put(PartitionClock changed) {
        clock = Optional.of(TreeCodec.decodeClock(TreeCodec.encode(new StoredClock(changed, StoreDigest.EMPTY)))
                .clock());
    }

    @Override
    public Optional<ChainTree> tree(String chain) {
        return Optional.ofNullable(trees.get(chain)).map(stored -> TreeCodec.decodeTree(ChainId.parse(chain), stored));
    }

    @Override
    public void put(String chain, ChainTree tree) {
        trees.put(chain, TreeCodec.encode(tree));
    }

    @Override
    public void forEach(Consumer<ChainTree> visitor) {
        trees.forEach((chain, stored) -> visitor.accept(TreeCodec.decodeTree(ChainId.parse(chain), stored)));
    }

    @Override
    public boolean intact() {
        return clock.isPresent();
    }

    @Override
    public void clear() {
        trees.clear();
        clock = Optional.empty();
    }
}

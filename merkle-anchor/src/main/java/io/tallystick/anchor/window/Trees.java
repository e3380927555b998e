// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import io.tallystick.entry.ChainId;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The trees of one partition, decoded, with the digest of what of them is stored. However often a tree changes between two times
 * the changes are taken, it is encoded and hashed once, and no other tree is.
 *
 * <p>For one thread.
 */
public final class Trees implements TreeStore {
    private final Map<String, Held> held = new HashMap<>();
    private final List<Held> changed = new ArrayList<>();
    private final Set<String> removed = new HashSet<>();
    private Optional<PartitionClock> clock = Optional.empty();

    /** Of the stored forms; what changed since is not in it. */
    private StoreDigest digest = StoreDigest.EMPTY;

    /** What the stored clock commits to. */
    private Optional<StoreDigest> committed = Optional.empty();

    /** One tree. */
    private static final class Held {
        private final String chain;
        private ChainTree tree;
        private boolean changed;

        /** What its stored form adds to the digest; empty if it has none. */
        private Optional<Hash> stored = Optional.empty();

        Held(String chain, ChainTree tree) {
            this.chain = chain;
            this.tree = tree;
        }
    }

    /**
     * What a store must take over to hold these trees: all of it, or it is no longer whole.
     *
     * @param trees stored forms by the text of the chain id, ascending; empty for one to be removed
     * @param clock stored form of the clock, which commits to all trees; empty if there is none
     */
    public record Changes(SortedMap<String, Optional<byte[]>> trees, Optional<byte[]> clock) {
        public Changes {
            trees = Collections.unmodifiableSortedMap(trees);
        }
    }

    /**
     * Takes in a tree that a store holds.
     *
     * @param chain the key it was stored under
     * @throws LedgerIntegrityException if key or bytes are not what was stored
     */
    public void load(String chain, byte[] stored) {
        Held loaded = new Held(chain, TreeCodec.decodeTree(id(chain), stored));
        held.put(chain, loaded);
        digest(loaded, stored);
    }

    /**
     * Takes in the clock that a store holds.
     *
     * @throws LedgerIntegrityException if the bytes are not what was stored
     */
    public void loadClock(byte[] stored) {
        StoredClock loaded = TreeCodec.decodeClock(stored);
        clock = Optional.of(loaded.clock());
        committed = Optional.of(loaded.trees());
    }

    /** What changed since this was called last; from now on it counts as stored. */
    public Changes takeChanges() {
        SortedMap<String, Optional<byte[]>> taken = new TreeMap<>();
        removed.forEach(chain -> taken.put(chain, Optional.empty()));
        for (Held one : changed) {
            byte[] stored = TreeCodec.encode(one.tree);
            digest(one, stored);
            one.changed = false;
            taken.put(one.chain, Optional.of(stored));
        }
        removed.clear();
        changed.clear();
        committed = clock.map(present -> digest);
        return new Changes(taken, clock.map(present -> TreeCodec.encode(new StoredClock(present, digest))));
    }

    private void digest(Held one, byte[] stored) {
        StoreDigest others = one.stored.map(digest::without).orElse(digest);
        Hash added = StoreDigest.hash(one.chain, stored);
        digest = others.with(added);
        one.stored = Optional.of(added);
    }

    private static ChainId id(String chain) {
        try {
            return ChainId.parse(chain);
        } catch (IllegalArgumentException e) {
            throw new LedgerIntegrityException("the stored trees have a key that is " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<PartitionClock> clock() {
        return clock;
    }

    @Override
    public void put(PartitionClock next) {
        clock = Optional.of(next);
    }

    @Override
    public Optional<ChainTree> tree(String chain) {
        return Optional.ofNullable(held.get(chain)).map(one -> one.tree);
    }

    @Override
    public void put(String chain, ChainTree tree) {
        Held one = held.computeIfAbsent(chain, begun -> new Held(begun, tree));
        one.tree = tree;
        if (!one.changed) {
            one.changed = true;
            changed.add(one);
        }
    }

    @Override
    public void forEach(Consumer<ChainTree> visitor) {
        held.values().forEach(one -> visitor.accept(one.tree));
    }

    /** Speaks of what was loaded or taken last, not of what changed since. */
    @Override
    public boolean intact() {
        return committed.filter(digest::equals).isPresent();
    }

    @Override
    public void clear() {
        held.values().stream().filter(one -> one.stored.isPresent()).forEach(one -> removed.add(one.chain));
        held.clear();
        changed.clear();
        clock = Optional.empty();
        digest = StoreDigest.EMPTY;
        committed = Optional.empty();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.entry.ChainId;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The chains of one partition, decoded, with the digest over all of them. However often a chain changes between two times its
 * changes are taken, it is encoded and hashed once, and no other chain is.
 *
 * <p>For one thread.
 */
public final class ChainStates {
    private final Map<String, ChainState> states = new HashMap<>();
    private final Map<String, Hash> hashes = new HashMap<>();
    private final Set<String> changed = new HashSet<>();
    private final Map<String, byte[]> unstored = new TreeMap<>();
    private ChainsDigest digest = ChainsDigest.EMPTY;

    /**
     * Takes in what a store holds.
     *
     * @param chain chain id, the key it was stored under
     * @throws LedgerIntegrityException if key or bytes are not what was stored
     */
    public void load(String chain, byte[] stored) {
        states.put(chain, ChainStateCodec.decode(id(chain), stored));
        digest(chain, stored);
    }

    /** Takes in a chain's new state. */
    public void put(ChainState state) {
        put(state.chain().toString(), state);
    }

    /** As {@link #put(ChainState)}, for who has the chain id at hand: to make it costs more than to look it up. */
    public void put(String chain, ChainState state) {
        states.put(chain, state);
        changed.add(chain);
    }

    /** Stored forms of the chains put since this was called last, by chain id. */
    public Map<String, byte[]> takeChanges() {
        settle();
        Map<String, byte[]> taken = new TreeMap<>(unstored);
        unstored.clear();
        return taken;
    }

    private void settle() {
        for (String chain : changed) {
            byte[] stored = ChainStateCodec.encode(states.get(chain));
            digest(chain, stored);
            unstored.put(chain, stored);
        }
        changed.clear();
    }

    private void digest(String chain, byte[] stored) {
        Hash after = ChainsDigest.hash(chain, stored);
        digest = digest.with(Optional.ofNullable(hashes.put(chain, after)), after);
    }

    private static ChainId id(String chain) {
        try {
            return ChainId.parse(chain);
        } catch (IllegalArgumentException e) {
            throw new LedgerIntegrityException("the state has a key that is " + e.getMessage(), e);
        }
    }

    /** States by chain id, ascending; a copy. */
    public SortedMap<String, ChainState> all() {
        return new TreeMap<>(states);
    }

    /** States by chain id; a view. */
    public Map<String, ChainState> byId() {
        return Collections.unmodifiableMap(states);
    }

    /** Over all chains as they are now. */
    public ChainsDigest digest() {
        settle();
        return digest;
    }
}

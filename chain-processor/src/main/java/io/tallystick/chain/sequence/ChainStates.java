// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.entry.ChainId;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The chains of one partition, decoded, with the digest over all of them. A change costs one encoding and one hash, however
 * many chains there are.
 *
 * <p>For one thread.
 */
public final class ChainStates {
    private final SortedMap<String, ChainState> states = new TreeMap<>();
    private final Map<String, Hash> hashes = new HashMap<>();
    private ChainsDigest digest = ChainsDigest.EMPTY;

    /**
     * Takes in what a store holds.
     *
     * @param chain chain id, the key it was stored under
     * @throws LedgerIntegrityException if key or bytes are not what was stored
     */
    public void load(String chain, byte[] stored) {
        put(chain, ChainStateCodec.decode(id(chain), stored), stored);
    }

    /**
     * Takes in a chain's new state.
     *
     * @return its stored form
     */
    public byte[] put(ChainState state) {
        byte[] stored = ChainStateCodec.encode(state);
        put(state.chain().toString(), state, stored);
        return stored;
    }

    private void put(String chain, ChainState state, byte[] stored) {
        states.put(chain, state);
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

    /** States by chain id, ascending; a view. */
    public SortedMap<String, ChainState> all() {
        return Collections.unmodifiableSortedMap(states);
    }

    /** Over all chains as they are now. */
    public ChainsDigest digest() {
        return digest;
    }
}

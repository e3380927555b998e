// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.tallystick.tree.Hash;
import java.util.Collection;
import java.util.Optional;

/**
 * Identifies all chain states of a partition at once, so that a store that lost some of them is recognised by the partition's
 * own state alone.
 *
 * <pre>
 * hash(chain) = SHA-256("tallystick/chain-state/v1" || 0x00 || chain id || 0x00 || stored form of the state)
 * sum         = hash of each chain, combined with XOR; so it has no order, and one chain is exchanged in constant time
 * </pre>
 *
 * It tells loss and damage. It is no proof against somebody who writes to the store: he can write the digest too.
 *
 * @param chains number of chains
 * @param sum 32 zero bytes if there are none
 */
public record ChainsDigest(long chains, Hash sum) {
    /** Of a partition without chains. */
    public static final ChainsDigest EMPTY = new ChainsDigest(0, Hash.ZERO);

    private static final byte[] DOMAIN = "tallystick/chain-state/v1\0".getBytes(UTF_8);
    private static final byte[] SEPARATOR = {0};

    /** @throws IllegalArgumentException if the number is negative */
    public ChainsDigest {
        requireNonNull(sum, "sum");
        if (chains < 0) {
            throw new IllegalArgumentException("a partition cannot have " + chains + " chains");
        }
    }

    /** Of the given chains, each hashed anew. */
    public static ChainsDigest of(Collection<ChainState> chains) {
        ChainsDigest digest = EMPTY;
        for (ChainState state : chains) {
            digest = digest.with(Optional.empty(), hash(state.chain().toString(), ChainStateCodec.encode(state)));
        }
        return digest;
    }

    static Hash hash(String chain, byte[] stored) {
        return Hash.sha256(DOMAIN, chain.getBytes(UTF_8), SEPARATOR, stored);
    }

    /**
     * After one chain changed.
     *
     * @param before its hash until now; empty if the chain is new
     * @param after its hash from now on
     */
    ChainsDigest with(Optional<Hash> before, Hash after) {
        byte[] combined = sum.bytes();
        xor(combined, after);
        before.ifPresent(hash -> xor(combined, hash));
        return new ChainsDigest(before.isPresent() ? chains : chains + 1, Hash.of(combined));
    }

    private static void xor(byte[] into, Hash hash) {
        byte[] bytes = hash.bytes();
        for (int i = 0; i < into.length; i++) {
            into[i] ^= bytes[i];
        }
    }

    @Override
    public String toString() {
        return chains + " chains, digest " + sum;
    }
}

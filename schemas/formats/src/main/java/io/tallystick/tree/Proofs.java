// SPDX-License-Identifier: Apache-2.0
package io.tallystick.tree;

import java.util.List;

/**
 * Verification of Merkle proofs. The shape of a proof follows from sizes and index alone and is checked before anything
 * is hashed.
 */
public final class Proofs {
    /** More hashes than any proof between trees of 63-bit sizes can need. */
    public static final int LENGTH_MAX = 63;

    private Proofs() {}

    /**
     * Verifies that the leaf is in the tree. RFC 9162 §2.1.3.2.
     *
     * @param leafIndex 0-based; must be less than {@code head.size()}
     * @param proof sibling hashes from the leaf upwards; its length is fixed by index and size
     * @throws ProofException if the index, the proof length or the computed root is wrong
     */
    public static void verifyInclusion(TreeHead head, long leafIndex, Hash leafHash, List<Hash> proof)
            throws ProofException {
        if (leafIndex < 0 || leafIndex >= head.size()) {
            throw new ProofException("inclusion: leaf " + leafIndex + " is not in a tree of " + head.size());
        }
        requireLength("inclusion", inclusionLength(leafIndex, head.size()), proof);
        long fn = leafIndex;
        long sn = head.size() - 1;
        Hash root = leafHash;
        for (Hash sibling : proof) {
            if ((fn & 1) == 1 || fn == sn) {
                root = Rfc6962.nodeHash(sibling, root);
                int shift = Long.numberOfTrailingZeros(fn);
                fn >>= shift;
                sn >>= shift;
            } else {
                root = Rfc6962.nodeHash(root, sibling);
            }
            fn >>= 1;
            sn >>= 1;
        }
        requireRoot("inclusion", head, root);
    }

    /**
     * Verifies that the first tree is a prefix of the second. RFC 9162 §2.1.4.2.
     *
     * @param first must not be empty: every tree extends the empty one and a proof of it says nothing
     * @param second not smaller than {@code first}
     * @param proof node hashes in the order of the RFC; its length is fixed by the sizes, empty if they are equal
     * @throws ProofException if the sizes, the proof length or one of the computed roots is wrong
     */
    public static void verifyConsistency(TreeHead first, TreeHead second, List<Hash> proof) throws ProofException {
        if (first.size() == 0) {
            throw new ProofException("consistency: nothing to prove from an empty tree");
        }
        if (first.size() > second.size()) {
            throw new ProofException(
                    "consistency: the first tree has " + first.size() + " leaves, the second " + second.size());
        }
        requireLength("consistency", consistencyLength(first.size(), second.size()), proof);
        if (first.size() == second.size()) {
            requireRoot("consistency", second, first.root());
            return;
        }
        int skip = Long.numberOfTrailingZeros(first.size());
        long fn = (first.size() - 1) >> skip;
        long sn = (second.size() - 1) >> skip;
        boolean perfect = fn == 0;
        Hash firstRoot = perfect ? first.root() : proof.get(0);
        Hash secondRoot = firstRoot;
        for (Hash node : perfect ? proof : proof.subList(1, proof.size())) {
            if ((fn & 1) == 1 || fn == sn) {
                firstRoot = Rfc6962.nodeHash(node, firstRoot);
                secondRoot = Rfc6962.nodeHash(node, secondRoot);
                int shift = Long.numberOfTrailingZeros(fn);
                fn >>= shift;
                sn >>= shift;
            } else {
                secondRoot = Rfc6962.nodeHash(secondRoot, node);
            }
            fn >>= 1;
            sn >>= 1;
        }
        requireRoot("consistency of the first tree", first, firstRoot);
        requireRoot("consistency of the second tree", second, secondRoot);
    }

    /** Levels below the point where the paths of the leaf and of the last leaf meet, then the left siblings above. */
    private static int inclusionLength(long leafIndex, long size) {
        int inner = Long.SIZE - Long.numberOfLeadingZeros(leafIndex ^ (size - 1));
        return inner + Long.bitCount(leafIndex >>> inner);
    }

    private static int consistencyLength(long first, long second) {
        if (first == second) {
            return 0;
        }
        int skip = Long.numberOfTrailingZeros(first);
        long index = (first - 1) >> skip;
        int siblings = inclusionLength(index, ((second - 1) >> skip) + 1);
        return index == 0 ? siblings : siblings + 1;
    }

    private static void requireLength(String what, int expected, List<Hash> proof) throws ProofException {
        if (proof.size() != expected) {
            throw new ProofException(what + ": the proof must have " + expected + " hashes, found " + proof.size());
        }
    }

    private static void requireRoot(String what, TreeHead expected, Hash found) throws ProofException {
        if (!expected.root().equals(found)) {
            throw new ProofException(what + ": expected root " + expected.root() + " of size " + expected.size()
                    + ", computed " + found);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
/**
 * RFC 6962 Merkle trees: leaf and node hashes, compact ranges, inclusion and consistency proofs.
 *
 * <p>Decides which hashes make up a tree and when a proof is right. Knows nothing of what a leaf holds, of signatures
 * or of storage. Everything here is immutable and may be shared between threads.
 */
package io.tallystick.tree;

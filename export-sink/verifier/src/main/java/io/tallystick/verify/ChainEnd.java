// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.tree.Hash;
import java.util.Optional;

/**
 * What the next window's bundle is compared with, for one chain.
 *
 * @param lastLeaf leaf hash of the last entry, also if the chain was idle
 * @param rebound topic id of this window's first {@code source} entry, if nothing in the window says what it was before
 * @param topicId topic id at the window's end, if the window says
 */
record ChainEnd(Hash lastLeaf, Optional<String> rebound, Optional<String> topicId) {}

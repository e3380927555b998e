// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.sign;

import io.tallystick.trust.KeyAlgorithm;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** What a checkpoint has to be signed with for anybody to accept it. */
@FunctionalInterface
public interface RequiredAlgorithms {
    /** ECDSA P-256, which a {@link CheckpointSigner} asks for by itself. */
    RequiredAlgorithms NO_MORE = (origin, windowEnd, algorithms) -> List.of();

    /**
     * What signatures of these algorithms leave unmet.
     *
     * @param origin of the checkpoint
     * @param windowEnd end of the window it belongs to
     * @param algorithms of all keys that are to sign
     * @return sets of which one algorithm each is lacking; empty if they are enough
     */
    List<Set<KeyAlgorithm>> missing(String origin, Instant windowEnd, Set<KeyAlgorithm> algorithms);
}

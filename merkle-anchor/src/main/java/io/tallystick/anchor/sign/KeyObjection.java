// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.sign;

import io.tallystick.trust.KeyAlgorithm;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** What has become known of the keys since they were opened. */
@FunctionalInterface
public interface KeyObjection {
    /** Nothing has. */
    KeyObjection NONE = (keyId, origin, windowEnd) -> Optional.empty();

    /**
     * Whether something forbids a signature that the validity of the key allows.
     *
     * @param origin of the checkpoint to be signed
     * @param windowEnd end of the window it belongs to
     * @return why, and the remedy; empty if nothing does
     */
    Optional<String> to(String keyId, String origin, Instant windowEnd);

    /**
     * Whether something demands more than signatures of these algorithms.
     *
     * @param algorithms of all keys that are to sign
     * @return what is lacking, and the remedy; empty if nothing is
     */
    default Optional<String> toLack(Set<KeyAlgorithm> algorithms, String origin, Instant windowEnd) {
        return Optional.empty();
    }
}

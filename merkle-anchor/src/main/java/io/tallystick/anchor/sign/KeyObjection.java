// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.sign;

import java.time.Instant;
import java.util.Optional;

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
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.trust.TrustRole;
import java.time.Instant;
import java.util.Optional;

/** How far the ledger has come with what its keys sign: windows are signed in their order, and so are bundles. */
@FunctionalInterface
interface KeyBacklog {
    /** Says that nothing waits, without having looked. */
    KeyBacklog UNASKED = role -> Optional.of(Instant.MAX);

    /**
     * @param role of the key: checkpoints or bundles
     * @return end of the last window for which they are signed; empty if they are for none
     * @throws org.apache.kafka.common.KafkaException if the ledger cannot be read
     */
    Optional<Instant> signedUntil(TrustRole role);
}

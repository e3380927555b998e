// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.registry.Registry;
import java.time.Instant;
import java.util.Optional;

/** Brings back the registry whose store is empty or has lost something. */
interface RegistryRecovery {
    /** What {@code ledger.registry} holds already. */
    Registry.Base registered();

    /** Start of the ledger's first window; empty if the ledger is not set up. */
    Optional<Instant> firstWindow();

    /**
     * Offers the records of {@code ledger.heads} before the given one to the registry again.
     *
     * @param before offset of the record to be processed next
     * @throws io.tallystick.topic.LedgerIntegrityException if they seal a window that was never registered
     */
    void replay(long before, Registry registry);
}

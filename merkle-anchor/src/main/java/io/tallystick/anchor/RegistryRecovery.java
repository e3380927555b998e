// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.registry.Registry;

/** Brings back the registry whose store is empty or has lost something. */
interface RegistryRecovery {
    /** What {@code ledger.registry} holds already. */
    Registry.Base registered();

    /**
     * Offers the records of {@code ledger.heads} before the given one to the registry again.
     *
     * @param before offset of the record to be processed next
     * @throws io.tallystick.topic.LedgerIntegrityException if they seal a window that was never registered
     */
    void replay(long before, Registry registry);
}

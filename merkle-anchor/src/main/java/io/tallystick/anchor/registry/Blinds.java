// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.registry;

import io.tallystick.tree.Hash;

/** The tenants' blinds: 32 random bytes each, the same for ever. */
@FunctionalInterface
public interface Blinds {
    /** @throws io.tallystick.topic.LedgerIntegrityException if the ledger has no such tenant */
    Hash of(String tenant);
}

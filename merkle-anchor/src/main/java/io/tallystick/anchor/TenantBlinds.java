// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.registry.Blinds;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.topic.TenantDirectory;
import io.tallystick.tree.Hash;

/**
 * The blinds of {@code ledger.tenants}, read when a tenant is first met. A blind never changes, so what is known stays
 * known.
 */
final class TenantBlinds implements Blinds, AutoCloseable {
    private final LedgerSettings settings;
    private TenantDirectory directory;

    TenantBlinds(LedgerSettings settings) {
        this.settings = settings;
    }

    @Override
    public synchronized Hash of(String tenant) {
        if (directory == null) {
            directory = new TenantDirectory(settings);
        }
        return directory
                .find(tenant)
                .map(TenantDescriptor::blind)
                .orElseThrow(
                        () -> new LedgerIntegrityException("tenant " + tenant + " has entries but no descriptor in "
                                + settings.topics().tenants()));
    }

    @Override
    public synchronized void close() {
        if (directory != null) {
            directory.close();
            directory = null;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import java.util.Optional;

/**
 * A change of a tenant's descriptor, made or intended.
 *
 * @param before the descriptor as it was; none if the tenant is new
 * @param after the descriptor as it is to be
 */
public record TenantChange(Optional<TenantDescriptor> before, TenantDescriptor after) {

    /** Whether there is anything to change. */
    public boolean isChange() {
        return !before.equals(Optional.of(after));
    }
}

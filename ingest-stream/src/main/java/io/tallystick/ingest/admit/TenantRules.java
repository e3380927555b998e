// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import static java.util.Objects.requireNonNull;

import io.tallystick.topic.PoliciesInForce;

/**
 * What a tenant's descriptor asks of ingest.
 *
 * @param topicId the id its input topic must have
 * @param suspended whether its records wait in the source
 * @param policies what its chains are told in {@code ledger.config}
 */
public record TenantRules(String topicId, boolean suspended, PoliciesInForce policies) {
    public TenantRules {
        requireNonNull(topicId, "topicId");
        requireNonNull(policies, "policies");
    }
}

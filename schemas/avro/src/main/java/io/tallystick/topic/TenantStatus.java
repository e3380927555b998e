// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import java.util.List;

/**
 * A tenant beside what the cluster has of it.
 *
 * @param descriptor the tenant
 * @param partitions partitions its input topic has now; 0 if there is no such topic
 * @param problems what must be put right, a sentence each with its remedy; none if all is well
 */
public record TenantStatus(TenantDescriptor descriptor, int partitions, List<String> problems) {
    public TenantStatus {
        problems = List.copyOf(problems);
    }
}

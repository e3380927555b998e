// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import java.util.Set;

/**
 * What the auditor demands of evidence beyond the ledger's own signatures.
 *
 * @param requireAnchors kinds of anchor without which evidence fails
 * @param witnessQuorum least number of witnesses that must have cosigned
 * @param minRetentionDays least number of days the store must keep a bundle after the window's end
 */
public record TrustPolicy(Set<TrustAnchors.Kind> requireAnchors, int witnessQuorum, int minRetentionDays) {
    /** No demands. */
    public static final TrustPolicy NONE = new TrustPolicy(Set.of(), 0, 0);

    public TrustPolicy {
        requireAnchors = Set.copyOf(requireAnchors);
        if (witnessQuorum < 0 || minRetentionDays < 0) {
            throw new IllegalArgumentException("a negative number in the policy");
        }
    }
}

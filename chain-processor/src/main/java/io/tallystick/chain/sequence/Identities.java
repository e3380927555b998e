// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static java.util.Objects.requireNonNull;

import io.tallystick.entry.Salt;
import io.tallystick.topic.TenantPolicies;
import io.tallystick.tree.Hash;
import java.time.Instant;
import java.util.Optional;

/**
 * The identities of kept events that are remembered: for each chain those of its duplicates window, at most as many as its
 * policies say, the oldest forgotten first. DESIGN.md section 6, duplicates and conflicts.
 */
@FunctionalInterface
public interface Identities {
    /** Remembers nothing. */
    Identities NONE = (chain, identity, policies, now) -> Optional.empty();

    /**
     * The first kept event of this identity, if it is still remembered: recorded after {@code now - window}, and among the
     * last {@code entriesMax} identities of its chain.
     *
     * @param chain chain id
     * @param policies the chain's; never with a window of 0
     * @param now ledger clock
     */
    Optional<Seen> find(String chain, Identity identity, TenantPolicies policies, Instant now);

    /**
     * A kept event.
     *
     * @param seq its position in the chain
     * @param recorded its ledger time
     * @param salt of its payload commitment
     * @param commit its payload commitment: what another payload is compared with
     */
    record Seen(long seq, Instant recorded, Salt salt, Hash commit) {
        public Seen {
            requireNonNull(recorded, "recorded");
            requireNonNull(salt, "salt");
            requireNonNull(commit, "commit");
        }
    }

    /**
     * What is to be remembered once the entry is written.
     *
     * @param chain chain id
     * @param policies how long, and among how many
     */
    record Kept(String chain, Identity identity, Seen seen, TenantPolicies policies) {
        public Kept {
            requireNonNull(chain, "chain");
            requireNonNull(identity, "identity");
            requireNonNull(seen, "seen");
            requireNonNull(policies, "policies");
        }
    }
}

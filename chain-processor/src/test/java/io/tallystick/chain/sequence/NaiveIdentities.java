// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.topic.TenantPolicies;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@link Identities} promises, in the plainest form: a list that is searched. */
public final class NaiveIdentities implements Identities {
    private final List<Kept> all = new ArrayList<>();

    public void remember(Kept kept) {
        all.add(kept);
    }

    @Override
    public Optional<Seen> find(String chain, Identity identity, TenantPolicies policies, Instant now) {
        List<Kept> own =
                all.stream().filter(kept -> kept.chain().equals(chain)).toList();
        return own.stream()
                .skip(Math.max(0, own.size() - policies.entriesMax()))
                .filter(kept -> kept.identity().equals(identity))
                .map(Kept::seen)
                .filter(seen -> seen.recorded().plus(policies.window()).isAfter(now))
                .reduce((first, second) -> second);
    }
}

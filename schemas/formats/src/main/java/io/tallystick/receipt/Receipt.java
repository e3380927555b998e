// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import io.tallystick.trust.TrustAnchors;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What a verified statement of an outside party proves about a checkpoint.
 *
 * @param kind of which kind the party is
 * @param party the trust root's id of an authority or log; the key name of a witness
 * @param existedBy the checkpoint existed no later than this, by the party's clock; empty if it says nothing of time, as
 *     logs do
 */
public record Receipt(TrustAnchors.Kind kind, String party, Optional<Instant> existedBy) {
    public Receipt {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(party);
        Objects.requireNonNull(existedBy);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.receipt.Receipt;
import io.tallystick.trust.TrustAnchors;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A statement of an outside party that verified.
 *
 * @param file in the bucket
 * @param receipt who said it, and what it proves about time
 * @param coveredBy size of the later registry checkpoint that it is about, which contains this bundle's; empty if it is
 *     about this bundle's own
 */
public record AnchorReport(String file, Receipt receipt, OptionalLong coveredBy) {
    public AnchorReport {
        Objects.requireNonNull(file);
        Objects.requireNonNull(receipt);
        Objects.requireNonNull(coveredBy);
    }

    /** {@code witness}, {@code tsa} or {@code log}. */
    public String kind() {
        TrustAnchors.Kind kind = receipt.kind();
        return switch (kind) {
            case WITNESSES -> "witness";
            case LOGS -> "log";
            case TSA -> kind.name().toLowerCase(Locale.ROOT);
        };
    }

    /** Proves that the checkpoint existed no later than this. */
    public Optional<Instant> existedBy() {
        return receipt.existedBy();
    }

    @Override
    public String toString() {
        String time = existedBy()
                .map(instant -> "existed no later than " + instant)
                .orElse("is logged, which says nothing of time");
        String cover = coveredBy.isPresent()
                ? ", by the later registry checkpoint of size " + coveredBy.getAsLong() + ", which contains it"
                : "";
        return kind() + " " + receipt.party() + ": " + time + cover;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import io.tallystick.trust.TrustAnchors;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whose receipts are wanted of a registry checkpoint: as many of each kind as are required, and a time. Told from names
 * alone, as long as receipts are only looked for; what they are worth is for whoever verifies them.
 *
 * @param listed parties whose receipts count
 * @param required how many different parties of a kind; none of kinds that are left out
 * @param quorum witnesses that prove a time together; one if it is less
 */
public record WantedReceipts(Set<ReceiptNames.Parsed> listed, Map<TrustAnchors.Kind, Integer> required, int quorum) {
    /** Nobody's. */
    public static final WantedReceipts NONE = new WantedReceipts(Set.of(), Map.of(), 0);

    public WantedReceipts {
        listed = Set.copyOf(listed);
        required = Map.copyOf(required);
        if (quorum < 0 || required.values().stream().anyMatch(count -> count < 0)) {
            throw new IllegalArgumentException("a negative number of receipts");
        }
    }

    /** Whether receipts of these parties are all that is required; they may prove no time. */
    public boolean isMetBy(Set<ReceiptNames.Parsed> parties) {
        return required.keySet().stream().noneMatch(kind -> isMissing(kind, parties));
    }

    private boolean isMissing(TrustAnchors.Kind kind, Set<ReceiptNames.Parsed> parties) {
        return count(kind, parties) < required.getOrDefault(kind, 0);
    }

    private long count(TrustAnchors.Kind kind, Set<ReceiptNames.Parsed> parties) {
        return parties.stream()
                .filter(party -> listed.contains(party) && party.form().kind() == kind)
                .count();
    }

    /** Whether receipts of these parties prove a time: an authority's, or those of the quorum of witnesses. */
    public boolean isTimedBy(Set<ReceiptNames.Parsed> parties) {
        return count(TrustAnchors.Kind.TSA, parties) > 0
                || count(TrustAnchors.Kind.WITNESSES, parties) >= Math.max(1, quorum);
    }

    /** The listed parties whose receipts can add something to those of these parties. */
    public Set<ReceiptNames.Parsed> beside(Set<ReceiptNames.Parsed> parties) {
        boolean timed = isTimedBy(parties);
        return listed.stream()
                .filter(party -> !parties.contains(party))
                .filter(party -> isMissing(party.form().kind(), parties)
                        || (!timed && party.form().kind() != TrustAnchors.Kind.LOGS))
                .collect(Collectors.toSet());
    }
}

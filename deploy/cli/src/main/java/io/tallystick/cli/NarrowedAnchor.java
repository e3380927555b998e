// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustAnchors.Log;
import io.tallystick.trust.TrustAnchors.Tsa;
import io.tallystick.trust.TrustAnchors.ValidFor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * An authority or a log some of whose receipts count by one version of a trust root, and by the next are those of a listed party
 * that do not: evidence that has them fails. One that is taken out is none of these; its receipts are passed over.
 *
 * @param id its id
 * @param change what the next version says of it
 * @param from no receipt before this instant is concerned
 * @param lost whether one of this instant is, see {@link ConfirmedReceipts#first}
 */
record NarrowedAnchor(String id, String change, Instant from, Predicate<Instant> lost) {
    /** Those between two versions. */
    static List<NarrowedAnchor> between(TrustAnchors before, TrustAnchors next) {
        List<NarrowedAnchor> narrowed = new ArrayList<>();
        for (Tsa tsa : next.tsa()) {
            before.tsa().stream()
                    .filter(old -> old.id().equals(tsa.id()))
                    .findFirst()
                    .flatMap(old -> of(tsa.id(), old.validFor(), tsa.validFor(), !takesAll(old, tsa)))
                    .ifPresent(narrowed::add);
        }
        for (Log log : next.logs()) {
            before.logs().stream()
                    .filter(old -> old.id().equals(log.id()) && old.kind().equals(log.kind()))
                    .findFirst()
                    .flatMap(old -> of(log.id(), old.validFor(), log.validFor(), !isSame(old, log)))
                    .ifPresent(narrowed::add);
        }
        return List.copyOf(narrowed);
    }

    private static boolean takesAll(Tsa old, Tsa next) {
        boolean policies = next.policyOids().isEmpty()
                || (!old.policyOids().isEmpty() && next.policyOids().containsAll(old.policyOids()));
        return policies && next.roots().containsAll(old.roots());
    }

    private static boolean isSame(Log old, Log next) {
        return old.origin().equals(next.origin()) && old.vkey().equals(next.vkey());
    }

    private static Optional<NarrowedAnchor> of(String id, ValidFor old, ValidFor next, boolean another) {
        if (another) {
            String change = "lists another key, root certificate or policy for anchor " + id;
            return Optional.of(new NarrowedAnchor(id, change, NewDemand.BEGINNING, at -> true));
        }
        boolean later = next.start().isAfter(old.start());
        boolean earlier = next.end().isBefore(old.end());
        if (!later && !earlier) {
            return Optional.empty();
        }
        Instant from = later || next.end().isBefore(NewDemand.BEGINNING) ? NewDemand.BEGINNING : next.end();
        return Optional.of(new NarrowedAnchor(
                id,
                "lets anchor " + id + " count from " + next.start() + " to " + next.end(),
                from,
                at -> (later && at.isBefore(next.start())) || (earlier && at.isAfter(next.end()))));
    }
}

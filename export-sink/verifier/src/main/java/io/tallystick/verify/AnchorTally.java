// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.receipt.ReceiptNames;
import io.tallystick.trust.TrustAnchors;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What the receipts that verified for one bundle count for, and whose are still wanted. As of a time asked for, a receipt
 * counts if it proves that time; one that states none, as of a log, if something else proves it of the checkpoint that it
 * is about, or of a later one, which contains that.
 */
final class AnchorTally {
    private final AnchorRequirement required;
    private final int quorum;
    private final Optional<Instant> asOf;
    private final List<Held> held = new ArrayList<>();

    private record Held(ReceiptNames.Parsed name, AnchorReport report) {
        /** Grows with the checkpoints; the bundle's own comes before all others. */
        long place() {
            return report.coveredBy().orElse(0);
        }

        boolean isTimed() {
            return report.existedBy().isPresent();
        }
    }

    /**
     * @param quorum witnesses that prove a time together
     * @param asOf what must be proven no later than this
     */
    AnchorTally(AnchorRequirement required, int quorum, Optional<Instant> asOf) {
        this.required = required;
        this.quorum = quorum;
        this.asOf = asOf;
    }

    void add(ReceiptNames.Parsed name, AnchorReport report) {
        held.add(new Held(name, report));
    }

    List<AnchorReport> anchors() {
        return held.stream().map(Held::report).toList();
    }

    /** The earliest time they prove together: an authority's, or that of a quorum of witnesses; empty if they prove none. */
    Optional<Instant> existedBy() {
        return existedBy(0);
    }

    /** @param from place of the first checkpoint that counts */
    private Optional<Instant> existedBy(long from) {
        Map<String, Instant> witnesses = new HashMap<>();
        List<Instant> times = new ArrayList<>();
        for (Held one : held) {
            if (one.isTimed() && one.place() >= from) {
                Instant time = one.report().existedBy().orElseThrow();
                if (one.report().receipt().kind() == TrustAnchors.Kind.WITNESSES) {
                    witnesses.merge(one.report().receipt().party(), time, (a, b) -> a.isBefore(b) ? a : b);
                } else {
                    times.add(time);
                }
            }
        }
        witnesses.values().stream()
                .sorted()
                .skip(Math.max(1, quorum) - 1L)
                .findFirst()
                .ifPresent(times::add);
        return times.stream().min(Comparator.naturalOrder());
    }

    private boolean counts(Held one) {
        return asOf.isEmpty()
                || one.report()
                        .existedBy()
                        .or(() -> existedBy(one.place()))
                        .filter(time -> !time.isAfter(asOf.get()))
                        .isPresent();
    }

    /** How many different parties of each kind vouch. */
    AnchorRequirement found() {
        Map<TrustAnchors.Kind, Set<String>> parties = new EnumMap<>(TrustAnchors.Kind.class);
        for (Held one : held) {
            if (counts(one)) {
                parties.computeIfAbsent(one.report().receipt().kind(), kind -> new HashSet<>())
                        .add(one.report().receipt().party());
            }
        }
        return new AnchorRequirement(
                parties.getOrDefault(TrustAnchors.Kind.WITNESSES, Set.of()).size(),
                parties.getOrDefault(TrustAnchors.Kind.TSA, Set.of()).size(),
                parties.getOrDefault(TrustAnchors.Kind.LOGS, Set.of()).size());
    }

    /**
     * Those of the listed parties whose receipts of a later checkpoint could add something: to what is required, or a time
     * where none is proven yet.
     */
    Set<ReceiptNames.Parsed> wanted(Set<ReceiptNames.Parsed> listed) {
        AnchorRequirement found = found();
        OptionalLong undated = undated(found);
        return listed.stream().filter(isWanted(found, undated)).collect(Collectors.toSet());
    }

    private Predicate<ReceiptNames.Parsed> isWanted(AnchorRequirement found, OptionalLong undated) {
        return name -> {
            TrustAnchors.Kind kind = name.form().kind();
            boolean missing = found.of(kind) < required.of(kind);
            if (kind == TrustAnchors.Kind.LOGS) { // where it has a receipt, no later one is worth more
                return missing && held.stream().noneMatch(one -> one.name().equals(name));
            }
            return (missing && !proves(name, 0)) || (undated.isPresent() && !proves(name, undated.getAsLong()));
        };
    }

    /** From which place on a time is wanted; empty if none is. */
    private OptionalLong undated(AnchorRequirement found) {
        if (existedBy().isEmpty()) {
            return OptionalLong.of(0);
        }
        return found.logs() >= required.logs()
                ? OptionalLong.empty()
                : held.stream()
                        .filter(one -> !one.isTimed() && !counts(one))
                        .mapToLong(Held::place)
                        .min();
    }

    private boolean proves(ReceiptNames.Parsed name, long from) {
        return held.stream()
                .anyMatch(one -> one.name().equals(name) && one.isTimed() && one.place() >= from && counts(one));
    }
}

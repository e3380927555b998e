// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Of which party there are receipts for which registry checkpoints, by their names: none is opened. A later checkpoint
 * contains the earlier ones, so what is said of it covers them.
 *
 * <p>Not thread-safe.
 *
 * @param <P> a checkpoint's place, which grows with the registry: its size, or the start of the window it closes
 */
public final class ReceiptIndex<P extends Comparable<P>> {
    /**
     * Later checkpoints that are looked at in vain before the search ends. Whoever verifies, proves, packs or fetches evidence
     * keeps to it, so that all of them come to the same verdict.
     */
    public static final int CHECKPOINTS_MAX = 8;

    private final Map<ReceiptNames.Parsed, NavigableSet<P>> places = new HashMap<>();

    /** Notes that this party has a receipt there. */
    public void add(ReceiptNames.Parsed party, P place) {
        places.computeIfAbsent(party, name -> new TreeSet<>()).add(place);
    }

    /** The first place after this one with a receipt of one of these parties. */
    public Optional<P> next(P after, Set<ReceiptNames.Parsed> parties) {
        return parties.stream()
                .map(places::get)
                .filter(Objects::nonNull)
                .map(found -> found.higher(after))
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder());
    }

    private Set<ReceiptNames.Parsed> at(P place) {
        Set<ReceiptNames.Parsed> parties = new HashSet<>();
        places.forEach((party, found) -> {
            if (found.contains(place)) {
                parties.add(party);
            }
        });
        return parties;
    }

    /**
     * The last place it takes, behind this one, to have together what is wanted; where that is not to be had, as much of it
     * as there is. Places whose receipts add nothing do not count, however many lie between.
     *
     * @return empty if nothing behind adds anything
     */
    public Optional<P> reach(P place, WantedReceipts wanted) {
        Set<ReceiptNames.Parsed> had = at(place);
        Optional<P> reached = Optional.empty();
        Optional<P> next = next(place, wanted.beside(had));
        while (next.isPresent()) {
            reached = next;
            had.addAll(at(next.get()));
            next = next(next.get(), wanted.beside(had));
        }
        return reached;
    }

    /**
     * Places behind this one each of which has by itself what is required, in order: the first that prove a time, and the
     * first that prove none.
     *
     * @param max of either
     */
    public List<P> alone(P place, WantedReceipts wanted, int max) {
        NavigableMap<P, Set<ReceiptNames.Parsed>> behind = new TreeMap<>();
        for (ReceiptNames.Parsed party : wanted.listed()) {
            for (P found : places.getOrDefault(party, new TreeSet<>()).tailSet(place, false)) {
                behind.computeIfAbsent(found, unused -> new HashSet<>()).add(party);
            }
        }
        List<P> alone = new ArrayList<>();
        int timed = 0;
        int untimed = 0;
        for (Map.Entry<P, Set<ReceiptNames.Parsed>> one : behind.entrySet()) {
            if (wanted.isMetBy(one.getValue())
                    && (wanted.isTimedBy(one.getValue()) ? timed++ < max : untimed++ < max)) {
                alone.add(one.getKey());
            }
        }
        return alone;
    }
}

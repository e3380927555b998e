// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.avro.AnchorKind;
import io.tallystick.avro.AnchorProgress;
import io.tallystick.avro.Attestation;
import io.tallystick.avro.AttestationState;
import io.tallystick.avro.PartitionClosed;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.avro.SignedCheckpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;

/**
 * Puts together what the topics say of each window. Records may come in any order and more than once (those of one anchor's
 * progress in theirs), and the earlier ones may not be read at all: windows are closed, registered, signed and exported in their order, and an anchor that confirms one
 * covers those before, so what is known of a window holds for all before it.
 */
final class WindowTable {
    private final String origin;
    private final int partitions;
    private final Duration size;
    private final ConfiguredAnchors configured;
    private final Map<Integer, Instant> exported;
    private final NavigableMap<Instant, Map<String, AttestationState>> windows = new TreeMap<>();
    private final Map<Instant, Long> registrySizes = new HashMap<>();
    private final Map<Integer, Instant> closed = new HashMap<>();
    private final Map<String, AnchorKind> heardOf = new TreeMap<>();
    private final Map<String, Instant> confirmed = new HashMap<>();
    private final Map<String, WindowRow.Stop> stops = new TreeMap<>();
    private Instant registered = Instant.MIN;
    private Instant signed = Instant.MIN;

    /**
     * @param origin of the registry
     * @param partitions of {@code ledger.entries} and {@code ledger.exports}
     * @param size of a window
     * @param configured the anchors that are waited for
     * @param exported start of the last window whose bundles are committed, by partition of {@code ledger.exports}
     */
    WindowTable(
            String origin,
            int partitions,
            Duration size,
            ConfiguredAnchors configured,
            Map<Integer, Instant> exported) {
        this.origin = origin;
        this.partitions = partitions;
        this.size = size;
        this.configured = configured;
        this.exported = Map.copyOf(exported);
    }

    /** Takes note of a record; those that say nothing of windows are passed over. */
    void add(SpecificRecord record) {
        if (record instanceof PartitionClosed value) {
            window(value.getWindowStart());
            closed.merge(value.getPartition(), value.getWindowStart(), WindowTable::later);
        } else if (record instanceof RegistryWindow value) {
            registrySizes.put(value.getWindowStart(), value.getSize());
            window(value.getWindowStart());
            registered = later(registered, value.getWindowStart());
        } else if (record instanceof SignedCheckpoint value) {
            if (value.getOrigin().equals(origin)) {
                signed(value.getWindowStart());
            }
        } else if (record instanceof Attestation value) {
            heardOf.put(value.getAnchor(), value.getKind());
            window(value.getWindowStart()).put(value.getAnchor(), value.getState());
            signed(value.getWindowStart());
            if (value.getState() == AttestationState.CONFIRMED) {
                confirmed.merge(value.getAnchor(), value.getWindowStart(), WindowTable::later);
            }
        } else if (record instanceof AnchorProgress value) {
            if (value.getStoppedSize() == null) {
                stops.remove(value.getAnchor());
            } else {
                String reason = Objects.requireNonNullElse(value.getStoppedReason(), "");
                stops.put(value.getAnchor(), new WindowRow.Stop(value.getStoppedSize(), reason));
            }
        }
    }

    /** The anchors that have contradicted the registry, by id, as far as they are waited for. */
    Map<String, WindowRow.Stop> stops() {
        Map<String, WindowRow.Stop> told = new TreeMap<>(stops);
        told.keySet().retainAll(configured.kinds().orElse(heardOf).keySet());
        return told;
    }

    /** Takes note that a window's registry checkpoint is published. */
    void signed(Instant windowStart) {
        window(windowStart);
        signed = later(signed, windowStart);
        registered = later(registered, windowStart);
    }

    private Map<String, AttestationState> window(Instant start) {
        return windows.computeIfAbsent(start, unused -> new HashMap<>());
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** End of the last window that is signed; empty if none is. */
    Optional<Instant> signedUntil() {
        return signed.equals(Instant.MIN) ? Optional.empty() : Optional.of(signed.plus(size));
    }

    /** End of the last window whose bundles are all committed; empty if there is none. */
    Optional<Instant> exportedUntil() {
        return exported.size() < partitions
                ? Optional.empty()
                : exported.values().stream().min(Instant::compareTo).map(start -> start.plus(size));
    }

    /** The last windows, oldest first, and the one that is open; none is left out in between. */
    List<WindowRow> rows(int count) {
        if (windows.isEmpty()) {
            return List.of();
        }
        Instant last =
                later(windows.lastKey(), registered.equals(Instant.MIN) ? windows.lastKey() : registered.plus(size));
        List<WindowRow> rows = new ArrayList<>();
        for (Instant start = last;
                rows.size() < count && !start.isBefore(windows.firstKey());
                start = start.minus(size)) {
            rows.add(0, row(start));
        }
        return List.copyOf(rows);
    }

    private WindowRow row(Instant start) {
        List<Integer> open = missing(partition -> reached(closed.get(partition), start));
        boolean isRegistered = reached(registered, start);
        return new WindowRow(
                start,
                start.plus(size),
                WindowRow.stateOf(isRegistered || open.isEmpty(), isRegistered, reached(signed, start)),
                isRegistered ? List.of() : open,
                registrySizes.getOrDefault(start, 0L),
                anchors(start),
                missing(partition -> reached(exported.get(partition), start)));
    }

    private static boolean reached(Instant last, Instant start) {
        return last != null && !last.isBefore(start);
    }

    private List<Integer> missing(Predicate<Integer> there) {
        return IntStream.range(0, partitions).boxed().filter(there.negate()).toList();
    }

    /** The configured ones, whether heard of or not, and those that have something to say of this window. */
    private List<WindowRow.Party> anchors(Instant start) {
        Map<String, AttestationState> said = windows.getOrDefault(start, Map.of());
        Map<String, AnchorKind> kinds = new TreeMap<>(configured.kinds().orElse(heardOf));
        said.keySet().forEach(anchor -> kinds.putIfAbsent(anchor, heardOf.get(anchor)));
        List<WindowRow.Party> parties = new ArrayList<>();
        kinds.forEach((anchor, kind) -> {
            WindowRow.Answer answer = answer(said.get(anchor), reached(confirmed.get(anchor), start));
            Optional<WindowRow.Stop> stop =
                    answer == WindowRow.Answer.AWAITED ? Optional.ofNullable(stops.get(anchor)) : Optional.empty();
            parties.add(new WindowRow.Party(anchor, kind, stop.isPresent() ? WindowRow.Answer.STOPPED : answer, stop));
        });
        return parties;
    }

    private static WindowRow.Answer answer(AttestationState said, boolean covered) {
        if (said == AttestationState.CONFIRMED) {
            return WindowRow.Answer.CONFIRMED;
        }
        if (said == AttestationState.REJECTED) {
            return WindowRow.Answer.REFUSED;
        }
        return said == AttestationState.COVERED_BY || covered ? WindowRow.Answer.COVERED : WindowRow.Answer.AWAITED;
    }
}

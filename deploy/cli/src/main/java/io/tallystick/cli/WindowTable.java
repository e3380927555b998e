// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.avro.Attestation;
import io.tallystick.avro.AttestationState;
import io.tallystick.avro.PartitionClosed;
import io.tallystick.avro.PartitionExported;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.avro.SignedCheckpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;

/**
 * Puts together what the topics say of each window. Records may come in any order and more than once; of a window whose
 * earlier records were not read, what follows from the later ones is taken as done.
 */
final class WindowTable {
    private final String origin;
    private final int partitions;
    private final Duration size;
    private final NavigableMap<Instant, Facts> windows = new TreeMap<>();
    private final TreeSet<String> anchors = new TreeSet<>();

    /**
     * @param origin of the registry
     * @param partitions of {@code ledger.entries}
     * @param size of a window
     */
    WindowTable(String origin, int partitions, Duration size) {
        this.origin = origin;
        this.partitions = partitions;
        this.size = size;
    }

    private static final class Facts {
        private final TreeSet<Integer> closed = new TreeSet<>();
        private final TreeSet<Integer> exported = new TreeSet<>();
        private final Map<String, Attestation> attestations = new TreeMap<>();
        private long registered;
        private boolean signed;
    }

    /** Takes note of a record; those that say nothing of windows are passed over. */
    void add(SpecificRecord record) {
        if (record instanceof PartitionClosed value) {
            facts(value.getWindowStart()).closed.add(value.getPartition());
        } else if (record instanceof RegistryWindow value) {
            facts(value.getWindowStart()).registered = value.getSize();
        } else if (record instanceof SignedCheckpoint value) {
            if (value.getOrigin().equals(origin)) {
                facts(value.getWindowStart()).signed = true;
            }
        } else if (record instanceof PartitionExported value) {
            facts(value.getWindowStart()).exported.add(value.getEntriesPartition());
        } else if (record instanceof Attestation value) {
            anchors.add(value.getAnchor());
            facts(value.getWindowStart()).attestations.put(value.getAnchor(), value);
        }
    }

    private Facts facts(Instant start) {
        return windows.computeIfAbsent(start, unused -> new Facts());
    }

    /** The last windows, oldest first, and the one that is open. */
    List<WindowRow> rows(int count) {
        if (windows.isEmpty()) {
            return List.of();
        }
        windows.entrySet().stream()
                .filter(entry -> entry.getValue().registered > 0)
                .map(entry -> entry.getKey().plus(size))
                .max(Instant::compareTo)
                .ifPresent(this::facts);
        return windows.descendingMap().entrySet().stream()
                .limit(count)
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> row(entry.getKey(), entry.getValue()))
                .toList();
    }

    private WindowRow row(Instant start, Facts facts) {
        List<String> confirmed = anchors.stream()
                .filter(anchor -> is(facts, anchor, AttestationState.CONFIRMED, AttestationState.COVERED_BY))
                .toList();
        List<String> refused = anchors.stream()
                .filter(anchor -> is(facts, anchor, AttestationState.REJECTED))
                .toList();
        boolean sealed = facts.signed;
        boolean registered = sealed || facts.registered > 0;
        return new WindowRow(
                start,
                start.plus(size),
                WindowRow.stateOf(registered || facts.closed.size() == partitions, registered, sealed),
                registered ? List.of() : missing(facts.closed),
                facts.registered,
                List.copyOf(anchors),
                confirmed,
                refused,
                missing(facts.exported));
    }

    private static boolean is(Facts facts, String anchor, AttestationState... states) {
        Attestation said = facts.attestations.get(anchor);
        return said != null && List.of(states).contains(said.getState());
    }

    private List<Integer> missing(Set<Integer> there) {
        return IntStream.range(0, partitions)
                .filter(partition -> !there.contains(partition))
                .boxed()
                .toList();
    }
}

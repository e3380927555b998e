// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.external.ConsistencyProofs;
import io.tallystick.anchor.external.RegistryHistory;
import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.entry.Bytes;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What the witnesses' proofs are made from: the windows of {@code ledger.registry} since the oldest size one stands at, or
 * since where reading began. Reading may begin inside a window; it counts from the next.
 */
final class RegistryWindows {
    private final WindowParts parts = new WindowParts();
    private final TreeMap<Long, Long> offsets = new TreeMap<>();
    private RegistryHistory history;
    private boolean begun;

    /** @throws LedgerIntegrityException if the record does not continue the registry */
    void add(ConsumerRecord<String, SpecificRecord> record) {
        if (!(record.value() instanceof RegistryWindow part)) {
            throw new LedgerIntegrityException(
                    "offset " + record.offset() + " of " + record.topic() + " holds no window");
        }
        if (!begun && part.getPart() > 0) {
            return;
        }
        begun = true;
        Optional<SealedWindow> complete = parts.add(part);
        if (complete.isPresent()) {
            SealedWindow window = complete.get();
            if (history == null) {
                history = new RegistryHistory(window.previous());
            }
            append(window);
            offsets.put(window.extended().size(), record.offset() + 1);
            if (offsets.size() > RegistryHistory.WINDOWS_MAX) {
                offsets.pollFirstEntry();
            }
        }
    }

    private void append(SealedWindow window) {
        List<Hash> leaves = window.leaves().stream()
                .map(Bytes::array)
                .map(Rfc6962::leafHash)
                .toList();
        try {
            history.append(window.previous().size(), leaves);
        } catch (IllegalArgumentException e) {
            throw new LedgerIntegrityException("the registry does not continue: " + e.getMessage(), e);
        }
    }

    /** Whether proofs for a checkpoint of this size can be made: its window has been read, and not only later ones. */
    boolean reach(long size) {
        return history != null && history.begin() <= size && size <= history.size();
    }

    /** Number of windows known that end after a size; of those far back several count as one. */
    long countAfter(long size) {
        return history == null ? 0 : history.countAfter(size);
    }

    /** Proofs that the registry of this size extends smaller ones. */
    ConsistencyProofs proofs(long size) {
        return history == null
                ? from -> from == 0 || from == size ? Optional.of(List.of()) : Optional.empty()
                : history.upTo(size);
    }

    /** Offset of the first window after a size; 0, where reading begins as far back as it may, if it is not known. */
    long offsetAfter(long size) {
        return offsets.getOrDefault(size, 0L);
    }

    /**
     * Forgets what no witness will need.
     *
     * @param sizes where witnesses stand, and what is offered to them
     * @param newest the largest checkpoint known
     */
    void retain(Set<Long> sizes, long newest) {
        if (history != null) {
            history.retain(sizes, newest);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Schema ids that are to be looked up, of each tenant one in its turn: who needs many keeps nobody waiting for more than one of
 * them. For one thread at a time.
 */
final class SchemaTurns {
    /** The turn of a tenant. */
    record Turn(String tenant, int id) {}

    /** By tenant, whose turn is next first. */
    private final Map<String, Deque<Integer>> queues = new LinkedHashMap<>();

    void add(String tenant, int id) {
        queues.computeIfAbsent(tenant, name -> new ArrayDeque<>()).add(id);
    }

    /** Takes what is next; empty if nothing is to be looked up. */
    Optional<Turn> next() {
        Iterator<Map.Entry<String, Deque<Integer>>> first = queues.entrySet().iterator();
        if (!first.hasNext()) {
            return Optional.empty();
        }
        Map.Entry<String, Deque<Integer>> entry = first.next();
        String tenant = entry.getKey();
        Deque<Integer> queue = entry.getValue();
        first.remove();
        Turn turn = new Turn(tenant, queue.remove());
        if (!queue.isEmpty()) {
            queues.put(tenant, queue);
        }
        return Optional.of(turn);
    }
}

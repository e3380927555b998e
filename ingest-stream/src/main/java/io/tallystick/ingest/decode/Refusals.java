// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import io.tallystick.entry.RejectReason;
import java.util.EnumMap;
import java.util.Map;

/**
 * Everything found wrong with one record. Checks add in any order; the first code in the order of DESIGN.md section 5, which
 * is the order of {@link RejectReason}, is the one that counts.
 */
final class Refusals {
    // Made when there is one: nearly all records have none.
    private Map<RejectReason, String> details = Map.of();

    /** @param detail one sentence for the tenant; of several for one code the first is kept */
    void add(RejectReason reason, String detail) {
        if (details.isEmpty()) {
            details = new EnumMap<>(RejectReason.class);
        }
        details.putIfAbsent(reason, detail);
    }

    boolean isEmpty() {
        return details.isEmpty();
    }

    boolean has(RejectReason reason) {
        return details.containsKey(reason);
    }

    Map.Entry<RejectReason, String> first() {
        return details.entrySet().iterator().next();
    }
}

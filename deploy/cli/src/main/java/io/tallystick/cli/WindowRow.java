// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.entry.LedgerTime;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where one window stands.
 *
 * @param start of the window
 * @param end of the window, exclusive
 * @param state how far it has come towards a signed root
 * @param open partitions of {@code ledger.entries} that have not closed it
 * @param registrySize leaves of the registry after it; 0 if not known
 * @param anchors ids of the anchors heard of
 * @param confirmed those that have confirmed it, or a later one instead
 * @param refused those that have refused it
 * @param unexported partitions whose files are not all in the bucket
 */
record WindowRow(
        Instant start,
        Instant end,
        State state,
        List<Integer> open,
        long registrySize,
        List<String> anchors,
        List<String> confirmed,
        List<String> refused,
        List<Integer> unexported) {
    /** From the first to the last. */
    enum State {
        /** A partition's clock has not reached its end. */
        OPEN,
        /** All have; the registry has not taken it up. */
        CLOSED,
        /** In the registry, not signed. */
        REGISTERED,
        /** Covered by a signed registry checkpoint. */
        SEALED;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static State stateOf(boolean closed, boolean registered, boolean sealed) {
        if (sealed) {
            return State.SEALED;
        }
        if (registered) {
            return State.REGISTERED;
        }
        return closed ? State.CLOSED : State.OPEN;
    }

    /** What it waits for; empty if for nothing. */
    List<String> waitsFor() {
        List<String> waits = new ArrayList<>();
        switch (state) {
            case OPEN -> waits.add("partitions " + open);
            case CLOSED -> waits.add("the registry");
            case REGISTERED -> waits.add("the signer");
            case SEALED -> {
                List<String> pending = new ArrayList<>(anchors);
                pending.removeAll(confirmed);
                pending.removeAll(refused);
                pending.forEach(anchor -> waits.add("anchor " + anchor));
                if (!unexported.isEmpty()) {
                    waits.add("export of partitions " + unexported);
                }
            }
        }
        return waits;
    }

    String text() {
        String row = LedgerTime.format(start) + "  " + String.format(Locale.ROOT, "%-10s", state.text());
        if (state == State.SEALED) {
            row += "  anchored " + confirmed.size() + "/" + anchors.size()
                    + (refused.isEmpty() ? "" : ", refused by " + refused)
                    + (unexported.isEmpty() ? "  exported" : "");
        }
        return row + (waitsFor().isEmpty() ? "" : "  waits for " + String.join(", ", waitsFor()));
    }

    JsonObject json() {
        return JsonObject.builder()
                .put("anchors", JsonArray.ofStrings(anchors))
                .put("confirmed", JsonArray.ofStrings(confirmed))
                .put("end", LedgerTime.format(end))
                .put("exported", unexported.isEmpty())
                .put("refused", JsonArray.ofStrings(refused))
                .put("registrySize", registrySize)
                .put("start", LedgerTime.format(start))
                .put("state", state.text())
                .put("waitsFor", JsonArray.ofStrings(waitsFor()))
                .build();
    }
}

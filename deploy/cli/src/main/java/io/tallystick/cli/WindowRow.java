// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.avro.AnchorKind;
import io.tallystick.entry.LedgerTime;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Where one window stands.
 *
 * @param start of the window
 * @param end of the window, exclusive
 * @param state how far it has come towards a signed root
 * @param open partitions of {@code ledger.entries} that have not closed it
 * @param registrySize leaves of the registry after it; 0 if not known
 * @param anchors what each anchor says of it, by id
 * @param unexported partitions of {@code ledger.exports} whose tenants' bundles are not all committed
 */
record WindowRow(
        Instant start,
        Instant end,
        State state,
        List<Integer> open,
        long registrySize,
        List<Party> anchors,
        List<Integer> unexported) {
    private static final Set<AnchorKind> WITNESSES = EnumSet.of(AnchorKind.WITNESS);
    private static final Set<AnchorKind> AUTHORITIES = EnumSet.of(AnchorKind.TSA);
    private static final Set<AnchorKind> LOGS = EnumSet.of(AnchorKind.REKOR, AnchorKind.LOCAL_LOG);

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

    /** What an anchor says of a window. */
    enum Answer {
        /** Nothing yet. */
        AWAITED,
        /** It vouches for this window's checkpoint. */
        CONFIRMED,
        /** It vouches for a later one, which commits to this one. */
        COVERED,
        /** It will not vouch for it. */
        REFUSED,
        /** Nothing, and it is not asked: it has seen another history of this ledger. */
        STOPPED;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Why an anchor is asked no more.
     *
     * @param size of the registry checkpoint that it contradicted
     * @param reason what it said
     */
    record Stop(long size, String reason) {
        /** One line for the anchor of this id. */
        String text(String id) {
            return "anchor " + id + " is stopped: it has seen another history of this ledger than the registry of size "
                    + size + ": " + reason;
        }

        private JsonObject json() {
            return JsonObject.builder().put("reason", reason).put("size", size).build();
        }
    }

    /**
     * An anchor and what it says.
     *
     * @param stop there if the answer is that it is stopped
     */
    record Party(String id, AnchorKind kind, Answer answer, Optional<Stop> stop) {
        boolean vouches() {
            return answer == Answer.CONFIRMED || answer == Answer.COVERED;
        }
    }

    WindowRow {
        open = List.copyOf(open);
        anchors = List.copyOf(anchors);
        unexported = List.copyOf(unexported);
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
        return switch (state) {
            case OPEN -> List.of("partitions " + open);
            case CLOSED -> List.of("the registry");
            case REGISTERED -> List.of("the signer");
            case SEALED -> {
                List<String> waits = new ArrayList<>();
                ids(Answer.AWAITED).forEach(anchor -> waits.add("anchor " + anchor));
                ids(Answer.STOPPED).forEach(anchor -> waits.add("anchor " + anchor + " (stopped)"));
                if (!unexported.isEmpty()) {
                    waits.add("export of partitions " + unexported);
                }
                yield List.copyOf(waits);
            }
        };
    }

    private List<String> ids(Answer answer) {
        return anchors.stream()
                .filter(party -> party.answer() == answer)
                .map(Party::id)
                .toList();
    }

    private List<Party> of(Set<AnchorKind> kinds) {
        return anchors.stream().filter(party -> kinds.contains(party.kind())).toList();
    }

    /** The names of the columns. */
    static String header() {
        return form("window", "state", "signed", "cosigned", "time-stamped", "logged", "exported", "waits for");
    }

    /** One line, in the columns of {@link #header()}. */
    String text() {
        List<String> notes = new ArrayList<>(waitsFor());
        ids(Answer.REFUSED).forEach(anchor -> notes.add("(refused by " + anchor + ")"));
        return form(
                LedgerTime.format(start),
                state.text(),
                yes(isSigned()),
                share(of(WITNESSES)),
                share(of(AUTHORITIES)),
                share(of(LOGS)),
                yes(unexported.isEmpty()),
                String.join(", ", notes));
    }

    private static String form(Object... columns) {
        return String.format(Locale.ROOT, "%-24s  %-10s  %-6s  %-8s  %-12s  %-6s  %-8s  %s", columns)
                .stripTrailing();
    }

    private static String yes(boolean is) {
        return is ? "yes" : "no";
    }

    private static String share(List<Party> parties) {
        return parties.isEmpty() ? "-" : vouching(parties) + "/" + parties.size();
    }

    private static long vouching(List<Party> parties) {
        return parties.stream().filter(Party::vouches).count();
    }

    private boolean isSigned() {
        return state == State.SEALED;
    }

    JsonObject json() {
        return JsonObject.builder()
                .put("anchors", anchorsJson())
                .put("cosigned", shareJson(of(WITNESSES)))
                .put("end", LedgerTime.format(end))
                .put("exported", unexported.isEmpty())
                .put("logged", shareJson(of(LOGS)))
                .put("registrySize", registrySize)
                .put("signed", isSigned())
                .put("start", LedgerTime.format(start))
                .put("state", state.text())
                .put("timeStamped", shareJson(of(AUTHORITIES)))
                .put("waitsFor", JsonArray.ofStrings(waitsFor()))
                .build();
    }

    private JsonArray anchorsJson() {
        return new JsonArray(
                anchors.stream().<JsonValue>map(WindowRow::partyJson).toList());
    }

    private static JsonObject partyJson(Party party) {
        JsonObject.Builder json = JsonObject.builder()
                .put("answer", party.answer().text())
                .put("id", party.id())
                .put("kind", party.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        party.stop().ifPresent(stop -> json.put("stopped", stop.json()));
        return json.build();
    }

    private static JsonObject shareJson(List<Party> parties) {
        return JsonObject.builder()
                .put("by", vouching(parties))
                .put("of", parties.size())
                .build();
    }
}

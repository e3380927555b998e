// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.bench.faults.check.LedgerRecord.Line;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A true ledger of one chain with its source and its producer's journal, to be spoilt in one place before it is judged.
 * Entries are rendered when they are judged: what follows a change is linked to it, as a writer at fault would.
 */
final class History {
    static final String CHAIN = "acme/0";
    private static final String TOPIC = "ledger.in.acme";
    private static final Instant NOW = Instant.parse("2026-11-21T03:16:00Z");
    private static final ByteBuffer SALT = ByteBuffer.wrap(new byte[16]);

    /** An entry to be written. */
    static final class Draft {
        String kind = "event";
        long seq;
        long from;
        long next;
        String value = "";
        String id = "";
        String extra = "";
        String recorded = "2026-11-21T03:15:00.123Z";
        Optional<String> prev = Optional.empty();
        Optional<String> commit = Optional.empty();
        Optional<Long> pseq = Optional.empty();
    }

    final List<Draft> drafts = new ArrayList<>();
    final List<String> journal = new ArrayList<>();
    final List<Optional<String>> source = new ArrayList<>();
    final List<Checkpoint> checkpoints = new ArrayList<>();

    /** Those that are read before the entries. */
    final List<Checkpoint> early = new ArrayList<>();

    int partition;

    /** A genesis and one entry for each of the offsets 0 to {@code records - 1}, all of them acknowledged. */
    static History of(int records) {
        History history = new History();
        Draft genesis = new Draft();
        genesis.kind = "genesis";
        history.drafts.add(genesis);
        for (int offset = 0; offset < records; offset++) {
            String value = "{\"n\":" + offset + "}";
            history.source.add(Optional.of(value));
            history.journal.add("S " + offset + " " + CHAIN + " " + Digests.plain(bytes(value)));
            history.journal.add("A " + offset + " " + offset);
            Draft draft = new Draft();
            draft.seq = offset + 1L;
            draft.from = offset;
            draft.next = offset + 1L;
            draft.value = value;
            draft.id = "id-" + offset;
            history.drafts.add(draft);
        }
        return history;
    }

    /** The entry of a source offset. */
    Draft entryOf(int offset) {
        return drafts.get(offset + 1);
    }

    /** Numbers the entries from 0 as they stand, as a sequencer would that was offered them so. */
    void renumber() {
        for (int seq = 0; seq < drafts.size(); seq++) {
            drafts.get(seq).seq = seq;
        }
    }

    /** What the oracle says of it. */
    Findings judge() {
        Audit audit = new Audit(
                "ledger.in.", Set.of("acme"), Optional.of(new Audit.Sealing("checkpoints", "l", 10_000)), () -> NOW);
        early.forEach(audit::checkpoint);
        journal.forEach(line -> audit.journal("p", line));
        long pseq = 0;
        audit.ledger(partition, new LedgerRecord(pseq++, LedgerRecord.Type.INIT, Optional.empty()));
        String prev = "0".repeat(64);
        for (Draft draft : drafts) {
            ByteBuffer entry = bytes(render(draft, draft.prev.orElse(prev)));
            prev = Digests.leaf(entry);
            pseq = draft.pseq.orElse(pseq);
            audit.ledger(partition, new LedgerRecord(pseq++, LedgerRecord.Type.ENTRY, Optional.of(line(draft, entry))));
        }
        for (int offset = 0; offset < source.size(); offset++) {
            if (source.get(offset).isPresent()) {
                audit.committed(TOPIC, 0, offset, source.get(offset).map(History::bytes));
            }
        }
        audit.sourceRead(TOPIC, 0, source.size());
        checkpoints.forEach(audit::checkpoint);
        audit.finish();
        return audit.findings();
    }

    /** Root of the first entries, from the definition by another way: level by level. */
    String root(int size) {
        List<String> level = new ArrayList<>();
        String prev = "0".repeat(64);
        for (Draft draft : drafts.subList(0, size)) {
            prev = Digests.leaf(bytes(render(draft, draft.prev.orElse(prev))));
            level.add(prev);
        }
        while (level.size() > 1) {
            List<String> above = new ArrayList<>();
            for (int i = 0; i + 1 < level.size(); i += 2) {
                above.add(Digests.node(level.get(i), level.get(i + 1)));
            }
            if (level.size() % 2 == 1) {
                above.add(level.get(level.size() - 1));
            }
            level = above;
        }
        return level.get(0);
    }

    private static Line line(Draft draft, ByteBuffer entry) {
        boolean payload = !draft.kind.equals("genesis");
        return new Line(
                CHAIN,
                draft.seq,
                entry,
                payload ? Optional.of(bytes(draft.value)) : Optional.empty(),
                payload ? Optional.of(SALT) : Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static String render(Draft draft, String prev) {
        StringBuilder json = new StringBuilder("{\"chain\":\"" + CHAIN + "\"" + draft.extra);
        if (!draft.kind.equals("genesis")) {
            String commit = draft.commit.orElse(Digests.commitment("tallystick/payload/v1", SALT, bytes(draft.value)));
            json.append(",\"id\":\"").append(draft.id).append("\",\"payload\":{\"commit\":\"" + commit + "\"}");
            json.append(",\"source\":{\"from\":" + draft.from + ",\"next\":" + draft.next + "}");
        }
        return json.append(
                        ",\"kind\":\"" + draft.kind + "\",\"prev\":\"" + prev + "\",\"recorded\":\"" + draft.recorded)
                .append("\",\"seq\":" + draft.seq + ",\"v\":1}")
                .toString();
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}

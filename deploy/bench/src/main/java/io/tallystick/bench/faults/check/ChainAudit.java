// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults.check;

import io.tallystick.bench.faults.check.Finding.Kind;
import io.tallystick.bench.faults.check.LedgerRecord.Line;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;

/**
 * One chain against the partition it records: gapless, linked, in time, and each committed record in exactly one entry.
 *
 * <p>Entries and source records may be offered in any interleaving; an entry waits until the source has been read as far
 * as the entry goes. Memory is bounded by what waits, and by the identities.
 */
final class ChainAudit {
    /** The ledger believes a broker's clock 5 s ahead of its own; the rest is for this process's. */
    private static final Duration AHEAD_MAX = Duration.ofSeconds(30);

    private final String chain;
    private final Findings findings;
    private final InstantSource clock;
    private final CommitmentAudit commitments;
    private final DuplicateAudit duplicates;
    private final Deque<Line> waiting = new ArrayDeque<>();

    /** Committed source records that no entry covers yet: offset to digest. */
    private final TreeMap<Long, String> due = new TreeMap<>();

    /** Committed source records that an entry has passed over. */
    private final TreeMap<Long, String> missed = new TreeMap<>();

    private long sourcePosition;
    private long expectedSeq;
    private String prev = "0".repeat(64);
    private String recorded = "";
    private long covered;
    private long entries;

    ChainAudit(String chain, Findings findings, InstantSource clock) {
        this.chain = chain;
        this.findings = findings;
        this.clock = clock;
        this.commitments = new CommitmentAudit(chain, findings);
        this.duplicates = new DuplicateAudit(chain, findings);
    }

    /** A record of the source that a reader of committed records sees; ascending. */
    void committed(long offset, String digest) {
        due.put(offset, digest);
    }

    /** The source has been read up to here: what lies below and was not offered is not committed. */
    void sourceRead(long position) {
        sourcePosition = Math.max(sourcePosition, position);
        proceed();
    }

    void entry(Line line) {
        waiting.add(line);
        proceed();
    }

    private void proceed() {
        while (!waiting.isEmpty()) {
            Line line = waiting.peek();
            try {
                Entry entry = Entry.parse(line.entry());
                if (entry.next() > sourcePosition) {
                    return;
                }
                check(line, entry);
            } catch (IOException e) {
                report(Kind.IRREGULAR, "entry " + line.seq() + " cannot be read: " + e.getMessage());
            }
            waiting.remove();
        }
    }

    private void check(Line line, Entry entry) {
        entries++;
        link(line, entry);
        switch (entry.kind()) {
            case "genesis" -> {
                if (entry.seq() != 0) {
                    report(Kind.FORKED, "genesis at " + entry.seq());
                }
            }
            case "event", "rejected" -> account(line, entry);
            case "control" -> commitments.check(line, entry);
            case "gap" ->
                report(Kind.LOST, "gap at " + entry.seq() + " over [" + entry.from() + ", " + entry.next() + ")");
            default -> report(Kind.IRREGULAR, "an entry of kind " + entry.kind() + " at " + entry.seq());
        }
        duplicates.check(entry);
    }

    private void link(Line line, Entry entry) {
        if (!entry.chain().equals(chain) || entry.seq() != line.seq()) {
            report(
                    Kind.IRREGULAR,
                    "envelope says " + chain + " " + line.seq() + ", entry says " + entry.chain() + " " + entry.seq());
        }
        if (entry.seq() < expectedSeq) {
            report(Kind.FORKED, "a second entry " + entry.seq() + ", where " + expectedSeq + " is due");
        } else if (entry.seq() > expectedSeq) {
            report(Kind.LOST, "entries " + expectedSeq + " to " + (entry.seq() - 1) + " are missing");
        } else if (!entry.prev().equals(prev)) {
            report(Kind.FORKED, "entry " + entry.seq() + " names " + entry.prev() + " before it, which is " + prev);
        }
        if (entry.seq() == 0 && !entry.kind().equals("genesis")) {
            report(Kind.IRREGULAR, "begins with an entry of kind " + entry.kind());
        }
        if (entry.recorded().compareTo(recorded) < 0) {
            report(Kind.IRREGULAR, "entry " + entry.seq() + " recorded " + entry.recorded() + " after " + recorded);
        }
        if (entry.recorded().compareTo(clock.instant().plus(AHEAD_MAX).toString()) > 0) {
            report(Kind.IRREGULAR, "entry " + entry.seq() + " recorded " + entry.recorded() + ", which is yet to come");
        }
        expectedSeq = entry.seq() + 1;
        prev = Digests.leaf(line.entry());
        recorded = entry.recorded();
    }

    private void account(Line line, Entry entry) {
        long offset = entry.next() - 1;
        if (entry.from() < 0 || entry.from() > offset) {
            report(Kind.IRREGULAR, "entry " + entry.seq() + " covers nothing");
        } else if (entry.from() < covered) {
            again(line, entry, offset);
        } else {
            if (entry.from() > covered) {
                report(Kind.IRREGULAR, "entry " + entry.seq() + " covers from " + entry.from() + ", not " + covered);
            }
            passOver(due.headMap(offset, false));
            String digest = due.remove(offset);
            if (digest == null) {
                report(Kind.ALTERED, "entry " + entry.seq() + " is of offset " + offset + ", which was not committed");
            } else {
                commitments.check(line, entry, digest);
            }
            covered = entry.next();
        }
    }

    private void again(Line line, Entry entry, long offset) {
        String digest = missed.remove(offset);
        if (digest == null) {
            report(Kind.DUPLICATED, "offset " + offset + " again, in entry " + entry.seq());
        } else {
            findings.lostTurnedUp(chain, "offset " + offset + " in entry " + entry.seq() + ", behind " + (covered - 1));
            commitments.check(line, entry, digest);
        }
    }

    private void passOver(Map<Long, String> skipped) {
        skipped.forEach((offset, digest) -> {
            report(Kind.LOST, "offset " + offset + " is in no entry");
            missed.put(offset, digest);
        });
        skipped.clear();
    }

    private void report(Kind kind, String what) {
        findings.add(kind, chain, what);
    }

    /** The source offset up to which everything is accounted for. */
    long covered() {
        return covered;
    }

    long entries() {
        return entries;
    }

    /** Committed records that wait for their entry. */
    int due() {
        return due.size();
    }

    /** No more entries come. */
    void finish() {
        passOver(due);
        waiting.forEach(line -> report(
                Kind.ALTERED, "entry " + line.seq() + " accounts for more than the source has, " + sourcePosition));
    }
}

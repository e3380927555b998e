// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One partition of one topic id: records, transaction markers, leader epochs, a start that retention moves and a tail that
 * an unclean leader cuts off. Nothing is forgotten: the judge needs to know what once was.
 */
final class SourceLog {
    /** No transaction: the record is committed as it is written. */
    static final int PLAIN = 0;

    private enum Verdict {
        OPEN,
        COMMITTED,
        ABORTED
    }

    /** What lies at an offset. */
    private record Slot(long uid, int epoch, int transaction, boolean marker) {}

    /** A committed record as a reader gets it. */
    record Read(long offset, int epoch, long uid) {}

    /** What one poll returns: the records, and where the reader stands afterwards, which may be behind markers. */
    record Batch(List<Read> records, long position, OptionalInt epoch) {}

    private final String topicId;
    private final List<Slot> slots = new ArrayList<>();
    private final Map<Integer, Verdict> transactions = new HashMap<>();
    private final Map<Long, Set<Long>> cutOff = new HashMap<>();
    private long lowestCut = Long.MAX_VALUE;
    private long start;
    private int epoch;

    SourceLog(String topicId, int epoch) {
        this.topicId = topicId;
        this.epoch = epoch;
    }

    String topicId() {
        return topicId;
    }

    long start() {
        return start;
    }

    long end() {
        return slots.size();
    }

    boolean wasCut() {
        return !cutOff.isEmpty();
    }

    /** Below this offset no record was ever cut off. */
    long neverCut() {
        return wasCut() ? lowestCut : Long.MAX_VALUE;
    }

    /** Whether this record once was at this offset and was cut off. */
    boolean wasCutOff(long offset, long uid) {
        return cutOff.getOrDefault(offset, Set.of()).contains(uid);
    }

    void append(long uid, int transaction) {
        slots.add(new Slot(uid, epoch, transaction, false));
        if (transaction != PLAIN) {
            transactions.put(transaction, Verdict.OPEN);
        }
    }

    /** Whether this transaction may get another record. */
    boolean isOpen(int transaction) {
        return transactions.getOrDefault(transaction, Verdict.OPEN) == Verdict.OPEN;
    }

    /** Ends a transaction if it is open. */
    void finish(int transaction, boolean commit) {
        if (transactions.get(transaction) == Verdict.OPEN) {
            transactions.put(transaction, commit ? Verdict.COMMITTED : Verdict.ABORTED);
            slots.add(new Slot(-1, epoch, transaction, true));
        }
    }

    void finishAll(boolean commit) {
        List.copyOf(transactions.keySet()).forEach(transaction -> finish(transaction, commit));
    }

    /** A new leader that has everything. */
    void leaderMoves() {
        epoch++;
    }

    /** A new leader that lacks everything from this offset on. Transactions that lose their marker end as they did. */
    void cutAt(long offset) {
        epoch++;
        lowestCut = Math.min(lowestCut, offset);
        List<Slot> tail = slots.subList(Math.toIntExact(offset), slots.size());
        Map<Integer, Verdict> again = new HashMap<>();
        Set<Integer> begun = new HashSet<>();
        for (int i = 0; i < tail.size(); i++) {
            Slot slot = tail.get(i);
            if (slot.marker) {
                again.put(slot.transaction, transactions.get(slot.transaction));
            } else {
                cutOff.computeIfAbsent(offset + i, at -> new HashSet<>()).add(slot.uid);
            }
        }
        tail.clear();
        slots.stream().filter(slot -> !slot.marker).forEach(slot -> begun.add(slot.transaction));
        transactions.keySet().retainAll(begun);
        again.forEach((transaction, verdict) -> {
            if (begun.contains(transaction)) {
                transactions.put(transaction, Verdict.OPEN);
                finish(transaction, verdict == Verdict.COMMITTED);
            }
        });
    }

    /** Retention removes everything before this offset. */
    void removeTo(long offset) {
        start = Math.max(start, offset);
    }

    /** Last stable offset: the first record of the first open transaction, or the end. */
    long lastStable() {
        if (!transactions.containsValue(Verdict.OPEN)) {
            return end();
        }
        for (int offset = 0; offset < slots.size(); offset++) {
            Slot slot = slots.get(offset);
            if (!slot.marker && slot.transaction != PLAIN && transactions.get(slot.transaction) == Verdict.OPEN) {
                return offset;
            }
        }
        return end();
    }

    boolean isInRange(long offset) {
        return offset >= start && offset <= end();
    }

    /** Reads committed records from an offset in range. */
    Batch read(long from, int max) {
        List<Read> records = new ArrayList<>();
        long stable = lastStable();
        long offset = from;
        OptionalInt last = OptionalInt.empty();
        for (; offset < stable && records.size() < max; offset++) {
            Slot slot = slots.get((int) offset);
            last = OptionalInt.of(slot.epoch);
            if (isCommitted(offset)) {
                records.add(new Read(offset, slot.epoch, slot.uid));
            }
        }
        return new Batch(records, offset, last);
    }

    /** Whether there is a committed record at this offset, also one that retention has removed. */
    boolean isCommitted(long offset) {
        Slot slot = slots.get((int) offset);
        return !slot.marker && (slot.transaction == PLAIN || transactions.get(slot.transaction) == Verdict.COMMITTED);
    }

    long uid(long offset) {
        return slots.get((int) offset).uid;
    }

    OptionalInt epochBefore(long offset) {
        return offset > 0 && offset <= end() ? OptionalInt.of(slots.get((int) offset - 1).epoch) : OptionalInt.empty();
    }

    /**
     * Where a reader's history parts from this log, as a broker tells it (KIP-320): the end of what was written under the
     * epoch, if that is before the reader's position.
     */
    OptionalLong divergence(long position, int readerEpoch) {
        for (long offset = start; offset < Math.min(position, end()); offset++) {
            if (slots.get((int) offset).epoch > readerEpoch) {
                return OptionalLong.of(offset);
            }
        }
        return end() < position ? OptionalLong.of(end()) : OptionalLong.empty();
    }

    /** Whether there are committed records in {@code [from, to)}, also ones that retention has removed. */
    boolean hasCommitted(long from, long to) {
        for (long offset = from; offset < to; offset++) {
            if (isCommitted(offset)) {
                return true;
            }
        }
        return false;
    }
}

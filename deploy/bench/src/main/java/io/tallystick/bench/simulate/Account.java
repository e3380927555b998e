// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import static io.tallystick.bench.simulate.Judge.require;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.avro.LedgerEntry;
import io.tallystick.bench.simulate.Judge.Violation;
import io.tallystick.entry.Body;
import io.tallystick.entry.Entry;
import io.tallystick.entry.Event;
import io.tallystick.entry.Gap;
import io.tallystick.entry.Genesis;
import io.tallystick.entry.Rejected;
import io.tallystick.entry.SourceRange;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the entries of one chain account for, against what its source holds. */
final class Account {
    private final Source source;
    private final Set<Long> uids = new HashSet<>();

    /** Per life of the topic: offsets that are in an entry as they are in the source now, and offsets declared lost. */
    private final Map<String, Set<Long>> recorded = new HashMap<>();

    private final Map<String, Set<Long>> lost = new HashMap<>();
    private String topicId;
    private long next;
    private long size;

    Account(Source source) {
        this.source = source;
    }

    String topicId() {
        return topicId;
    }

    long next() {
        return next;
    }

    long size() {
        return size;
    }

    void take(Entry entry, LedgerEntry envelope) throws Violation {
        size++;
        Body body = entry.body();
        if (body instanceof Genesis genesis) {
            begin(genesis.source().topicId());
        } else if (body instanceof io.tallystick.entry.Source change) {
            String newId = change.source().topicId();
            require(
                    source.bound.indexOf(newId) > source.bound.indexOf(topicId),
                    source + " goes from topic " + topicId + " to " + newId + ", which nobody asked for");
            begin(newId);
        } else if (body instanceof Event event) {
            String uid = new String(Judge.bytes(envelope.getPayload()), UTF_8);
            require(event.id().equals("id-" + uid), source + " entry " + entry.seq() + " has another's payload");
            record(event.source(), Long.parseLong(uid));
        } else if (body instanceof Rejected rejected) {
            record(rejected.source(), Long.parseLong(new String(Judge.bytes(envelope.getPayload()), UTF_8)));
        } else if (body instanceof Gap gap) {
            lose(gap);
        }
    }

    private void begin(String newTopicId) throws Violation {
        require(source.life(newTopicId).isPresent(), source + " records a topic that never was: " + newTopicId);
        topicId = newTopicId;
        next = 0;
        recorded.put(topicId, new HashSet<>());
        lost.put(topicId, new HashSet<>());
    }

    private SourceLog log() {
        return source.life(topicId).orElseThrow();
    }

    private void follows(long from, long newNext) throws Violation {
        require(from == next, source + " covers from " + from + " where " + next + " is needed");
        next = newNext;
    }

    private void record(SourceRange range, long uid) throws Violation {
        follows(range.from(), range.next());
        long offset = range.next() - 1;
        require(uids.add(uid), source + " has record " + uid + " twice, again at " + offset);
        if (holds(offset, uid)) {
            recorded.get(topicId).add(offset);
        } else {
            require(
                    log().wasCutOff(offset, uid),
                    source + " has record " + uid + " at offset " + offset + " of " + topicId + ", where it never was");
        }
    }

    private boolean holds(long offset, long uid) {
        return offset < log().end() && log().isCommitted(offset) && log().uid(offset) == uid;
    }

    private void lose(Gap gap) throws Violation {
        follows(gap.from(), gap.next());
        require(gap.next() <= log().end() || log().wasCut(), source + " lost what never was, up to " + gap.next());
        for (long offset = gap.from(); offset < gap.next(); offset++) {
            lost.get(topicId).add(offset);
            // A topic that was deleted has lost everything.
            require(
                    offset < log().start() || offset >= log().end() || !log().isCommitted(offset) || isOver(),
                    source + " declares record " + offset + " lost, which the source still has");
        }
    }

    private boolean isOver() {
        return !topicId.equals(source.latest().topicId()) || source.log().isEmpty();
    }

    /**
     * Below where the chain stands, or stood when its topic was created again, every committed record is recorded or lost, as far as
     * the log of that life was never cut.
     */
    void requireNothingPassedOver() throws Violation {
        for (Map.Entry<String, Set<Long>> life : recorded.entrySet()) {
            SourceLog log = source.life(life.getKey()).orElseThrow();
            long highest = Math.max(highest(life.getValue()), highest(lost.get(life.getKey())));
            requireAll(life.getKey(), Math.min(highest + 1, log.neverCut()), List.of());
        }
    }

    /**
     * Every committed record of the present topic is recorded or lost.
     *
     * @param cleared what took the place of records that the chain has
     */
    void requireComplete(List<Watch.Cleared> cleared) throws Violation {
        List<Watch.Cleared> own = cleared.stream()
                .filter(one -> one.source() == source && one.topicId().equals(topicId))
                .toList();
        requireAll(topicId, log().lastStable(), own);
    }

    private static boolean isCovered(List<Watch.Cleared> cleared, long offset) {
        return cleared.stream().anyMatch(one -> one.covers(offset));
    }

    private static long highest(Set<Long> offsets) {
        return offsets.stream().mapToLong(Long::longValue).max().orElse(-1);
    }

    private void requireAll(String ofTopicId, long end, List<Watch.Cleared> cleared) throws Violation {
        SourceLog log = source.life(ofTopicId).orElseThrow();
        for (long offset = 0; offset < Math.min(end, log.end()); offset++) {
            // What took the place of a record that was cut off, and went before it was read, left no evidence.
            boolean gone = log.wasCut() && offset < log.start();
            if (log.isCommitted(offset) && !gone && !isCovered(cleared, offset)) {
                boolean accounted = recorded.get(ofTopicId).contains(offset)
                        || lost.get(ofTopicId).contains(offset);
                require(accounted, source + ": record " + offset + " of " + ofTopicId + " is in no entry");
            }
        }
    }
}

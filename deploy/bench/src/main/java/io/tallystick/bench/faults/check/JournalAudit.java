// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults.check;

import io.tallystick.bench.faults.check.Finding.Kind;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the producers wrote down against what the sources hold: each acknowledged record at its place, nothing more often
 * than it was sent, nothing of an aborted transaction. A record without an acknowledgement may be there or not.
 *
 * <p>Journals and sources may be offered in any interleaving.
 */
final class JournalAudit {
    private record Sent(String source, String digest) {}

    private final Findings findings;

    /** Sent and not yet settled, by producer and number. */
    private final Map<String, Sent> open = new HashMap<>();

    private final Set<String> aborted = new HashSet<>();

    /** Per source: acknowledged and not yet found, offset to digest. */
    private final Map<String, NavigableMap<Long, String>> acknowledged = new HashMap<>();

    /** Per source: found and not yet known to be acknowledged, offset to digest. */
    private final Map<String, NavigableMap<Long, String>> found = new HashMap<>();

    private final Map<String, Long> positions = new HashMap<>();
    private long acknowledgements;

    JournalAudit(Findings findings) {
        this.findings = findings;
    }

    void sent(String id, String source, String digest) {
        open.put(id, new Sent(source, digest));
    }

    void acknowledged(String id, long offset) {
        Sent sent = open.remove(id);
        if (sent == null) {
            findings.add(Kind.IRREGULAR, id, "acknowledged without having been sent");
            return;
        }
        acknowledgements++;
        String there = of(found, sent.source()).remove(offset);
        if (there != null) {
            match(sent.source(), offset, sent.digest(), there);
        } else if (offset < positions.getOrDefault(sent.source(), 0L)) {
            lost(sent.source(), offset);
        } else if (of(acknowledged, sent.source()).put(offset, sent.digest()) != null) {
            findings.add(Kind.LOST, sent.source(), "two records were acknowledged at offset " + offset);
        }
    }

    /** The transaction it was sent in has been aborted: it must never be seen. */
    void aborted(String id) {
        Sent sent = open.remove(id);
        if (sent != null) {
            aborted.add(sent.digest());
        }
    }

    /** A record of the source that a reader of committed records sees. */
    void found(String source, long offset, String digest) {
        String expected = of(acknowledged, source).remove(offset);
        if (expected != null) {
            match(source, offset, expected, digest);
        } else {
            of(found, source).put(offset, digest);
        }
    }

    /** The source has been read up to here. */
    void sourceRead(String source, long position) {
        positions.merge(source, position, Math::max);
        Map<Long, String> absent = of(acknowledged, source).headMap(position);
        absent.keySet().forEach(offset -> lost(source, offset));
        absent.clear();
    }

    private void match(String source, long offset, String sent, String there) {
        if (!sent.equals(there)) {
            findings.add(Kind.ALTERED, source, "offset " + offset + " holds " + there + ", acknowledged was " + sent);
        }
    }

    private void lost(String source, long offset) {
        findings.add(Kind.LOST, source, "the record acknowledged at offset " + offset + " is not there");
    }

    private static NavigableMap<Long, String> of(Map<String, NavigableMap<Long, String>> map, String source) {
        return map.computeIfAbsent(source, s -> new TreeMap<>());
    }

    long acknowledgements() {
        return acknowledgements;
    }

    /** No more records come. What is there without an acknowledgement must have been sent, once for each time. */
    void finish() {
        Map<String, Integer> unsettled = new HashMap<>();
        open.values().forEach(sent -> unsettled.merge(sent.source() + " " + sent.digest(), 1, Integer::sum));
        found.forEach((source, records) -> {
            for (Map.Entry<Long, String> record : records.entrySet()) {
                String key = source + " " + record.getValue();
                int left = unsettled.getOrDefault(key, 0);
                if (aborted.contains(record.getValue())) {
                    findings.add(Kind.ALTERED, source, "offset " + record.getKey() + " is of an aborted transaction");
                } else if (left == 0) {
                    findings.add(
                            Kind.DUPLICATED, source, "offset " + record.getKey() + " was not sent, or not so often");
                } else {
                    unsettled.put(key, left - 1);
                }
            }
        });
        acknowledged.forEach((source, records) -> records.keySet().forEach(offset -> lost(source, offset)));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleLine;
import io.tallystick.bundle.Manifest;
import io.tallystick.entry.Closed;
import io.tallystick.entry.Entry;
import io.tallystick.entry.Event;
import io.tallystick.entry.Gap;
import io.tallystick.entry.Genesis;
import io.tallystick.entry.Rejected;
import io.tallystick.entry.SchemaRef;
import io.tallystick.entry.Source;
import io.tallystick.entry.SourceRange;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Follows one chain through its lines: phase 4, and the leaves for phase 5. After a fault it goes on from what the line
 * says, so that one fault is reported once.
 */
final class ChainCursor implements Cursor {
    private static final int SCHEMAS_MAX = 100_000;

    private final Manifest manifest;
    private final Manifest.Chain chain;
    private final Findings findings;
    private long seq;
    private Hash prev;
    private Instant recorded = Instant.MIN;
    private long position;
    private boolean positionKnown = true;
    private Optional<String> topicId = Optional.empty();
    private Optional<String> rebound = Optional.empty();
    private boolean closed;
    private RecentEvents recent;
    private long originalsUnknown;
    private long skipped;
    private boolean unreadable;
    private CompactRange range;
    private final SortedMap<String, Long> counts = new TreeMap<>();
    private final SortedMap<String, Long> reasons = new TreeMap<>();
    private final Set<Hash> schemas = new HashSet<>();

    ChainCursor(Manifest manifest, Manifest.Chain chain, Findings findings) {
        this.manifest = manifest;
        this.chain = chain;
        this.findings = findings;
        this.seq = chain.firstSeq();
        this.prev = chain.prev();
        this.position = chain.source().from();
        this.recent = new RecentEvents(chain.firstSeq());
        this.range = CompactRange.of(chain.firstSeq(), chain.frontier());
    }

    @Override
    public long expectedSeq() {
        return seq;
    }

    /** A line that holds no entry at all: counted, and every later statement about the chain is open. */
    @Override
    public void unreadable() {
        unreadable = true;
        seq++;
        recent = new RecentEvents(seq);
        positionKnown = false;
    }

    @Override
    public void undecodable(byte[] entryBytes) {
        range = range.append(Rfc6962.leafHash(entryBytes));
        prev = Rfc6962.leafHash(entryBytes);
        unreadable = true;
        seq++;
        recent = new RecentEvents(seq);
        positionKnown = false;
    }

    @Override
    public void entry(String file, long line, Entry entry, byte[] entryBytes) {
        Place place = new Place(file, line, entry.seq());
        requireLink(place, entry);
        requireKind(place, entry);
        cover(place, entry);
        requireOriginal(place, entry);
        count(place, entry);
        Hash leaf = Rfc6962.leafHash(entryBytes);
        range = range.append(leaf);
        prev = leaf;
        seq = entry.seq() + 1;
        recorded = entry.recorded();
    }

    private void requireLink(Place place, Entry entry) {
        if (!entry.chain().equals(manifest.chainId(chain))) {
            place.fail("entry of chain " + entry.chain() + " in a file of " + manifest.chainId(chain));
        }
        if (entry.seq() != seq) {
            place.fail("expected seq " + seq + ", found " + entry.seq());
        }
        if (!unreadable && !entry.prev().equals(prev)) {
            place.fail("prev does not name the entry before: expected " + prev + ", found " + entry.prev());
        }
        if (entry.recorded().isBefore(recorded)) {
            place.fail("recorded " + entry.recorded() + " is before " + recorded + " of the entry before");
        }
        if (closed) {
            place.fail("an entry after the chain was closed");
        }
        unreadable = false;
    }

    private void requireKind(Place place, Entry entry) {
        String origin = manifest.chainId(chain).origin(manifest.origin());
        if (entry.body() instanceof Genesis genesis) {
            requireOrigin(place, origin, genesis.origin());
            topicId = Optional.of(genesis.source().topicId());
        } else if (entry.body() instanceof Source source) {
            requireOrigin(place, origin, source.origin());
            if (topicId.isEmpty()) {
                rebound = Optional.of(source.source().topicId());
            }
            if (topicId.equals(Optional.of(source.source().topicId()))) {
                place.fail("source entry names the topic id the chain already has: " + topicId.get());
            }
            topicId = Optional.of(source.source().topicId());
        } else if (entry.body() instanceof Closed) {
            closed = true;
        }
    }

    private void requireOrigin(Place place, String expected, String found) {
        if (!expected.equals(found)) {
            place.fail("expected origin " + expected + ", found " + found);
        }
    }

    /** What {@code duplicateOf} names is an event with the same id and producer, as far as this window shows it. */
    private void requireOriginal(Place place, Entry entry) {
        Optional<Event> event = Optional.empty();
        if (entry.body() instanceof Event found) {
            event = Optional.of(found);
            requireOriginal(place, found.duplicateOf(), event.map(Event::id), found.producer());
        } else if (entry.body() instanceof Rejected rejected) {
            requireOriginal(place, rejected.duplicateOf(), rejected.id(), rejected.producer());
        }
        if (entry.seq() == seq) {
            recent.add(event);
        } else {
            recent = new RecentEvents(entry.seq() + 1); // a fault; what the entries before were is not relied upon
        }
    }

    private void requireOriginal(
            Place place, OptionalLong duplicateOf, Optional<String> id, Optional<String> producer) {
        if (duplicateOf.isEmpty() || id.isEmpty()) {
            return;
        }
        long original = duplicateOf.getAsLong();
        switch (recent.ask(original, id.get(), producer)) {
            case SAME -> {}
            case PRODUCER_ABSENT ->
                findings.note(manifest.chainId(chain) + ": seq " + place.at + " is marked as a duplicate of seq "
                        + original + ", but only one of them names a producer");
            case OTHER -> place.fail("duplicateOf " + original + " is not an earlier event with this id and producer");
            case UNKNOWN -> originalsUnknown++;
        }
    }

    private void cover(Place place, Entry entry) {
        if (entry.body() instanceof Event event) {
            cover(place, event.source());
        } else if (entry.body() instanceof Rejected rejected) {
            cover(place, rejected.source());
        } else if (entry.body() instanceof Gap gap) {
            cover(place, gap.from(), gap.next());
        } else if (entry.body() instanceof Genesis || entry.body() instanceof Source) {
            position = 0;
            positionKnown = true;
        }
    }

    private void cover(Place place, SourceRange source) {
        skipped += source.next() - source.from() - 1;
        cover(place, source.from(), source.next());
    }

    private void cover(Place place, long from, long next) {
        if (positionKnown && from != position) {
            place.fail("source offsets are not contiguous: expected from " + position + ", found " + from);
        }
        position = next;
        positionKnown = true;
    }

    private void count(Place place, Entry entry) {
        counts.merge(entry.kind().wireName(), 1L, Long::sum);
        Optional<String> reason = Optional.empty();
        if (entry.body() instanceof Rejected rejected) {
            reason = Optional.of(rejected.reason().code());
        } else if (entry.body() instanceof Gap gap) {
            reason = Optional.of(gap.reason().code());
        } else if (entry.body() instanceof Source source) {
            reason = Optional.of(source.reason());
        } else if (entry.body() instanceof Closed end) {
            reason = Optional.of(end.reason());
        }
        reason.ifPresent(code -> reasons.merge(code, 1L, Long::sum));
        BundleLine.payloadOf(entry)
                .flatMap(payload -> payload.schema())
                .map(SchemaRef::sha256)
                .filter(sha256 -> schemas.size() < SCHEMAS_MAX)
                .ifPresent(sha256 -> schema(place, sha256));
    }

    private void schema(Place place, Hash sha256) {
        if (schemas.add(sha256) && Collections.binarySearch(manifest.schemas(), sha256) < 0) {
            place.fail("schema " + sha256 + " is not listed in the manifest");
        }
    }

    /** Compares what was read with what the manifest says; call after the last line. */
    @Override
    public void end() {
        if (originalsUnknown > 0) {
            findings.note(manifest.chainId(chain) + ": " + originalsUnknown + " entries are marked as duplicates of"
                    + " entries before this window or over " + RecentEvents.KEPT_MAX + " entries back: not compared");
        }
        if (seq != chain.size()) {
            fail("expected entries up to seq " + (chain.size() - 1) + ", found them up to " + (seq - 1));
        }
        if (unreadableLines()) {
            return;
        }
        if (!counts.equals(chain.counts())) {
            fail("counts: the manifest says " + chain.counts() + ", the entries are " + counts);
        }
        if (!reasons.equals(chain.reasons())) {
            fail("reasons: the manifest says " + chain.reasons() + ", the entries have " + reasons);
        }
        if (skipped != chain.skippedOffsets()) {
            fail("skippedOffsets: the manifest says " + chain.skippedOffsets() + ", the entries skip " + skipped);
        }
        if (skipped > 0 && !manifest.transactional()) {
            fail(skipped + " source offsets are skipped, but the tenant does not produce in transactions");
        }
        if (position != chain.source().next()) {
            fail("source.next: the manifest says " + chain.source().next() + ", the entries end at " + position);
        }
    }

    private boolean unreadableLines() {
        return unreadable || !positionKnown || total(counts) != chain.size() - chain.firstSeq();
    }

    private static long total(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private void fail(String message) {
        findings.fail(Phase.CHAINS, manifest.chainId(chain).toString(), message);
    }

    /** The tree after all lines; only of use if as many leaves were read as the manifest says. */
    CompactRange range() {
        return range;
    }

    @Override
    public ChainEnd chainEnd() {
        return new ChainEnd(prev, rebound, topicId);
    }

    @Override
    public Set<Hash> schemas() {
        return schemas;
    }

    private final class Place {
        private final String file;
        private final long line;
        private final long at;

        Place(String file, long line, long at) {
            this.file = file;
            this.line = line;
            this.at = at;
        }

        void fail(String message) {
            findings.fail(Phase.CHAINS, Fault.at(file, line, at, message));
        }
    }
}

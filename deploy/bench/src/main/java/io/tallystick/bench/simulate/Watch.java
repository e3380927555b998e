// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.AdmittedKind;
import io.tallystick.chain.sequence.ChainState;
import io.tallystick.chain.sequence.Discontinuities;
import io.tallystick.chain.sequence.Outcome;
import io.tallystick.chain.sequence.Step;
import io.tallystick.entry.Gap;
import io.tallystick.ingest.admit.Commit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Looks on while a history runs: no chain waits for long without anybody being told, nothing is committed that was not
 * acknowledged, and which gaps were recorded on whose word.
 */
final class Watch {
    /** Above this {@code ledger.ingest.waiting} and {@code ledger.chain.discontinuity} alert, as their modules' READMEs say. */
    static final long ALERT_MS = 30_000;

    /**
     * For so long a chain may have waited before a metric begins to count. It counts from the first sign that something is
     * wrong: a send that fails, up to 30 s after it was sent, or a claim (every 10 s) and the notice it brings (after 5 s), either
     * of which may be lost.
     */
    private static final long UNNOTICED_MAX_MS = 30_000;

    private static final long LOOKS_MS = 2_000;

    /** A gap that became an entry, and when its sender had been assigned the partition. */
    record RecordedGap(Source source, String topicId, long from, long next, IngestLog.Stored message) {}

    /** A chain that was halted goes on at {@code next}; what its source has had since in {@code [cut, next)} is in no entry. */
    record Cleared(Source source, String topicId, long cut, long next) {
        boolean covers(long offset) {
            return offset >= cut && offset < next;
        }
    }

    private record Landed(String topicId, long next) {}

    private record Begun(Session session, Source source, long offset) {}

    final List<RecordedGap> gaps = new ArrayList<>();
    final List<Cleared> cleared = new ArrayList<>();

    private final World world;
    private final Map<Source, Long> quietSince = new HashMap<>();
    private final Map<Source, Discontinuities> discontinuities = new HashMap<>();
    private final Map<Source, Long> progress = new HashMap<>();
    private final Map<Landed, Set<Long>> landed = new HashMap<>();
    private final Set<Begun> begun = new HashSet<>();
    private final Set<Source> halted = new HashSet<>();
    private Optional<String> violation = Optional.empty();

    Watch(World world) {
        this.world = world;
        world.time.in(LOOKS_MS, this::look);
    }

    /** What was found first. */
    Optional<String> violation() {
        return violation;
    }

    private void violated(String what) {
        world.trace.say("VIOLATION", () -> what);
        if (violation.isEmpty()) {
            violation = Optional.of(what);
        }
    }

    // ---- what it is told

    /** What an operator sees without us: a process is gone, a partition moves. */
    void disturbed(Source source) {
        quietSince.put(source, world.time.now());
    }

    /** Its metrics begin anew, too. */
    void sequencerDown() {
        discontinuities.clear();
        world.sources.forEach(this::disturbed);
    }

    /** A committed step of the sequencer. */
    void sequenced(IngestLog.Stored stored, Step step) {
        Outcome outcome = step.outcome().orElseThrow();
        Source source = world.sources.stream()
                .filter(found -> found.chain.toString().equals(stored.parcel().key()))
                .findFirst()
                .orElseThrow();
        discontinuities
                .computeIfAbsent(source, chain -> new Discontinuities())
                .heard(stored.parcel().key(), outcome, step.partition().clock().now());
        if (outcome instanceof Outcome.Appended appended) {
            appended(source, stored, appended);
        } else if (outcome instanceof Outcome.Halted) {
            halted.add(source);
        } else if (outcome instanceof Outcome.Cleared after) {
            cleared(source, after.state());
        }
    }

    private void appended(Source source, IngestLog.Stored stored, Outcome.Appended appended) {
        if (halted.contains(source)) {
            violated(source + " goes on though it is halted and nobody has cleared that");
        }
        if (appended.entry().entry().body() instanceof Gap gap) {
            gaps.add(new RecordedGap(source, appended.state().source().topicId(), gap.from(), gap.next(), stored));
        }
    }

    private void cleared(Source source, ChainState state) {
        halted.remove(source);
        String topicId = state.source().topicId();
        cleared.add(new Cleared(
                source,
                topicId,
                source.life(topicId).orElseThrow().neverCut(),
                state.source().next()));
    }

    // ---- commits

    /** A message has landed, whatever becomes of it later. */
    void landed(IngestLog.Stored stored) {
        if (stored.parcel().message() instanceof AdmittedEvent event && event.getKind() != AdmittedKind.SOURCE) {
            landed.computeIfAbsent(new Landed(event.getTopicId(), event.getOffset() + 1), next -> new HashSet<>())
                    .add(event.getFrom());
        }
    }

    /** The session was told, or decided, to go on from here; what it then commits needs no message of its own. */
    void began(Session session, Source source, long offset) {
        begun.add(new Begun(session, source, offset));
    }

    /** A session commits: everything before must have landed, or it never had to send it. */
    void committed(Session session, Source source, Commit commit) {
        if (!isFounded(session, source, commit.topicId(), commit.point().offset())) {
            violated(source + ": " + session + " committed " + commit.point().offset()
                    + ", which was never contiguously acknowledged");
        }
    }

    private boolean isFounded(Session session, Source source, String topicId, long offset) {
        return offset == 0
                || begun.contains(new Begun(session, source, offset))
                || landed.getOrDefault(new Landed(topicId, offset), Set.of()).stream()
                        .anyMatch(from -> isFounded(session, source, topicId, from));
    }

    // ---- chains that wait

    private void look() {
        for (Source source : world.sources) {
            Optional<ChainState> chain = world.sequencer.committed(source);
            long next = chain.map(state -> state.source().next() + state.size()).orElse(-1L);
            boolean moved = !Long.valueOf(next).equals(progress.put(source, next));
            if (moved || source.suspended || world.sequencer.isDown() || !waits(source, chain)) {
                disturbed(source);
            } else if (isOverdue(source) && !isAlerted(source)) {
                violated(source + " has been waiting for more than " + (ALERT_MS + UNNOTICED_MAX_MS) / 1_000
                        + " s and nobody was told");
                disturbed(source);
            }
        }
        world.time.in(LOOKS_MS, this::look);
    }

    /** Whether the source has something that its chain has not. */
    private boolean waits(Source source, Optional<ChainState> chain) {
        SourceLog log = source.log().orElse(null);
        if (log == null || chain.flatMap(ChainState::halt).isPresent()) {
            return false;
        }
        if (chain.isPresent() && !chain.get().source().topicId().equals(log.topicId())) {
            return true;
        }
        return log.hasCommitted(chain.map(state -> state.source().next()).orElse(0L), log.lastStable());
    }

    private boolean isOverdue(Source source) {
        return world.time.now() - quietSince.getOrDefault(source, 0L) > ALERT_MS + UNNOTICED_MAX_MS;
    }

    /** Whether {@code ledger.ingest.waiting} or {@code ledger.chain.discontinuity} alerts because of a chain. */
    boolean isAlerted(Source source) {
        Duration ingest = world.group
                .owner(source)
                .flatMap(session -> session.reading(source))
                .map(reading -> reading.follower().waiting(world.time.now() * 1_000_000))
                .orElse(Duration.ZERO);
        Duration sequencer = Optional.ofNullable(discontinuities.get(source))
                .map(found -> found.longest(world.sequencer.clock()))
                .orElse(Duration.ZERO);
        return Stream.of(ingest, sequencer)
                .anyMatch(waiting -> world.mutant.shown(waiting).toMillis() > ALERT_MS);
    }
}

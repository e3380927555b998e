// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import io.tallystick.avro.Notice;
import io.tallystick.entry.Salt;
import io.tallystick.ingest.admit.Admission;
import io.tallystick.ingest.admit.Confirmations;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;

/**
 * One run of one ingest instance, from its start to its death: the shell around the followers of the partitions it believes
 * to have. It does one thing at a time; while it stands still, or waits for what a revocation waits for, everything else waits.
 */
final class Session {
    private static final long CLAIMS_MS = 10_000;
    private static final long COMMITS_MS = 1_000;

    /** For so long a revocation waits for what is on its way: nothing is read of any source meanwhile. */
    private static final long LANDING_MS = 1_000;

    /** A source to be given back once all of it has landed, or at this time. */
    private record Revocation(Reading reading, long until, Runnable done) {}

    final World world;
    final Sender sender;
    final Admission admission = new Admission(() -> Salt.of(new byte[Salt.LENGTH]));
    final Confirmations<Reading.Polled> confirmations = new Confirmations<>();

    private final String name;
    private final Map<Source, Reading> readings = new LinkedHashMap<>();
    private final Queue<Runnable> inbox = new ArrayDeque<>();
    private final Queue<Runnable> completions = new ArrayDeque<>();
    private boolean alive = true;
    private boolean frozen;
    private Revocation revocation;

    Session(World world, String name) {
        this.world = world;
        this.name = name;
        this.sender = new Sender(world, name);
        every(CLAIMS_MS, () -> List.copyOf(readings.values()).forEach(Reading::claimIfIdle));
        every(COMMITS_MS, () -> readings.values().forEach(Reading::commit));
    }

    private void every(long intervalMs, Runnable action) {
        world.time.in(world.chance.between(1, intervalMs), () -> again(intervalMs, action));
    }

    private void again(long intervalMs, Runnable action) {
        if (alive) {
            post(action);
            world.time.in(intervalMs, () -> again(intervalMs, action));
        }
    }

    @Override
    public String toString() {
        return name;
    }

    boolean isAlive() {
        return alive;
    }

    boolean isFrozen() {
        return frozen;
    }

    /** To be done on the session's one thread. */
    void post(Runnable action) {
        if (!alive) {
            return;
        }
        if (frozen || revocation != null) {
            inbox.add(action);
        } else {
            action.run();
        }
    }

    /** To be done after a wait. */
    void postIn(long waitMs, Runnable action) {
        world.time.in(waitMs, () -> post(action));
    }

    private void drain() {
        while (alive && !frozen && revocation == null && !inbox.isEmpty()) {
            inbox.poll().run();
        }
    }

    // ---- faults

    void die() {
        alive = false;
        sender.die();
    }

    void freeze() {
        frozen = true;
        sender.freeze();
    }

    void thaw() {
        frozen = false;
        sender.thaw();
        complete();
    }

    // ---- what the group says

    void assigned(Source source) {
        post(() -> {
            Reading reading = new Reading(this, source);
            readings.put(source, reading);
            reading.begin();
        });
    }

    /** Waits a moment for what is on its way, commits what has landed, gives the partition back. */
    void revoke(Source source, Runnable done) {
        post(() -> {
            Reading reading = readings.get(source);
            if (reading == null) {
                done.run();
                return;
            }
            revocation = new Revocation(reading, world.time.now() + LANDING_MS, done);
            world.time.in(LANDING_MS, this::complete);
            complete();
        });
    }

    private boolean isOver(Revocation waiting) {
        return waiting.reading().follower().isIdle() || world.time.now() >= waiting.until();
    }

    private void giveBack(Revocation over) {
        revocation = null;
        readings.remove(over.reading().source);
        over.reading().commitNow();
        over.done().run();
    }

    void lost(Source source) {
        post(() -> {
            // It may have the partition again by now.
            if (world.group.owner(source).filter(owner -> owner == this).isEmpty()) {
                readings.remove(source);
            }
        });
    }

    /** A parcel was reported; completions count also while everything else waits. */
    void completed(Runnable completion) {
        if (!alive) {
            return;
        }
        completions.add(completion);
        complete();
    }

    private void complete() {
        while (alive && !frozen && !completions.isEmpty()) {
            completions.poll().run();
        }
        if (alive && !frozen && revocation != null && isOver(revocation)) {
            giveBack(revocation);
        }
        drain();
    }

    Optional<Reading> reading(Source source) {
        return Optional.ofNullable(readings.get(source));
    }

    boolean reads(Reading reading) {
        return alive && readings.get(reading.source) == reading;
    }

    // ---- what it tails

    void noticed(Notice notice) {
        post(() -> {
            for (Reading reading : List.copyOf(readings.values())) {
                if (reading.source.chain.toString().equals(notice.getChain())) {
                    reading.noticed(notice);
                }
            }
        });
    }

    /** A descriptor was changed. */
    void described(Source source) {
        post(() -> {
            Reading reading = readings.get(source);
            if (reading != null) {
                reading.described();
            }
        });
    }

    // ---- looks at topics

    /** Has the topics of waiting batches looked at, all in one request, and then releases them. */
    void confirm() {
        Set<String> topicIds = confirmations.ask();
        if (topicIds.isEmpty()) {
            return;
        }
        boolean fails = world.faults.lookupFails();
        world.time.in(world.faults.lookupMs(), () -> {
            Set<String> found = new HashSet<>();
            world.sources.forEach(source -> source.log()
                    .map(SourceLog::topicId)
                    .filter(topicId -> !fails && topicIds.contains(topicId))
                    .ifPresent(found::add));
            postIn(world.faults.lookupMs(), () -> confirmed(found));
        });
    }

    private void confirmed(Set<String> found) {
        List<Confirmations.Waiting<Reading.Polled>> released = confirmations.answered();
        // The next look travels while these are admitted.
        confirm();
        for (Confirmations.Waiting<Reading.Polled> waiting : released) {
            if (reads(waiting.batch().of())) {
                waiting.batch().of().release(waiting.batch(), world.mutant.isThere(waiting.topicId(), found));
            }
        }
    }
}

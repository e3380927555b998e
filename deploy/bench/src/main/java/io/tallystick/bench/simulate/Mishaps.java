// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import io.tallystick.ingest.admit.Commit;
import io.tallystick.ingest.admit.ResumePoint;
import java.util.List;
import java.util.OptionalInt;

/** Makes faults happen that befall a part of the world at a moment. */
final class Mishaps {
    private static final long SESSION_TIMEOUT_MS = 45_000;

    private final World world;
    private final Chance chance;

    /** When faults stop: until then everybody has heard of everything. */
    private final long end;

    Mishaps(World world, long end) {
        this.world = world;
        this.chance = world.chance;
        this.end = end;
    }

    /** One fault of this kind, if there is anything it can befall. */
    void happen(Fault fault) {
        Source source = chance.pick(world.sources);
        boolean happened =
                switch (fault) {
                    case INGEST_KILLED -> kill();
                    case INGEST_FROZEN -> freeze();
                    case PARTITION_MOVED -> moved(source);
                    case PARTITION_TAKEN -> taken(source);
                    case POSITION_SET -> positionSet(source);
                    case SEQUENCER_KILLED -> sequencerKilled(false);
                    case SEQUENCER_STORE_LOST -> sequencerKilled(true);
                    case SOURCE_RETENTION -> retention(source);
                    case SOURCE_LEADER_MOVED -> leaderMoved(source);
                    case SOURCE_CUT -> cut(source);
                    case TOPIC_CREATED_AGAIN -> createdAgain(source);
                    case TENANT_SUSPENDED -> suspended(source);
                    case INGEST_LOG_TAIL_LOST -> tailLost();
                    case INGEST_LOG_OVERRUN -> overrun();
                    case SEND_LOST,
                            SEND_LANDED_BUT_FAILED,
                            SEND_SLOW,
                            ACKNOWLEDGED_LATE,
                            NOTICE_LOST,
                            NOTICE_LATE,
                            NOTICE_TWICE,
                            COMMIT_LOST,
                            LOOKUP_FAILED,
                            LOOKUP_SLOW,
                            SEQUENCER_SLOW -> throw new IllegalArgumentException(fault + " befalls requests");
                };
        if (happened) {
            world.trace.say("fault", () -> fault + (fault.name().startsWith("S") ? " " + source : ""));
            world.faults.happened(fault);
        }
    }

    private List<Session> running() {
        return world.sessions.stream()
                .filter(session -> session.isAlive() && !session.isFrozen())
                .toList();
    }

    private void ownedAreDisturbed(Session session) {
        for (Source source : world.sources) {
            if (world.group.owner(source).filter(owner -> owner == session).isPresent()) {
                world.watch.disturbed(source);
            }
        }
    }

    private boolean kill() {
        List<Session> running = running();
        if (running.isEmpty()) {
            return false;
        }
        Session victim = chance.pick(running);
        world.trace.say("fault", () -> victim + " killed");
        ownedAreDisturbed(victim);
        victim.die();
        world.time.in(chance.between(500, 15_000), world::startSession);
        world.group.died(victim, chance.between(100, chance.oneIn(4) ? SESSION_TIMEOUT_MS : 8_000));
        return true;
    }

    /** It stands still, is declared dead if that takes too long, and goes on as if nothing had happened. */
    private boolean freeze() {
        List<Session> running = running();
        if (running.isEmpty()) {
            return false;
        }
        Session victim = chance.pick(running);
        long forMs =
                Math.min(chance.between(500, chance.oneIn(2) ? 70_000 : 12_000), Math.max(1, end - world.time.now()));
        long declaredDead = chance.between(3_000, SESSION_TIMEOUT_MS);
        world.trace.say("fault", () -> victim + " stands still for " + forMs + " ms");
        ownedAreDisturbed(victim);
        victim.freeze();
        if (declaredDead < forMs) {
            world.time.in(declaredDead, () -> takeAll(victim, forMs - declaredDead));
        }
        world.time.in(forMs, () -> {
            ownedAreDisturbed(victim);
            victim.thaw();
        });
        return true;
    }

    private void takeAll(Session victim, long thawsInMs) {
        for (Source source : world.sources) {
            if (world.group.owner(source).filter(owner -> owner == victim).isPresent()) {
                world.group.takeAway(source, world.anyAlive(), heard(thawsInMs + chance.between(0, 10_000)));
            }
        }
    }

    private long heard(long afterMs) {
        return Math.min(afterMs, Math.max(1, end + 5_000 - world.time.now()));
    }

    private boolean moved(Source source) {
        world.group.moveCleanly(source, world.anyAlive());
        return true;
    }

    private boolean taken(Source source) {
        world.group.takeAway(source, world.anyAlive(), heard(chance.between(0, 60_000)));
        return true;
    }

    private boolean positionSet(Source source) {
        if (chance.oneIn(4)) {
            world.group.forget(source);
            return true;
        }
        SourceLog log = chance.pick(source.lives);
        long offset = chance.between(0, log.end() + 5);
        OptionalInt epoch = log.epochBefore(offset);
        world.trace.say("fault", () -> source + " committed position becomes " + offset + ", epoch " + epoch);
        world.group.put(source, new Commit(log.topicId(), new ResumePoint(offset, epoch)));
        return true;
    }

    private boolean sequencerKilled(boolean storeLost) {
        if (world.sequencer.isDown()) {
            return false;
        }
        long restart = chance.between(100, 15_000);
        if (storeLost) {
            world.sequencer.loseStore(restart);
        } else {
            world.sequencer.crash(restart);
        }
        return true;
    }

    private boolean retention(Source source) {
        SourceLog log = source.latest();
        long to = chance.between(log.start(), log.lastStable());
        world.trace.say("fault", () -> source + " now begins at " + to);
        log.removeTo(to);
        return true;
    }

    private boolean leaderMoved(Source source) {
        source.latest().leaderMoves();
        return true;
    }

    private boolean cut(Source source) {
        SourceLog log = source.latest();
        if (log.end() == log.start()) {
            return false;
        }
        long at = chance.between(Math.max(log.start(), log.end() - 8), log.end() - 1);
        world.trace.say("fault", () -> source + " is cut at " + at + " of " + log.end());
        log.cutAt(at);
        if (chance.oneIn(2)) {
            // Where leaders are elected uncleanly much else goes wrong, and producers go on.
            taken(source);
            world.time.in(chance.between(1, 3_000), () -> world.load.last(source));
            world.time.in(chance.between(1_000, 12_000), () -> world.load.last(source));
        }
        return true;
    }

    private boolean createdAgain(Source source) {
        if (source.lives.size() >= 4 || source.log().isEmpty()) {
            return false;
        }
        source.delete();
        world.watch.disturbed(source);
        world.time.in(chance.between(1, chance.oneIn(2) ? 100 : 10_000), () -> {
            source.create(chance.below(2) * chance.below(4));
            world.watch.disturbed(source);
            world.trace.say(
                    "fault",
                    () -> source + " is created again as " + source.latest().topicId());
            if (!chance.oneIn(4)) {
                world.time.in(chance.between(1_000, 40_000), () -> world.operator.rebind(source));
            }
        });
        return true;
    }

    private boolean suspended(Source source) {
        world.operator.suspend(source, chance.between(1_000, 30_000));
        return true;
    }

    private boolean tailLost() {
        long records = world.ingest.end() - world.ingest.start();
        if (records == 0) {
            return false;
        }
        long lost = chance.between(1, Math.min(records, 25));
        world.trace.say("fault", () -> "ledger.ingest loses its last " + lost);
        world.ingest.loseFrom(world.ingest.end() - lost);
        return true;
    }

    private boolean overrun() {
        long to = chance.between(world.ingest.start(), world.ingest.end());
        world.trace.say("fault", () -> "ledger.ingest now begins at " + to + " of " + world.ingest.end());
        world.ingest.removeTo(to);
        return true;
    }
}

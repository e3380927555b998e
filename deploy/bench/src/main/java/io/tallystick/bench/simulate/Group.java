// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import io.tallystick.ingest.admit.Commit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The consumer group: which session has a source, and what is committed for it. A session that hands over cleanly commits
 * first; one that is declared dead loses its partitions at once and hears of it later, or never.
 */
final class Group {
    private final World world;
    private final Map<Source, Session> owners = new HashMap<>();
    private final Map<Source, Commit> committed = new HashMap<>();
    private final Map<Source, Long> moves = new HashMap<>();

    Group(World world) {
        this.world = world;
    }

    Optional<Session> owner(Source source) {
        return Optional.ofNullable(owners.get(source));
    }

    Optional<Commit> committed(Source source) {
        return Optional.ofNullable(committed.get(source));
    }

    /** Whoever commits: a member, an operator, or an old request that arrives late. */
    void put(Source source, Commit commit) {
        committed.put(source, commit);
    }

    void forget(Source source) {
        committed.remove(source);
    }

    /** A member's commit; refused from one that no longer has the partition. */
    boolean commit(Session session, Source source, Commit commit) {
        if (owners.get(source) != session) {
            return false;
        }
        world.watch.committed(session, source, commit);
        committed.put(source, commit);
        return true;
    }

    void assign(Source source, Session to) {
        owners.put(source, to);
        world.watch.disturbed(source);
        world.trace.say("group", () -> source + " assigned to " + to);
        to.assigned(source);
    }

    /** Hands a source over once its session has committed what has landed of it. */
    void moveCleanly(Source source, Session to) {
        Session from = owners.get(source);
        if (from == null || from == to) {
            return;
        }
        world.trace.say("group", () -> source + " to be handed over by " + from + " to " + to);
        long move = moves.merge(source, 1L, Long::sum);
        from.revoke(source, () -> {
            if (owners.get(source) == from && moves.get(source) == move) {
                give(source, to);
            }
        });
    }

    /** Takes a source from a session that does not hear of it for a while. */
    void takeAway(Source source, Session to, long tellAfterMs) {
        Session from = owners.get(source);
        if (from == null || from == to) {
            return;
        }
        moves.merge(source, 1L, Long::sum);
        world.trace.say(
                "group", () -> source + " taken from " + from + ", which hears of it in " + tellAfterMs + " ms");
        world.time.in(tellAfterMs, () -> from.lost(source));
        give(source, to);
    }

    /** A session is gone; after the session timeout somebody else has its sources. */
    void died(Session session, long noticedAfterMs) {
        world.time.in(noticedAfterMs, () -> {
            for (Source source : world.sources) {
                if (owners.get(source) == session) {
                    moves.merge(source, 1L, Long::sum);
                    give(source, world.anyAlive());
                }
            }
        });
    }

    private void give(Source source, Session to) {
        assign(source, to.isAlive() ? to : world.anyAlive());
    }
}

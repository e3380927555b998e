// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import io.tallystick.avro.Tick;
import io.tallystick.ingest.admit.TenantRules;
import io.tallystick.topic.PoliciesInForce;
import io.tallystick.topic.TenantPolicies;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Everything of one history. */
final class World {
    /** When histories begin, milliseconds since 1970. */
    static final long EPOCH_MS = Instant.parse("2026-11-21T03:14:30Z").toEpochMilli();

    private static final long TICKS_MS = 1_000;
    private static final PoliciesInForce POLICIES = new PoliciesInForce(1, TenantPolicies.DEFAULT);

    final Timeline time = new Timeline();
    final Chance chance;
    final Trace trace;
    final Mutant mutant;
    final List<Source> sources = new ArrayList<>();
    final List<Session> sessions = new ArrayList<>();
    final IngestLog ingest = new IngestLog();
    final Faults faults;
    final Watch watch;
    final Group group;
    final Positions positions;
    final SequencerHost sequencer;
    final Operator operator;
    final Load load;

    private int sessionsStarted;

    World(long seed, Mutant mutant, boolean traced) {
        this.chance = new Chance(seed);
        this.trace = new Trace(time, traced);
        this.mutant = mutant;
        int chains = 1 + chance.below(3);
        for (int i = 0; i < chains; i++) {
            sources.add(new Source(i));
        }
        this.watch = new Watch(this);
        this.faults = new Faults(this);
        this.group = new Group(this);
        this.positions = new Positions(this);
        this.sequencer = new SequencerHost(this);
        this.operator = new Operator(this);
        this.load = new Load(this);
        tick();
    }

    /** The ledger clock: ticks of whichever instance runs. They stand outside the protocol, so nothing happens to them. */
    private void tick() {
        if (sessions.stream().anyMatch(session -> session.isAlive() && !session.isFrozen())) {
            ingest.append(new IngestLog.Parcel(null, new Tick(0), time.now(), 0), time.now());
        }
        time.in(TICKS_MS, this::tick);
    }

    /** Starts an ingest instance. */
    Session startSession() {
        Session session = new Session(this, "ingest-" + sessionsStarted++);
        sessions.add(session);
        trace.say("group", () -> session + " starts");
        return session;
    }

    /** An instance that can take partitions; one is started if there is none. */
    Session anyAlive() {
        List<Session> alive = sessions.stream()
                .filter(session -> session.isAlive() && !session.isFrozen())
                .toList();
        return alive.isEmpty() ? startSession() : chance.pick(alive);
    }

    /** What the descriptor of a source's tenant asks of ingest, as it is now. */
    TenantRules rules(Source source) {
        return new TenantRules(source.expectedId(), source.suspended, POLICIES);
    }
}

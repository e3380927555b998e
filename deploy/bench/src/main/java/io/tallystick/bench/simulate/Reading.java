// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.Notice;
import io.tallystick.bench.simulate.IngestLog.Parcel;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.RejectReason;
import io.tallystick.ingest.admit.ChainPosition.Flight;
import io.tallystick.ingest.admit.Command;
import io.tallystick.ingest.admit.Commit;
import io.tallystick.ingest.admit.Location;
import io.tallystick.ingest.admit.ResumePoint;
import io.tallystick.ingest.admit.SourceFollower;
import io.tallystick.ingest.decode.Decoded;
import io.tallystick.ingest.decode.Identity;
import io.tallystick.ingest.decode.Payload;
import io.tallystick.ingest.decode.SourceRecord;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A source partition in the hands of one session: tells the follower what happens and carries out what it decides. */
final class Reading implements Command.Performer {
    private static final int BATCH_MAX = 8;

    /** One record in so many is one that ingest refuses. */
    private static final int REFUSED_ONE_IN = 7;

    /** A batch that waits for its topic's id to be confirmed. */
    record Polled(Reading of, long reading, List<SourceLog.Read> records) {}

    final Source source;

    private final Session session;
    private final World world;
    private final SourceFollower follower;
    private final long assignedAt;
    private ResumePoint position = ResumePoint.at(0);
    private Optional<String> fetched = Optional.empty();
    private boolean wentBack;

    Reading(Session session, Source source) {
        this.session = session;
        this.source = source;
        this.world = session.world;
        this.assignedAt = world.time.now();
        this.follower = new SourceFollower(
                Messages.CLUSTER, source.topic, source.chain, world.rules(source), world.mutant.timing(), nanos());
    }

    private long nanos() {
        return world.time.now() * 1_000_000;
    }

    SourceFollower follower() {
        return follower;
    }

    /** Whether everything in the log has been sent and acknowledged. */
    boolean hasReadAll(SourceLog log) {
        return follower.wantsClaim() && !follower.isHeld() && !log.hasCommitted(follower.from(), log.lastStable());
    }

    void begin() {
        perform(follower.assigned());
        session.postIn(world.chance.between(1, 200), this::poll);
    }

    private void perform(List<Command> commands) {
        if (session.reads(this)) {
            commands.forEach(command -> command.perform(this));
        }
    }

    // ---- what happens to the partition

    private void poll() {
        if (!session.reads(this)) {
            return;
        }
        boolean more = !follower.isHeld() && source.log().map(this::fetch).orElse(false);
        session.postIn(more ? world.chance.between(1, 100) : world.chance.between(100, 1_500), this::poll);
    }

    /**
     * As the consumer fetches: out of range and cut logs are found, but not that a topic is another one; leader epochs are
     * compared only within the topic they were read in.
     */
    private boolean fetch(SourceLog log) {
        boolean same = fetched.map(log.topicId()::equals).orElse(true);
        OptionalLong divergent = same && position.leaderEpoch().isPresent()
                ? log.divergence(position.offset(), position.leaderEpoch().getAsInt())
                : OptionalLong.empty();
        if (divergent.isPresent()) {
            truncated(log, divergent.getAsLong());
            return false;
        }
        if (!log.isInRange(position.offset())) {
            perform(follower.outOfRange(nanos()));
            return false;
        }
        SourceLog.Batch batch = log.read(position.offset(), 1 + world.chance.below(BATCH_MAX));
        position =
                new ResumePoint(batch.position(), batch.epoch().isPresent() ? batch.epoch() : position.leaderEpoch());
        fetched = Optional.of(log.topicId());
        if (!batch.records().isEmpty()) {
            session.confirmations.add(
                    follower.source().topicId(), new Polled(this, follower.reading(), batch.records()));
            session.confirm();
        }
        return !batch.records().isEmpty();
    }

    /** The broker mostly knows up to where histories are the same, and under which leader epoch that ends. */
    private void truncated(SourceLog log, long divergent) {
        Optional<ResumePoint> same = world.chance.oneIn(10)
                ? Optional.empty()
                : Optional.of(new ResumePoint(divergent, log.epochBefore(divergent)));
        perform(follower.truncated(same, nanos()));
    }

    /** Admits a batch if its topic was found after it was polled. */
    void release(Polled batch, boolean confirmed) {
        if (follower.isCurrent(batch.reading()) && !confirmed) {
            perform(follower.topicUnknown("no such topic", nanos()));
            return;
        }
        for (SourceLog.Read read : batch.records()) {
            if (!follower.isCurrent(batch.reading())) {
                return;
            }
            if (follower.isAccountedFor(read.offset())) {
                continue;
            }
            ResumePoint from = world.mutant.from(follower.fromPoint(), read.offset(), wentBack);
            wentBack = false;
            AdmittedEvent message = message(read, from);
            send(message, follower.cover(read.offset(), OptionalInt.of(read.epoch())));
        }
    }

    private AdmittedEvent message(SourceLog.Read read, ResumePoint from) {
        Bytes value = Bytes.of(Long.toString(read.uid()).getBytes(UTF_8));
        SourceRecord record = new SourceRecord(
                follower.source(),
                read.offset(),
                OptionalInt.of(read.epoch()),
                World.EPOCH_MS,
                Optional.empty(),
                List.of(),
                Optional.of(value));
        Payload payload = new Payload(value, "application/json", Optional.empty());
        if (read.uid() % REFUSED_ONE_IN == 0) {
            Identity nothing = new Identity(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
            return session.admission.rejected(
                    record,
                    from,
                    new Decoded.Refused(
                            RejectReason.NOT_JSON, "It is so.", nothing, Optional.of(payload), Optional.empty()));
        }
        Identity identity =
                new Identity(Optional.of("id-" + read.uid()), Optional.of("event"), Optional.empty(), Optional.empty());
        return session.admission.event(record, from, new Decoded.Accepted(identity, payload, Optional.empty()));
    }

    private void send(AdmittedEvent message, Flight flight) {
        session.sender.send(
                new Parcel(message.getChain(), message, world.time.now(), assignedAt),
                acknowledged -> session.completed(() -> perform(
                        acknowledged
                                ? follower.acknowledged(flight, nanos())
                                : follower.failed(flight, "not acknowledged", nanos()))));
    }

    /** From here on what is acknowledged may be committed. */
    private void mayCommit(long offset) {
        world.watch.began(session, source, offset);
    }

    void noticed(Notice notice) {
        mayCommit(notice.getNext());
        int epoch = notice.getLeaderEpoch();
        ResumePoint next = new ResumePoint(notice.getNext(), epoch < 0 ? OptionalInt.empty() : OptionalInt.of(epoch));
        perform(follower.noticed(notice.getTopicId(), next, nanos()));
    }

    void described() {
        perform(follower.described(world.rules(source), nanos()));
    }

    // ---- claims and commits

    void claimIfIdle() {
        follower.landingDue(nanos());
        if (!follower.wantsClaim()) {
            return;
        }
        if (world.faults.lookupFails()) {
            perform(follower.notClaimed("no such topic", nanos()));
            return;
        }
        session.world.time.in(world.faults.lookupMs(), () -> source.log()
                .ifPresent(described -> world.time.in(
                        world.faults.lookupMs(), () -> source.log().ifPresent(ended -> {
                            Location.End end = end(ended);
                            session.post(() -> perform(follower.claimDue(
                                    world.mutant.seen(described.topicId(), follower),
                                    end,
                                    OptionalLong.of(position.offset()),
                                    nanos())));
                        }))));
    }

    private Location.End end(SourceLog log) {
        return new Location.End(log.lastStable(), Instant.ofEpochMilli(World.EPOCH_MS + world.time.now()));
    }

    void commit() {
        Optional<Commit> due = due();
        due.ifPresent(commit -> {
            // The answer tells what was committed, or nothing comes back.
            if (!world.faults.commitFails() && world.group.commit(session, source, commit)) {
                session.postIn(world.chance.between(1, 50), () -> follower.committed(commit));
            }
        });
    }

    /** On revocation: what has landed by then. */
    void commitNow() {
        due().filter(commit -> !world.faults.commitFails())
                .ifPresent(commit -> world.group.commit(session, source, commit));
    }

    private Optional<Commit> due() {
        return follower.commitDue().map(commit -> world.mutant.commit(commit, follower));
    }

    // ---- what the follower decides

    @Override
    public void locate(Command.Locate command) {
        session.postIn(command.after().toMillis(), () -> {
            if (!session.reads(this) || !follower.awaits(command.lookup())) {
                return;
            }
            Optional<SourceLog> described = world.faults.lookupFails() ? Optional.empty() : source.log();
            world.time.in(world.faults.lookupMs(), () -> lookUp(command.lookup(), described));
        });
    }

    /** The parts of a lookup are answered at different moments. */
    private void lookUp(long lookup, Optional<SourceLog> described) {
        Optional<Commit> committed = world.group.committed(source);
        Optional<Long> start = source.log().map(SourceLog::start);
        world.time.in(world.faults.lookupMs(), () -> {
            Optional<Location.End> end = source.log().map(this::end);
            session.postIn(world.chance.between(0, 5), () -> {
                if (described.isEmpty() || start.isEmpty() || end.isEmpty()) {
                    perform(follower.notLocated(lookup, "no such topic", nanos()));
                } else {
                    Location found = new Location(described.get().topicId(), committed, start.get(), end.get());
                    mayCommit(found.end().offset());
                    committed.ifPresent(commit -> mayCommit(commit.point().offset()));
                    perform(follower.located(lookup, found, nanos()));
                }
            });
        });
    }

    @Override
    public void seek(Command.Seek command) {
        world.trace.say(session.toString(), () -> source + " reads on at " + command.to());
        position = command.to();
        fetched = Optional.of(follower.source().topicId());
        mayCommit(command.to().offset());
    }

    @Override
    public void send(Command.SendGap command) {
        send(command.message(), command.flight());
    }

    @Override
    public void send(Command.SendClaim command) {
        session.sender.send(
                new Parcel(source.chain.toString(), command.message(), world.time.now(), assignedAt),
                acknowledged -> session.completed(() -> {
                    if (!acknowledged) {
                        perform(follower.claimFailed("not acknowledged", nanos()));
                    }
                }));
    }

    @Override
    public void send(Command.SendConfig command) {
        session.sender.send(
                new Parcel(
                        source.chain.toString(),
                        session.admission.config(source.chain, command.policies()),
                        world.time.now(),
                        assignedAt),
                acknowledged -> session.completed(() -> {
                    if (!acknowledged) {
                        follower.configFailed();
                    }
                }));
    }

    @Override
    public void backOff(Command.BackOff command) {
        session.postIn(command.pause().toMillis(), () -> follower.backedOff(nanos()));
    }

    @Override
    public void alert(Command.Alert command) {
        wentBack = wentBack || command.kind() == Command.Alert.Kind.WENT_BACK;
        world.trace.say(session.toString(), () -> source + " alert " + command.kind() + " " + command.detail());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import static java.util.Objects.requireNonNull;

import io.tallystick.entry.ChainId;
import io.tallystick.ingest.admit.ChainPosition.Flight;
import io.tallystick.ingest.admit.Command.Alert;
import io.tallystick.ingest.admit.Command.Alert.Kind;
import io.tallystick.ingest.decode.SourcePartition;
import io.tallystick.topic.PoliciesInForce;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Decides everything about one source partition from its assignment to its revocation: where it is read, why not just now,
 * what is claimed and what is committed. DESIGN.md section 5, continuity protocol, ingest's side.
 *
 * <pre>
 * assigned --&gt; LOCATING --(topic id, committed offset, log start)--&gt; reading --&gt; revoked: commit what is due
 *                 ^  gap first, if the log starts later                |
 *                 |-------- notice, offset out of range ---------------|
 *                 |-------- truncated: back to where histories part ---|
 *                 |-------- topic has another id: RECREATED -----------|
 * </pre>
 *
 * <p>Each input answers with the commands it leads to; they are to be carried out at once. Records are fetched only while
 * {@link #isHeld} is false. A polled batch is worth something only while {@link #isCurrent} its reading, and only after a look
 * begun after the poll has found its topic.
 *
 * <p>Pure, for one thread. Times are nanoseconds of one monotonic clock.
 */
public final class SourceFollower {
    private static final Duration LOOKUP_PAUSE_MAX = Duration.ofSeconds(10);
    private static final Duration DAMAGE_PAUSE_MAX = Duration.ofMinutes(1);

    /** For so long a chain waits for room before somebody is told; in less, a lot of messages land. */
    private static final Duration ROOM_PATIENCE = Duration.ofSeconds(10);

    private final String cluster;
    private final String topic;
    private final ChainId chain;
    private final FollowerTiming timing;
    private final long assignedNanos;
    private final ChainPosition position = new ChainPosition(0);
    private final Set<Hold> holds = EnumSet.of(Hold.LOCATING);
    private final Troubles troubles;
    private final PolicyTelling policies = new PolicyTelling();
    private final Standstill standstill = new Standstill();
    private TenantRules rules;
    private Optional<SourcePartition> source = Optional.empty();
    private Optional<Commit> committed = Optional.empty();
    private Optional<ResumePoint> notice = Optional.empty();
    private long lookup;
    private long reading;
    private Duration lookupPause;
    private OptionalLong damagedAt = OptionalLong.empty();
    private OptionalLong withoutRoomSince = OptionalLong.empty();
    private Duration damagePause;

    /** Something is to be sent again, because it failed or the sequencer has not got it, and nothing has landed since. */
    private boolean resending;

    /** Up to where it was acknowledged at the last look, if something was on its way then. */
    private OptionalLong sentBehind = OptionalLong.empty();

    /**
     * @param cluster id of the Kafka cluster
     * @param topic name of the source topic
     * @param chain the chain; its partition is the topic's partition
     * @param rules of its tenant
     * @param timing the waiting times
     * @param nowNanos when the partition was assigned
     */
    public SourceFollower(
            String cluster, String topic, ChainId chain, TenantRules rules, FollowerTiming timing, long nowNanos) {
        this.cluster = requireNonNull(cluster);
        this.topic = requireNonNull(topic);
        this.chain = requireNonNull(chain);
        this.timing = requireNonNull(timing);
        this.rules = requireNonNull(rules);
        this.assignedNanos = nowNanos;
        this.troubles = new Troubles(nowNanos);
        this.lookupPause = timing.retry();
        this.damagePause = timing.retry();
        if (rules.suspended()) {
            holds.add(Hold.SUSPENDED);
        }
    }

    // ---- what is so

    /** The chain it feeds. */
    public ChainId chain() {
        return chain;
    }

    /** Whether topic id and position are known. */
    public boolean isLocated() {
        return source.isPresent();
    }

    /**
     * The partition as located.
     *
     * @throws java.util.NoSuchElementException before it is located
     */
    public SourcePartition source() {
        return source.orElseThrow();
    }

    /** Whether nothing may be fetched now. */
    public boolean isHeld() {
        return !holds.isEmpty();
    }

    /** Whether it is held for this reason. */
    public boolean isHeld(Hold reason) {
        return holds.contains(reason);
    }

    /** Whether the record at the position could not be read from the source. */
    public boolean isDamaged() {
        return damagedAt.isPresent() && damagedAt.getAsLong() == position.from();
    }

    /** The source offset the next message begins with. */
    public long from() {
        return position.from();
    }

    /** {@link #from} with the leader epoch of the record before it, if that is known for certain. */
    public ResumePoint fromPoint() {
        return position.knownFromPoint();
    }

    /** How long the chain has made no progress that it should have made; zero when all is well. */
    public Duration waiting(long nowNanos) {
        Duration inTrouble = troubles.since(nowNanos);
        Duration withoutRoom = withoutRoom(nowNanos);
        return inTrouble.compareTo(withoutRoom) > 0 ? inTrouble : withoutRoom;
    }

    // ---- assignment, and where to read

    /** The partition has been assigned. To be called once, first. */
    public List<Command> assigned() {
        return List.of(locate(Duration.ZERO, assignedNanos));
    }

    /** The descriptor of the tenant was read, again or anew. */
    public List<Command> described(TenantRules now, long nowNanos) {
        boolean rebound = !now.topicId().equals(rules.topicId());
        rules = now;
        if (now.suspended()) {
            hold(Hold.SUSPENDED, nowNanos);
        } else {
            release(Hold.SUSPENDED, nowNanos);
        }
        if (rebound) {
            // Waits already, or reads a topic that is no longer the tenant's.
            reading++;
            return List.of(locate(Duration.ZERO, nowNanos));
        }
        return policies.isTold() ? sendConfig(policies.next(rules.policies())) : List.of();
    }

    /** Whether the answer to this lookup still counts. */
    public boolean awaits(long ofLookup) {
        return ofLookup == lookup;
    }

    /** The lookup failed: the topic is not there, or the cluster does not answer. */
    public List<Command> notLocated(long ofLookup, String reason, long nowNanos) {
        return awaits(ofLookup) ? lookAgain(reason, nowNanos) : List.of();
    }

    private List<Command> lookAgain(String reason, long nowNanos) {
        Duration pause = lookupPause;
        Duration doubled = pause.multipliedBy(2);
        lookupPause = doubled.compareTo(LOOKUP_PAUSE_MAX) < 0 ? doubled : LOOKUP_PAUSE_MAX;
        return List.of(new Alert(Kind.NOT_LOCATED, reason), locate(pause, nowNanos));
    }

    /** The answer to {@link Command.Locate}. */
    public List<Command> located(long ofLookup, Location found, long nowNanos) {
        if (!awaits(ofLookup)) {
            return List.of();
        }
        lookupPause = timing.retry();
        if (!found.topicId().equals(rules.topicId())) {
            return recreated(found.topicId(), nowNanos);
        }
        release(Hold.RECREATED, nowNanos);
        if (source.isEmpty() || !source.get().topicId().equals(found.topicId())) {
            begin(found);
        }
        List<Command> commands = new ArrayList<>();
        if (position.from() > found.end().offset()) {
            // The last epoch that was read bounds those before, and lets the broker tell where histories part, if
            // further below. Without one nobody can tell: what the source has is read again from its beginning.
            OptionalInt epoch = position.fromPoint().leaderEpoch();
            ResumePoint end =
                    epoch.isPresent() ? new ResumePoint(found.end().offset(), epoch) : ResumePoint.at(found.logStart());
            endsBelow(end, commands, nowNanos);
        }
        if (position.isIdle()) {
            claim(found.end(), commands);
        }
        if (position.from() < found.logStart()) {
            gap(found.logStart(), commands, nowNanos);
        } else {
            seek(commands);
            release(Hold.LOCATING, nowNanos);
        }
        return commands;
    }

    /** A committed offset of an older topic of that name says nothing about this one. */
    private void begin(Location found) {
        source = Optional.of(new SourcePartition(cluster, topic, found.topicId(), chain));
        committed = found.committed().filter(commit -> commit.topicId().equals(found.topicId()));
        notice = Optional.empty();
        holds.remove(Hold.NOTICE);
        resending = false;
        position.restartAt(committed.map(Commit::point).orElse(ResumePoint.at(0)));
    }

    /** Accounts for what the source has lost, but not before a predecessor's copies of it have landed or failed. */
    private void gap(long logStart, List<Command> commands, long nowNanos) {
        Duration left = timing.beforeGap().minusNanos(nowNanos - assignedNanos);
        if (!left.isNegative() && !left.isZero()) {
            commands.add(locate(left, nowNanos));
            return;
        }
        ResumePoint from = fromPoint();
        commands.add(new Alert(Kind.RECORDS_LOST, from.offset() + ".." + (logStart - 1)));
        commands.add(
                new Command.SendGap(Admission.gap(source.orElseThrow(), from, logStart), position.cover(logStart - 1)));
        seek(commands);
        release(Hold.LOCATING, nowNanos);
    }

    /** The source does not have the offset that is read: retention was faster, or the log was cut. */
    public List<Command> outOfRange(long nowNanos) {
        return isLocated() ? List.of(locate(Duration.ZERO, nowNanos)) : List.of();
    }

    /**
     * The source has records that cannot be read, at the position or behind what was polled from there: that still counts, or
     * nothing before the damage would ever get through. Tried again after a wait, which doubles while it is of no use.
     */
    public List<Command> damaged(String reason, long nowNanos) {
        Duration doubled = damagePause.multipliedBy(2);
        if (!isDamaged()) {
            damagePause = timing.retry();
        } else {
            damagePause = doubled.compareTo(DAMAGE_PAUSE_MAX) < 0 ? doubled : DAMAGE_PAUSE_MAX;
        }
        damagedAt = OptionalLong.of(position.from());
        return List.of(new Alert(Kind.SOURCE_DAMAGED, reason), locate(damagePause, nowNanos));
    }

    /**
     * The source has lost records that ingest has read, and others may have taken their offsets. They must be read: their
     * higher leader epoch is what tells the sequencer. What did not change is dropped there as a replay.
     *
     * @param divergent first source offset whose record may be another one now, with the leader epoch before it; empty if no
     *     record is known to be the same
     */
    public List<Command> truncated(Optional<ResumePoint> divergent, long nowNanos) {
        if (!isLocated()) {
            return List.of();
        }
        List<Command> commands = new ArrayList<>();
        goBack(divergent.orElse(ResumePoint.at(0)), commands, nowNanos);
        // The seek comes at once: until then every poll would find the truncation again.
        seek(commands);
        commands.add(locate(Duration.ZERO, nowNanos));
        return commands;
    }

    private void goBack(ResumePoint divergent, List<Command> commands, long nowNanos) {
        // Never past what is acknowledged: that would be committed. Where the epoch before is known, it is kept: the
        // source may be truncated once more, further below.
        if (divergent.offset() <= position.acked()) {
            tellTruncated(divergent.offset(), commands, nowNanos);
            position.restartAt(divergent);
        } else {
            backToAcked(commands, nowNanos);
        }
    }

    /** As {@link #goBack}, where the leader epoch before the end can be any up to that one. */
    private void endsBelow(ResumePoint end, List<Command> commands, long nowNanos) {
        if (end.offset() < position.acked()) {
            tellTruncated(end.offset(), commands, nowNanos);
            position.restartBelow(end);
        } else {
            backToAcked(commands, nowNanos);
        }
    }

    private void backToAcked(List<Command> commands, long nowNanos) {
        tellTruncated(position.acked(), commands, nowNanos);
        position.resetTo(position.acked());
    }

    private void tellTruncated(long back, List<Command> commands, long nowNanos) {
        troubles.happened(nowNanos);
        commands.add(new Alert(Kind.SOURCE_TRUNCATED, position.from() + " to " + back));
    }

    private Command locate(Duration after, long nowNanos) {
        hold(Hold.LOCATING, nowNanos);
        return new Command.Locate(++lookup, after);
    }

    private void seek(List<Command> commands) {
        reading++;
        commands.add(new Command.Seek(position.fromPoint()));
    }

    // ---- whose topic it is

    /** The topic was looked at and has this id. Another one than before makes every batch polled so far worthless. */
    List<Command> topicIs(String topicId, long nowNanos) {
        boolean expected =
                source.isEmpty() || isHeld(Hold.RECREATED) || source().topicId().equals(topicId);
        return expected ? List.of() : recreated(topicId, nowNanos);
    }

    /** The topic could not be looked at, so the batches polled so far are not known to be its own: read again. */
    public List<Command> topicUnknown(String reason, long nowNanos) {
        reading++;
        return lookAgain(reason, nowNanos);
    }

    private List<Command> recreated(String found, long nowNanos) {
        reading++;
        List<Command> commands = new ArrayList<>();
        if (!isHeld(Hold.RECREATED)) {
            hold(Hold.RECREATED, nowNanos);
            commands.add(new Alert(Kind.TOPIC_RECREATED, found));
        }
        commands.add(locate(timing.lookAgain(), nowNanos));
        return commands;
    }

    // ---- records

    /** What a batch polled now belongs to; whatever moves the reading makes it worthless. */
    public long reading() {
        return reading;
    }

    /** Whether a batch of this reading still follows what is accounted for. */
    public boolean isCurrent(long ofReading) {
        return ofReading == reading;
    }

    /** Whether the offset was fetched before a seek took effect: it is accounted for already. */
    public boolean isAccountedFor(long offset) {
        return offset < position.from();
    }

    /**
     * The next record is admitted or rejected: its message accounts for {@code [from, offset]}.
     *
     * @param offset of the record, at least {@link #from}
     * @param leaderEpoch of the record
     * @return to be given with what becomes of the message
     */
    public Flight cover(long offset, OptionalInt leaderEpoch) {
        return position.cover(offset, leaderEpoch);
    }

    /** The next record cannot be judged yet. It is fetched again once its schema is known. */
    public List<Command> needsSchema(long nowNanos) {
        hold(Hold.SCHEMA, nowNanos);
        List<Command> commands = new ArrayList<>();
        seek(commands);
        return commands;
    }

    /** The schema has been looked up. */
    public void schemaKnown(long nowNanos) {
        release(Hold.SCHEMA, nowNanos);
    }

    // ---- room in ledger.ingest

    /** {@code ledger.ingest} takes no more of this chain for now. */
    public void noRoom(long nowNanos) {
        if (holds.add(Hold.NO_ROOM)) {
            withoutRoomSince = OptionalLong.of(nowNanos);
        }
    }

    /**
     * There is room again.
     *
     * @param landed whether something landed there meanwhile; if not, the room is that of messages that failed, and will be
     *     taken by them again
     */
    public void room(boolean landed, long nowNanos) {
        if (holds.remove(Hold.NO_ROOM)) {
            if (!landed && !isHeld(Hold.SUSPENDED)) {
                troubles.lasted(withoutRoomSince.orElseThrow(), nowNanos);
            }
            withoutRoomSince = OptionalLong.empty();
        }
    }

    /** For how long it has waited for room by now. */
    private Duration withoutRoom(long nowNanos) {
        return withoutRoomSince.isEmpty() || isHeld(Hold.SUSPENDED)
                ? Duration.ZERO
                : Duration.ofNanos(nowNanos - withoutRoomSince.getAsLong());
    }

    // ---- what became of messages

    /** The message is durable. */
    public List<Command> acknowledged(Flight flight, long nowNanos) {
        long before = position.acked();
        position.acknowledge(flight);
        if (resending && position.acked() > before) {
            resent(nowNanos);
        }
        return takeNotice(nowNanos);
    }

    private void resent(long nowNanos) {
        resending = false;
        troubles.lasts(inTrouble(), nowNanos);
    }

    /** The message may be lost. */
    public List<Command> failed(Flight flight, String reason, long nowNanos) {
        List<Command> commands = new ArrayList<>();
        if (position.fail(flight)) {
            resending = true;
            hold(Hold.BACKING_OFF, nowNanos);
            commands.add(new Alert(Kind.SEND_FAILED, reason));
            seek(commands);
            commands.add(new Command.BackOff(timing.retry()));
        }
        commands.addAll(takeNotice(nowNanos));
        return commands;
    }

    /** The wait after a failed send is over. */
    public void backedOff(long nowNanos) {
        release(Hold.BACKING_OFF, nowNanos);
    }

    // ---- notices, claims, commits

    /**
     * The sequencer says where it stands. What is on its way lands first, so that it cannot arrive in between.
     *
     * @param topicId the chain's topic id
     * @param next the source offset the chain needs next, with the leader epoch the chain has for the record before it
     */
    public List<Command> noticed(String topicId, ResumePoint next, long nowNanos) {
        if (!isLocated()) {
            return List.of();
        }
        troubles.happened(nowNanos);
        if (!source().topicId().equals(topicId)) {
            return List.of(new Alert(Kind.OTHER_TOPIC_SEQUENCED, topicId));
        }
        notice = Optional.of(next);
        hold(Hold.NOTICE, nowNanos);
        return takeNotice(nowNanos);
    }

    /**
     * Goes back only. Records the sequencer has already are read and sent again, and dropped there as replays: this is how
     * it sees the leader epochs of a source that was truncated. Going forward would pass over them. Where the chain's last
     * record has another leader epoch than is known here, it is the chain's that is named to the broker: if the source has
     * another history than the chain, that tells from where on. So it does where none is known here, as at a position that
     * somebody set; then forward, too, because the source may have been cut below and no record may follow that shows it.
     */
    private List<Command> takeNotice(long nowNanos) {
        if (notice.isEmpty() || !position.isIdle()) {
            return List.of();
        }
        ResumePoint next = notice.get();
        notice = Optional.empty();
        release(Hold.NOTICE, nowNanos);
        if (isKnown(next) || (next.offset() > position.from() && !isTold(next))) {
            return List.of();
        }
        Alert alert = new Alert(Kind.WENT_BACK, position.fromPoint() + " to " + next);
        if (next.leaderEpoch().isPresent()) {
            position.restartAt(next);
        } else {
            position.resetTo(next.offset());
        }
        reading++;
        resending = true;
        // What the sequencer has not got may have held them.
        policies.forget();
        return List.of(alert, locate(Duration.ZERO, nowNanos));
    }

    /** Whether it names an epoch where none is known, not even a bound. */
    private boolean isTold(ResumePoint next) {
        return position.from() > 0
                && position.fromPoint().leaderEpoch().isEmpty()
                && next.leaderEpoch().isPresent();
    }

    /** Whether this is where it stands, and under no other leader epoch. */
    private boolean isKnown(ResumePoint next) {
        return next.offset() == position.from()
                && (next.leaderEpoch().isEmpty() || next.equals(position.knownFromPoint()));
    }

    /** Whether nothing of the chain is on its way. */
    public boolean isIdle() {
        return position.isIdle();
    }

    /** Whether the position may be claimed: nothing of the chain is on its way. */
    public boolean wantsClaim() {
        return isLocated() && position.isIdle() && !isHeld(Hold.RECREATED);
    }

    /**
     * Time to claim: topic id and end of the partition were read after {@link #wantsClaim}.
     *
     * @param readTo the offset up to which the consumer has read, transaction markers included; empty while it does not know
     */
    public List<Command> claimDue(String topicId, Location.End end, OptionalLong readTo, long nowNanos) {
        List<Command> commands = new ArrayList<>(topicIs(topicId, nowNanos));
        if (wantsClaim()) {
            claim(end, commands);
            long at = readTo.orElse(position.from());
            if (resending && !isHeld() && at >= end.offset()) {
                // The source has it no more.
                resent(nowNanos);
            }
            if (standstill.isFoundAt(at, end.offset(), isHeld())) {
                troubles.happened(nowNanos);
                commands.add(new Alert(Kind.NOT_READ, at + " of " + end.offset()));
            }
            Duration withoutRoom = withoutRoom(nowNanos);
            if (withoutRoom.compareTo(ROOM_PATIENCE) >= 0) {
                commands.add(new Alert(Kind.NO_ROOM, "for " + withoutRoom.toSeconds() + " s"));
            }
        }
        return commands;
    }

    /**
     * To be asked as often as it is time to claim: whether what is on its way lands. A send may take half a minute before it fails;
     * with nothing acknowledged from one look to the next, somebody waits.
     */
    public void landingDue(long nowNanos) {
        OptionalLong now = position.isIdle() ? OptionalLong.empty() : OptionalLong.of(position.acked());
        if (now.isPresent() && now.equals(sentBehind) && !isHeld(Hold.SUSPENDED)) {
            troubles.happened(nowNanos);
        }
        sentBehind = now;
    }

    /** Topic id or end could not be read: nothing is claimed. */
    public List<Command> notClaimed(String reason, long nowNanos) {
        if (!wantsClaim()) {
            return List.of();
        }
        troubles.happened(nowNanos);
        return List.of(new Alert(Kind.NOT_LOCATED, reason));
    }

    /** A claim may be lost: what the sequencer has not got may not come to light before the next one. */
    public List<Command> claimFailed(String reason, long nowNanos) {
        if (isHeld(Hold.SUSPENDED)) {
            return List.of();
        }
        troubles.happened(nowNanos);
        return List.of(new Alert(Kind.CLAIM_FAILED, reason));
    }

    /** The policies follow a claim, for it is a claim that makes the genesis. */
    private void claim(Location.End end, List<Command> commands) {
        commands.add(new Command.SendClaim(Admission.claim(source(), fromPoint(), end.offset(), end.asOf())));
        commands.addAll(sendConfig(policies.next(rules.policies())));
    }

    private static List<Command> sendConfig(Optional<PoliciesInForce> due) {
        return due.<List<Command>>map(policies -> List.of(new Command.SendConfig(policies)))
                .orElse(List.of());
    }

    /** The policies sent last may be lost; they follow the next claim again, or come without one. */
    public void configFailed() {
        policies.failed();
    }

    /**
     * To be asked every few seconds, also of a chain that is never idle: tells the policies again if they may be lost, and
     * every five minutes in any case. The sequencer drops those it has.
     */
    public List<Command> configDue(long nowNanos) {
        return isHeld(Hold.LOCATING) || isHeld(Hold.RECREATED)
                ? List.of()
                : sendConfig(policies.again(rules.policies(), nowNanos));
    }

    /**
     * What should be committed and is not yet. At a revocation it is the last of this follower. A position before
     * which the leader epoch is not known for certain is not committed: whoever reads the commit would take it for that.
     */
    public Optional<Commit> commitDue() {
        return source.filter(found -> !position.isAckedBounded())
                .map(found -> new Commit(found.topicId(), position.ackedPoint()))
                .filter(commit -> !committed.equals(Optional.of(commit)));
    }

    /** The commit is durable. */
    public void committed(Commit commit) {
        committed = Optional.of(commit);
    }

    // ---- holds

    private void hold(Hold hold, long nowNanos) {
        holds.add(hold);
        troubles.lasts(inTrouble(), nowNanos);
    }

    private void release(Hold hold, long nowNanos) {
        holds.remove(hold);
        troubles.lasts(inTrouble(), nowNanos);
    }

    private boolean inTrouble() {
        return (resending && !isHeld(Hold.SUSPENDED)) || holds.stream().anyMatch(Hold::isTrouble);
    }
}

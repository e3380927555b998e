// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.AnchorTrack;
import io.tallystick.anchor.external.Answer;
import io.tallystick.anchor.external.Backoff;
import io.tallystick.anchor.external.Position;
import io.tallystick.anchor.external.RegistryCheckpoint;
import io.tallystick.anchor.external.Settled;
import io.tallystick.anchor.external.Submission;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Random;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One anchor while this process has the work: what it has still to settle, its thread and its meters. For one thread. */
final class OutsideAnchor implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(OutsideAnchor.class);

    /** How often the registry is read again for an anchor that confirms nothing in between. Each costs all anchors a wait. */
    private static final int READINGS_MAX = 2;

    private final Anchor anchor;
    private final AnchorTrack track;
    private final OutsideWorker worker;
    private final OutsideMetrics.OfAnchor metrics;
    private final Random random = new Random();
    private long registryOffset;
    private OptionalLong behind = OptionalLong.empty();
    private boolean asksForRegistry;
    private int readings;

    OutsideAnchor(
            Anchor anchor,
            Backoff backoff,
            Start start,
            Queue<OutsideWorker.Answered> answers,
            OutsideMetrics.OfAnchor metrics) {
        this.anchor = anchor;
        this.track = new AnchorTrack(backoff, start.position());
        this.worker = new OutsideWorker(anchor, answers);
        this.metrics = metrics;
        this.registryOffset = start.registryOffset();
    }

    /** Where an anchor begins. */
    record Start(Position position, long registryOffset) {}

    /** @param mayTry whether an anchor that is stopped is asked once more */
    void begin(boolean mayTry) {
        track.position().stopped().ifPresent(stop -> {
            if (mayTry) {
                track.tryAgain();
            }
            LOGGER.atError()
                    .addKeyValue("anchor", anchor.id())
                    .addKeyValue("treeSize", stop.size())
                    .addKeyValue("error", stop.reason())
                    .log(
                            mayTry
                                    ? "anchor had seen another history of this ledger before this process began; it is asked"
                                            + " once more"
                                    : "anchor has seen another history of this ledger; nothing is submitted to it until a"
                                            + " restart");
        });
        metrics.show(track);
    }

    Anchor anchor() {
        return anchor;
    }

    AnchorTrack track() {
        return track;
    }

    /** The size it may need a proof from: where it was found to stand, else where it confirmed last. */
    long provesFrom() {
        return behind.orElse(track.position().confirmedSize());
    }

    /** Whether the registry is to be read again from its beginning for this anchor; true once for each size it is found at. */
    boolean takeRequest() {
        boolean asked = asksForRegistry;
        asksForRegistry = false;
        return asked;
    }

    long registryOffset() {
        return registryOffset;
    }

    /** Submits what is due, unless the proofs for it are not there yet. */
    void submit(Instant now, RegistryWindows windows) {
        Optional<RegistryCheckpoint> due = track.due(now);
        if (due.isPresent()) {
            RegistryCheckpoint checkpoint = due.get();
            if (anchor.needsProofs() && !windows.reach(checkpoint.size())) {
                track.postpone();
            } else {
                worker.submit(new Submission(
                        checkpoint, track.position().confirmedSize(), windows.proofs(checkpoint.size())));
            }
        }
        metrics.show(track);
    }

    /** Takes an answer in and writes what it settles, or that the anchor is stopped: who has the work next must know. */
    void take(Answer answer, Instant now, RegistryWindows windows, OutsideJournal journal) {
        Optional<Position.Stop> before = track.position().stopped();
        List<Settled> ended = List.of();
        if (answer instanceof Answer.Confirmed confirmed) {
            ended = track.confirmed(new Settled.Confirmed(confirmed.receipt()));
            behind = OptionalLong.empty();
            readings = 0;
            registryOffset =
                    anchor.needsProofs() ? windows.offsetAfter(track.position().confirmedSize()) : 0;
        } else if (answer instanceof Answer.Refused refused) {
            ended = track.rejected(new Settled.Rejected(refused.reason()), now, random.nextDouble());
        } else if (answer instanceof Answer.Failed failed) {
            fail(failed, now);
        } else if (answer instanceof Answer.Behind found) {
            wentBack(found.size(), now);
        } else if (answer instanceof Answer.Contradicted contradicted) {
            stop(contradicted.reason());
        }
        if (!ended.isEmpty() || !track.position().stopped().equals(before)) {
            journal.write(anchor, ended, track.position(), registryOffset);
            metrics.settled(ended);
            ended.forEach(this::log);
        }
        metrics.show(track);
    }

    /**
     * Found at the same size again after the registry was read for it, it stands where no window ended. One that names other
     * sizes again and again would have the registry read for ever.
     */
    private void wentBack(long size, Instant now) {
        if (behind.equals(OptionalLong.of(size))) {
            stop("it stands at size " + size + ", at which no window of the registry ends: somebody else signs for it");
            return;
        }
        if (readings == READINGS_MAX) {
            stop("it stands at size " + size + ", another than each of the " + READINGS_MAX
                    + " times the registry was read for it; it confirmed nothing in between");
            return;
        }
        readings++;
        behind = OptionalLong.of(size);
        asksForRegistry = true;
        String found =
                "it stands at size " + size + ", further back than the proofs at hand; the registry is read again";
        fail(new Answer.Failed(found), now);
    }

    private void stop(String reason) {
        track.stopped(reason);
        LOGGER.atError()
                .addKeyValue("anchor", anchor.id())
                .addKeyValue("pending", track.pendingCount())
                .addKeyValue("error", reason)
                .log("anchor has seen another history of this ledger; nothing is submitted to it until a restart");
    }

    private void fail(Answer.Failed failed, Instant now) {
        track.failed(failed.reason(), now, random.nextDouble(), failed.retryAfter());
        metrics.failed();
        LOGGER.atWarn()
                .addKeyValue("anchor", anchor.id())
                .addKeyValue("pending", track.pendingCount())
                .addKeyValue("failures", track.failures())
                .addKeyValue("nextAttempt", track.notBefore())
                .addKeyValue("error", failed.reason())
                .log("anchor did not confirm, to be tried again");
    }

    private void log(Settled settled) {
        if (settled.end() instanceof Settled.Rejected rejected) {
            LOGGER.atError()
                    .addKeyValue("anchor", anchor.id())
                    .addKeyValue("treeSize", settled.size())
                    .addKeyValue("window", settled.windowStart())
                    .addKeyValue("error", rejected.reason())
                    .log("anchor refuses the checkpoint for good");
        } else if (settled.end() instanceof Settled.Confirmed) {
            LOGGER.atInfo()
                    .addKeyValue("anchor", anchor.id())
                    .addKeyValue("treeSize", settled.size())
                    .addKeyValue("window", settled.windowStart())
                    .addKeyValue("attempts", settled.attempts())
                    .log("checkpoint anchored");
        }
    }

    /** Gives up what is under way and what it holds open, for the next who has the work; the anchor itself stays usable. */
    @Override
    public void close() {
        worker.close();
        try {
            anchor.close();
        } catch (RuntimeException e) {
            LOGGER.atWarn().addKeyValue("anchor", anchor.id()).setCause(e).log("anchor did not close");
        }
    }
}

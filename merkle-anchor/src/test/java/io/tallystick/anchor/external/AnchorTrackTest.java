// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

import io.tallystick.anchor.external.Settled.Confirmed;
import io.tallystick.anchor.external.Settled.CoveredBy;
import io.tallystick.anchor.external.Settled.Rejected;
import io.tallystick.entry.Bytes;
import io.tallystick.fixtures.TestSeed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AnchorTrackTest {
    private static final Instant START = Instant.parse("2026-11-21T03:00:00Z");
    private static final Duration WINDOW = Duration.ofMinutes(15);
    private static final Confirmed RECEIPT = new Confirmed(Bytes.utf8("receipt"));
    private static final Rejected NO = new Rejected("no");
    private static final Position.Stop STOP = new Position.Stop(10, "another history");

    private final AnchorTrack track = new AnchorTrack(Backoff.STANDARD, Position.startingAt(0));

    /** The checkpoint of the n-th window, from 1, of size 10 n at offset 7 n. */
    private static RegistryCheckpoint checkpoint(int n) {
        return new RegistryCheckpoint(10L * n, START.plus(WINDOW.multipliedBy(n)), 7L * n, Bytes.utf8("note " + n));
    }

    @Test
    void aConfirmedCheckpointIsSettledWithItsReceipt() {
        track.offer(checkpoint(1));
        assertThat(track.due(START)).contains(checkpoint(1));

        List<Settled> ended = track.confirmed(RECEIPT);

        assertThat(ended).containsExactly(new Settled(10, checkpoint(1).windowStart(), 1, RECEIPT));
        assertThat(track.position()).isEqualTo(new Position(8, Set.of(), 10));
        assertThat(track.pendingCount()).isZero();
        assertThat(track.due(START)).isEmpty();
    }

    @Test
    void theNewestIsSubmittedAndCoversTheOlder() {
        for (int n = 1; n <= 3; n++) {
            track.offer(checkpoint(n));
        }
        assertThat(track.due(START)).contains(checkpoint(3));

        assertThat(track.confirmed(RECEIPT))
                .extracting(Settled::size, Settled::end)
                .containsExactly(tuple(10L, new CoveredBy(30)), tuple(20L, new CoveredBy(30)), tuple(30L, RECEIPT));
    }

    @Test
    void whatArrivesDuringASubmissionIsNotCoveredByIt() {
        track.offer(checkpoint(1));
        track.due(START);
        track.offer(checkpoint(2));
        assertThat(track.due(START)).isEmpty();

        assertThat(track.confirmed(RECEIPT)).hasSize(1);

        assertThat(track.position()).isEqualTo(new Position(14, Set.of(), 10));
        assertThat(track.due(START)).contains(checkpoint(2));
    }

    @Test
    void afterAFailureItWaitsAMinuteThenLongerUpToAnHour() {
        track.offer(checkpoint(1));
        Instant now = START;
        List<Duration> waits = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            assertThat(track.due(now)).isPresent();
            track.failed("down", now, 0.999_999, Optional.empty());
            waits.add(Duration.ofSeconds(
                    Math.round(Duration.between(now, track.notBefore()).toMillis() / 1000.0)));
            assertThat(track.due(track.notBefore().minusMillis(1))).isEmpty();
            now = track.notBefore();
        }
        assertThat(waits).extracting(Duration::toMinutes).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L);
        assertThat(track.failures()).isEqualTo(9);
        assertThat(track.lastError()).isEqualTo("down");
    }

    @Test
    void theWaitIsAtLeastHalfOfItsRangeAndWhatThePartyAskedForUpToAnHour() {
        Backoff backoff = Backoff.STANDARD;

        assertThat(backoff.delay(1, 0)).isEqualTo(Duration.ofSeconds(30));
        assertThat(backoff.delay(1, 0, Duration.ofSeconds(100))).isEqualTo(Duration.ofSeconds(100));
        assertThat(backoff.delay(1, 0, Duration.ofDays(9))).isEqualTo(Duration.ofHours(1));
        assertThat(backoff.delay(Integer.MAX_VALUE, 0)).isEqualTo(Duration.ofMinutes(30));
        assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofHours(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(Duration.ofHours(2), Duration.ofHours(1)));
    }

    @Test
    void aNewCheckpointDoesNotShortenTheWait() {
        track.offer(checkpoint(1));
        track.due(START);
        track.failed("down", START, 0, Optional.empty());
        track.offer(checkpoint(2));

        assertThat(track.due(START.plusSeconds(29))).isEmpty();
        assertThat(track.due(START.plusSeconds(30))).contains(checkpoint(2));
    }

    /** A machine that began with its clock a year ahead asks again all the same. */
    @Test
    void aClockThatWasSetBackMakesNoWaitLongerThanTheLongest() {
        track.offer(checkpoint(1));
        track.due(START.plus(Duration.ofDays(365)));
        track.failed("down", START.plus(Duration.ofDays(365)), 0.5, Optional.of(Duration.ofDays(9)));

        assertThat(track.due(START)).contains(checkpoint(1));

        track.failed("down", START, 0.5, Optional.of(Duration.ofHours(1)));
        assertThat(track.due(START.minusSeconds(1))).contains(checkpoint(1));
        track.failed("down", START, 0.5, Optional.of(Duration.ofHours(1)));
        assertThat(track.due(START)).isEmpty();
    }

    @Test
    void aRejectedCheckpointIsSettledAndTheOlderWaitForTheNext() {
        track.offer(checkpoint(1));
        track.offer(checkpoint(2));
        track.due(START);

        assertThat(track.rejected(NO, START, 0)).extracting(Settled::size).containsExactly(20L);

        assertThat(track.pendingCount()).isEqualTo(1);
        assertThat(track.position()).isEqualTo(new Position(7, Set.of(20L), 0));
        assertThat(track.due(START.plus(Duration.ofDays(1)))).isEmpty();
        track.offer(checkpoint(3));
        assertThat(track.due(START.plusSeconds(60))).contains(checkpoint(3));
        assertThat(track.confirmed(RECEIPT)).extracting(Settled::size).containsExactly(10L, 30L);
        assertThat(track.position()).isEqualTo(new Position(22, Set.of(), 30));
    }

    @Test
    void aStoppedAnchorIsSubmittedNothingAndKeepsAllPending() {
        track.offer(checkpoint(1));
        track.due(START);
        track.stopped("another history");
        track.offer(checkpoint(2));

        assertThat(track.due(START.plus(Duration.ofDays(1)))).isEmpty();
        assertThat(track.isStopped()).isTrue();
        assertThat(track.pendingCount()).isEqualTo(2);
        assertThat(track.oldestPending()).contains(checkpoint(1).windowStart());
        assertThat(track.position()).isEqualTo(new Position(0, Set.of(), 0, Optional.of(STOP)));
    }

    @Test
    void whatIsStoppedStaysSoWhereItGoesOn() {
        AnchorTrack resumed = new AnchorTrack(Backoff.STANDARD, new Position(0, Set.of(), 0, Optional.of(STOP)));
        resumed.offer(checkpoint(1));
        resumed.offer(checkpoint(2));

        assertThat(resumed.isStopped()).isTrue();
        assertThat(resumed.lastError()).isEqualTo("another history");
        assertThat(resumed.due(START)).isEmpty();
        assertThat(resumed.position().stopped()).contains(STOP);
    }

    private static AnchorTrack onTrial() {
        AnchorTrack tried = new AnchorTrack(Backoff.STANDARD, new Position(0, Set.of(), 0, Optional.of(STOP)));
        tried.offer(checkpoint(1));
        tried.tryAgain();
        assertThat(tried.due(START)).contains(checkpoint(1));
        return tried;
    }

    @Test
    void onTrialItCountsAsStoppedUntilItConfirms() {
        AnchorTrack tried = onTrial();
        assertThat(tried.isStopped()).isTrue();

        assertThat(tried.confirmed(RECEIPT)).hasSize(1);

        assertThat(tried.isStopped()).isFalse();
        assertThat(tried.isOnTrial()).isFalse();
        assertThat(tried.position()).isEqualTo(new Position(8, Set.of(), 10));
        tried.offer(checkpoint(2));
        assertThat(tried.due(START)).contains(checkpoint(2));
    }

    /** A failure and a refusal do not say that it knows this ledger's history after all. */
    @Test
    void onTrialAFailureOrARefusalDecidesNothing() {
        AnchorTrack tried = onTrial();
        tried.failed("down", START, 0, Optional.empty());
        assertThat(tried.isStopped()).isTrue();
        assertThat(tried.due(START.plusSeconds(60))).contains(checkpoint(1));

        assertThat(tried.rejected(NO, START, 0)).hasSize(1);

        assertThat(tried.isStopped()).isTrue();
        assertThat(tried.isOnTrial()).isTrue();
        assertThat(tried.position().stopped()).contains(STOP);
    }

    @Test
    void onTrialAnotherContradictionStopsItForGood() {
        AnchorTrack tried = onTrial();

        tried.stopped("still another history");
        tried.offer(checkpoint(2));

        assertThat(tried.isOnTrial()).isFalse();
        assertThat(tried.due(START.plus(Duration.ofDays(1)))).isEmpty();
        assertThat(tried.position().stopped()).contains(new Position.Stop(10, "still another history"));
    }

    @Test
    void whatIsNotStoppedCannotBeOnTrial() {
        track.tryAgain();

        assertThat(track.isOnTrial()).isFalse();
    }

    @Test
    void ofTwoCheckpointsForOneSizeTheFirstCountsAndASmallerOneIsPassedOver() {
        track.offer(checkpoint(2));
        track.offer(new RegistryCheckpoint(20, START, 90, Bytes.utf8("second")));
        track.offer(new RegistryCheckpoint(10, START, 91, Bytes.utf8("smaller")));

        assertThat(track.due(START)).contains(checkpoint(2));
        assertThat(track.pendingCount()).isEqualTo(1);
    }

    @Test
    void whatLiesBeforeThePositionOrIsSettledIsNotOfferedAgain() {
        AnchorTrack resumed = new AnchorTrack(Backoff.STANDARD, new Position(14, Set.of(30L), 10));
        for (int n = 1; n <= 3; n++) {
            resumed.offer(checkpoint(n));
        }

        assertThat(resumed.due(START)).contains(checkpoint(2));
        assertThat(resumed.confirmed(RECEIPT)).extracting(Settled::size).containsExactly(20L);
        assertThat(resumed.position().settled()).containsExactly(30L);
    }

    @Test
    void anAnswerWithoutASubmissionIsRefused() {
        track.offer(checkpoint(1));

        assertThatIllegalStateException().isThrownBy(() -> track.confirmed(RECEIPT));
        assertThatIllegalStateException().isThrownBy(() -> track.rejected(NO, START, 0));
        assertThatIllegalStateException().isThrownBy(() -> track.failed("x", START, 0, Optional.empty()));
        assertThatIllegalStateException().isThrownBy(() -> track.stopped("x"));
    }

    @Test
    void aPostponedSubmissionIsNoAttempt() {
        track.offer(checkpoint(1));
        track.due(START);
        track.postpone();
        track.due(START);

        assertThat(track.confirmed(RECEIPT).get(0).attempts()).isEqualTo(1);
    }

    @Test
    void anOutageOfAHundredWindowsEndsInOneSubmissionAndAllIsSettled() {
        Instant now = START;
        int submissions = 0;
        for (int n = 1; n <= 100; n++) {
            track.offer(checkpoint(n));
            Instant end = now.plus(WINDOW);
            for (; now.isBefore(end); now = now.plusSeconds(1)) {
                if (track.due(now).isPresent()) {
                    submissions++;
                    track.failed("down", now, 0.5, Optional.empty());
                }
            }
            assertThat(track.pendingCount()).isEqualTo(n);
        }
        assertThat(submissions).isLessThan(45);
        assertThat(track.oldestPending()).contains(checkpoint(1).windowStart());

        assertThat(track.due(track.notBefore())).contains(checkpoint(100));
        List<Settled> ended = track.confirmed(RECEIPT);

        assertThat(ended).hasSize(100);
        assertThat(ended.subList(0, 99)).allMatch(settled -> settled.end().equals(new CoveredBy(1000)));
        assertThat(track.position()).isEqualTo(new Position(701, Set.of(), 1000));
        assertThat(track.pendingCount()).isZero();
    }

    /** Restarts at any time, from the last stored position, with the topic read again from there. */
    @Test
    void whateverHappensEachCheckpointIsSettledExactlyOnce() {
        Random random = TestSeed.random("anchor track");
        for (int round = 0; round < 300; round++) {
            Map<Long, Settled> ended = new TreeMap<>();
            Position stored = Position.startingAt(0);
            AnchorTrack current = new AnchorTrack(Backoff.STANDARD, stored);
            Instant now = START;
            int offered = 0;
            while (offered < 30 || current.pendingCount() > 0) {
                now = now.plusSeconds(random.nextInt(3000));
                if (random.nextInt(3) == 0 || offered >= 30) {
                    current.offer(checkpoint(++offered));
                }
                List<Settled> settledNow = step(current, now, offered >= 40 ? 0 : random.nextInt(8), random);
                for (Settled settled : settledNow) {
                    assertThat(ended.put(settled.size(), settled)).isNull();
                }
                stored = settledNow.isEmpty() ? stored : current.position();
                if (random.nextInt(12) == 0) {
                    current = new AnchorTrack(Backoff.STANDARD, stored);
                    for (int n = 1; n <= offered; n++) {
                        current.offer(checkpoint(n));
                    }
                }
            }
            assertThat(ended).hasSize(offered);
        }
    }

    private static List<Settled> step(AnchorTrack track, Instant now, int what, Random random) {
        if (track.due(now).isEmpty()) {
            return List.of();
        }
        if (what < 3) {
            return track.confirmed(RECEIPT);
        }
        if (what == 3) {
            return track.rejected(NO, now, random.nextDouble());
        }
        track.failed("down", now, random.nextDouble(), Optional.empty());
        return List.of();
    }
}

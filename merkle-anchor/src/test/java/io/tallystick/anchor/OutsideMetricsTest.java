// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.anchor.external.AnchorTrack;
import io.tallystick.anchor.external.Backoff;
import io.tallystick.anchor.external.Position;
import io.tallystick.anchor.external.RegistryCheckpoint;
import io.tallystick.anchor.external.Settled;
import io.tallystick.entry.Bytes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OutsideMetricsTest {
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final Duration WINDOW = Duration.ofMinutes(15);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final OutsideMetrics metrics =
            new OutsideMetrics(meters, List.of("w", "t"), WINDOW, InstantSource.fixed(NOON));

    private static AnchorTrack waiting(int checkpoints) {
        AnchorTrack track = new AnchorTrack(Backoff.STANDARD, Position.startingAt(0));
        for (int i = 0; i < checkpoints; i++) {
            track.offer(new RegistryCheckpoint(i + 1, NOON.minus(WINDOW.multipliedBy(9 - i)), i, Bytes.utf8("note")));
        }
        return track;
    }

    private double pending() {
        return meters.get("ledger.checkpoints.pending").gauge().value();
    }

    private Timer latency(String anchor) {
        return meters.get("ledger.merkle.anchor.latency").tag("anchor", anchor).timer();
    }

    private double counted(String what) {
        return meters.get("ledger.anchor." + what).tag("anchor", "w").counter().count();
    }

    @Test
    void theAnchorFurthestBehindSaysHowManyCheckpointsArePending() {
        assertThat(pending()).isZero();
        metrics.of("w").show(waiting(2));
        metrics.of("t").show(waiting(5));
        assertThat(pending()).isEqualTo(5);

        metrics.standBy();

        assertThat(pending()).isZero();
    }

    @Test
    void whatIsConfirmedOrCoveredHasALatencyWhatIsRefusedHasNone() {
        metrics.of("w")
                .settled(List.of(
                        new Settled(1, NOON.minus(WINDOW.multipliedBy(3)), 0, new Settled.CoveredBy(2)),
                        new Settled(2, NOON.minus(WINDOW.multipliedBy(2)), 1, new Settled.Confirmed(Bytes.utf8("r"))),
                        new Settled(3, NOON.minus(WINDOW.multipliedBy(9)), 1, new Settled.Rejected("no"))));

        assertThat(latency("w").count()).isEqualTo(2);
        assertThat(latency("w").totalTime(TimeUnit.SECONDS)).isEqualTo(1800 + 900);
        assertThat(latency("t").count()).isZero();
        assertThat(counted("confirmed")).isEqualTo(1);
        assertThat(counted("covered")).isEqualTo(1);
        assertThat(counted("rejected")).isEqualTo(1);
    }

    @Test
    void aWindowThatEndsInTheFutureHasNoNegativeLatency() {
        metrics.of("w").settled(List.of(new Settled(1, NOON, 1, new Settled.Confirmed(Bytes.utf8("r")))));

        assertThat(latency("w").totalTime(TimeUnit.SECONDS)).isZero();
    }

    private double stopped() {
        return meters.get("ledger.anchor.stopped").tag("anchor", "w").gauge().value();
    }

    /** Between two terms nobody knows better; that another process has the work says that it does. */
    @Test
    void anAnchorThatIsStoppedShowsUntilAnotherProcessHasTheWork() {
        AnchorTrack track = waiting(1);
        assertThat(track.due(NOON)).isPresent();
        track.stopped("another history");
        metrics.of("w").show(track);
        assertThat(stopped()).isEqualTo(1);

        metrics.interrupted();
        assertThat(stopped()).isEqualTo(1);

        metrics.standBy();
        assertThat(stopped()).isZero();
    }

    /** Else nobody would see that the part fails again and again, and nothing is anchored. */
    @Test
    void whatWasPendingShowsAlthoughThePartFails() {
        metrics.of("w").show(waiting(3));

        metrics.interrupted();

        assertThat(pending()).isEqualTo(3);
        assertThat(meters.get("ledger.anchor.oldest.pending.age")
                        .tag("anchor", "w")
                        .gauge()
                        .value())
                .isEqualTo(7200);
        assertThat(meters.get("ledger.anchoring.interruptions").counter().count())
                .isEqualTo(1);
    }

    @Test
    void anAnchorThatIsLeftOutCountsAsStoppedAlsoWhereItStandsBy() {
        metrics.of("t").leaveOut();
        metrics.standBy();

        assertThat(meters.get("ledger.anchor.stopped")
                        .tag("anchor", "t")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(meters.get("ledger.anchor.stopped")
                        .tag("anchor", "w")
                        .gauge()
                        .value())
                .isZero();
    }
}

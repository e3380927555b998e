// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tallystick.anchor.external.AnchorTrack;
import io.tallystick.anchor.external.Settled;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the anchors' part counts, by anchor. Where it stands by, nothing is pending: another process counts it. */
final class OutsideMetrics {
    private final Map<String, OfAnchor> anchors = new HashMap<>();

    OutsideMetrics(MeterRegistry registry, List<String> ids, Duration window, InstantSource clock) {
        ids.forEach(id -> anchors.put(id, new OfAnchor(registry, id, window, clock)));
        Gauge.builder("ledger.checkpoints.pending", this, OutsideMetrics::pending)
                .description("Registry checkpoints that the anchor furthest behind has not settled yet.")
                .strongReference(true)
                .register(registry);
    }

    private double pending() {
        return anchors.values().stream()
                .mapToInt(anchor -> anchor.pending)
                .max()
                .orElse(0);
    }

    OfAnchor of(String id) {
        return anchors.get(id);
    }

    /** The work is in no process for a while. That an anchor is stopped stays true meanwhile. */
    void pause() {
        anchors.values().forEach(OfAnchor::pause);
    }

    /** Another process has the work. */
    void standBy() {
        anchors.values().forEach(OfAnchor::standBy);
    }

    /** The meters of one anchor. */
    static final class OfAnchor {
        private final Duration window;
        private final InstantSource clock;
        private final Counter confirmed;
        private final Counter covered;
        private final Counter rejected;
        private final Counter failed;
        private final Counter setBack;
        private final Timer latency;
        private volatile int pending;
        private volatile Optional<Instant> oldest = Optional.empty();
        private volatile boolean stopped;
        private volatile boolean leftOut;

        private OfAnchor(MeterRegistry registry, String id, Duration window, InstantSource clock) {
            this.window = window;
            this.clock = clock;
            Gauge.builder("ledger.anchor.pending", this, meter -> meter.pending)
                    .description("Registry checkpoints this anchor has not settled yet.")
                    .tag("anchor", id)
                    .register(registry);
            Gauge.builder("ledger.anchor.oldest.pending.age", this, OfAnchor::ageSeconds)
                    .description(
                            "Time since the end of the window of the oldest pending registry checkpoint; 0 if none is"
                                    + " pending.")
                    .baseUnit("seconds")
                    .tag("anchor", id)
                    .register(registry);
            Gauge.builder("ledger.anchor.stopped", this, meter -> meter.stopped || meter.leftOut ? 1 : 0)
                    .description("1 once the anchor has contradicted the ledger's history, or if its files could not be"
                            + " used at start: nothing is submitted to it.")
                    .strongReference(true)
                    .tag("anchor", id)
                    .register(registry);
            confirmed = counter(registry, id, "confirmed", "Registry checkpoints confirmed.");
            covered =
                    counter(registry, id, "covered", "Registry checkpoints covered by a newer one that was confirmed.");
            rejected = counter(registry, id, "rejected", "Registry checkpoints the anchor refused for good.");
            failed = counter(registry, id, "failures", "Submissions that failed and are tried again.");
            setBack =
                    counter(registry, id, "set.back", "Times a witness was found to stand below what it had cosigned.");
            latency = Timer.builder("ledger.merkle.anchor.latency")
                    .description("Time from a window's end until a receipt of the anchor vouches for its checkpoint.")
                    .tag("anchor", id)
                    .serviceLevelObjectives(
                            Duration.ofSeconds(10),
                            Duration.ofMinutes(1),
                            Duration.ofMinutes(5),
                            Duration.ofMinutes(15),
                            Duration.ofHours(1),
                            Duration.ofHours(6),
                            Duration.ofDays(1))
                    .register(registry);
        }

        private static Counter counter(MeterRegistry registry, String id, String what, String description) {
            return Counter.builder("ledger.anchor." + what)
                    .description(description)
                    .tag("anchor", id)
                    .register(registry);
        }

        private double ageSeconds() {
            return oldest.map(start -> sinceEnd(start).toMillis() / 1000.0).orElse(0.0);
        }

        private Duration sinceEnd(Instant windowStart) {
            Duration since = Duration.between(windowStart.plus(window), clock.instant());
            return since.isNegative() ? Duration.ZERO : since;
        }

        void settled(List<Settled> ended) {
            for (Settled settled : ended) {
                if (settled.end() instanceof Settled.Rejected) {
                    rejected.increment();
                } else {
                    (settled.end() instanceof Settled.Confirmed ? confirmed : covered).increment();
                    latency.record(sinceEnd(settled.windowStart()));
                }
            }
        }

        void failed() {
            failed.increment();
        }

        /** Safe from any thread. */
        void setBack() {
            setBack.increment();
        }

        /** It could not be opened: until a restart nothing is submitted to it. */
        void leaveOut() {
            leftOut = true;
        }

        void show(AnchorTrack track) {
            pending = track.pendingCount();
            oldest = track.oldestPending();
            stopped = track.isStopped();
        }

        private void pause() {
            pending = 0;
            oldest = Optional.empty();
        }

        private void standBy() {
            pause();
            stopped = false;
        }
    }
}

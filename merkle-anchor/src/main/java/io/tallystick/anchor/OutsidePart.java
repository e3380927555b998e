// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.external.Anchor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Serde;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that has registry checkpoints anchored outside. Whatever fails here is logged and begun again, from what the
 * topics hold: sealing does not depend on it, so it never stops trees, registry and signer.
 */
final class OutsidePart implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(OutsidePart.class);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Duration PAUSE_HOPELESS = Duration.ofMinutes(1);

    private final AnchorConfig config;
    private final String instance;
    private final List<Anchor> anchors;
    private final Serde<SpecificRecord> records;
    private final OutsideMetrics metrics;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicReference<OutsideTerm> term = new AtomicReference<>();
    private final Thread thread;
    private Optional<Set<String>> mayTry = Optional.empty();

    /**
     * @param instance names this process in the anchors' group
     * @param anchors closed with this
     */
    OutsidePart(
            AnchorConfig config,
            String instance,
            List<Anchor> anchors,
            Serde<SpecificRecord> records,
            OutsideMetrics metrics) {
        this.config = config;
        this.instance = instance;
        this.anchors = List.copyOf(anchors);
        this.records = records;
        this.metrics = metrics;
        this.thread = new Thread(this::run, config.topics().group("anchors"));
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (stopping.getCount() > 0) {
            serve();
        }
    }

    /** One term; returns when it is over and another may begin. */
    private void serve() {
        try (OutsideTerm current =
                new OutsideTerm(config, instance, anchors, records, metrics, InstantSource.system(), stoppedBefore())) {
            term.set(current);
            while (stopping.getCount() > 0) {
                current.work();
            }
        } catch (WakeupException e) {
            LOGGER.atDebug().log("anchors were woken up to stop");
        } catch (RuntimeException e) {
            metrics.interrupted();
            boolean hopeless = SignerFaults.areHopeless(e);
            (hopeless ? LOGGER.atError() : LOGGER.atWarn())
                    .addKeyValue("error", e.toString())
                    .setCause(hopeless ? e : null)
                    .log("anchoring outside is interrupted, starting over; sealing goes on");
            pause(hopeless ? PAUSE_HOPELESS : PAUSE);
        } catch (Error e) {
            metrics.interrupted();
            LOGGER.atError()
                    .addKeyValue("error", e.toString())
                    .setCause(e)
                    .log("anchoring outside failed, starting over; sealing goes on");
            pause(PAUSE_HOPELESS);
        } finally {
            term.set(null);
        }
    }

    /**
     * The anchors that were stopped before this process began and have not been asked since. Those that are stopped
     * later stay so in this process: nobody has restarted it knowing of them.
     */
    private Set<String> stoppedBefore() {
        if (mayTry.isEmpty()) {
            Set<String> stopped = new HashSet<>();
            OutsideSession.progress(config, records).forEach((anchor, progress) -> {
                if (OutsideRecords.position(progress).stopped().isPresent()) {
                    stopped.add(anchor);
                }
            });
            mayTry = Optional.of(stopped);
        }
        return mayTry.get();
    }

    private void pause(Duration pause) {
        try {
            if (stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                LOGGER.atDebug().log("anchors stop while standing by");
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    @Override
    public void close() {
        stopping.countDown();
        OutsideTerm current = term.get();
        if (current != null) {
            current.wakeUp();
        }
        try {
            thread.join(Duration.ofSeconds(30).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        anchors.forEach(Anchor::close);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Watches for the wall clock to be set back. Kafka's clients, and brokers among each other, count the time until they connect
 * again by it: who connected while the clock was an hour ahead, and loses the connection after it was put right, waits for an
 * hour. So a process whose clock was set back is over, and is to be started anew. Clocks that are slowed down, as NTP does with
 * small differences, and clocks that jump ahead, as after a suspend, do no such harm.
 *
 * <p>Thread-safe.
 */
public final class WallClockWatch implements AutoCloseable {
    /** What nobody minds to wait. */
    public static final Duration STEP_MAX = Duration.ofSeconds(30);

    private static final long INTERVAL_SECONDS = 1;

    private final Thread looking;

    private WallClockWatch(Thread looking) {
        this.looking = looking;
    }

    /**
     * Looks every second until closed.
     *
     * @param setBack told once, on the watch's thread, when the clock was set back by more than {@link #STEP_MAX} at once;
     *     Kafka's clients may take as long to close, so it had better end the process
     */
    public static WallClockWatch start(Consumer<? super IllegalStateException> setBack) {
        Steps steps = new Steps(InstantSource.system(), System::nanoTime);
        Thread looking = new Thread(() -> look(steps, setBack), "wall-clock-watch");
        looking.setDaemon(true);
        looking.start();
        return new WallClockWatch(looking);
    }

    private static void look(Steps steps, Consumer<? super IllegalStateException> setBack) {
        try {
            Optional<Duration> back = Optional.empty();
            while (back.isEmpty()) {
                TimeUnit.SECONDS.sleep(INTERVAL_SECONDS);
                back = steps.look();
            }
            setBack.accept(new IllegalStateException("the wall clock of this machine was set back by "
                    + back.get().toSeconds()
                    + " s: connections that are lost would not come back for as long. Start this"
                    + " process again; brokers whose clock was set back, too"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** Ends the watch; returns at once. */
    @Override
    public void close() {
        looking.interrupt();
    }

    /** Compares the wall clock with one that is never set. For one thread. */
    static final class Steps {
        private final InstantSource wall;
        private final LongSupplier nanos;
        private long aheadMillis;

        Steps(InstantSource wall, LongSupplier nanos) {
            this.wall = wall;
            this.nanos = nanos;
            this.aheadMillis = ahead();
        }

        private long ahead() {
            return wall.millis() - TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong());
        }

        /** By how much the wall clock was set back since the last look, if that is more than {@link #STEP_MAX}. */
        Optional<Duration> look() {
            long now = ahead();
            Duration back = Duration.ofMillis(aheadMillis - now);
            aheadMillis = now;
            return back.compareTo(STEP_MAX) > 0 ? Optional.of(back) : Optional.empty();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.topic.LedgerIntegrityException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a step until it is stopped. What the outside world did wrong is tried again with a fresh step, which starts from
 * durable state: after a write whose outcome is unknown nothing in memory can be trusted. Everything else, and a failure
 * that lasts, stops the exporter.
 */
final class StepThread implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(StepThread.class);
    private static final Duration BACK_OFF_MIN = Duration.ofMillis(500);
    private static final Duration BACK_OFF_MAX = Duration.ofSeconds(30);

    private final String name;
    private final Opening opening;
    private final Duration retryTimeout;
    private final Consumer<Throwable> onFatal;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicReference<Step> current = new AtomicReference<>();
    private final Thread thread;
    private long failingSince;
    private Duration backOff = BACK_OFF_MIN;

    /** Opens a fresh step. */
    interface Opening {
        Step open() throws IOException;
    }

    StepThread(String name, Opening opening, Duration retryTimeout, Consumer<Throwable> onFatal) {
        this.name = name;
        this.opening = opening;
        this.retryTimeout = retryTimeout;
        this.onFatal = onFatal;
        this.thread = new Thread(this::run, name);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (isRunning()) {
                attempt();
            }
        } catch (Throwable fault) {
            LOGGER.atError().addKeyValue("step", name).setCause(fault).log("exporter stops");
            onFatal.accept(fault);
        }
    }

    private void attempt() throws InterruptedException {
        try (Step step = opening.open()) {
            current.set(step);
            while (isRunning()) {
                if (step.poll()) {
                    failingSince = 0;
                    backOff = BACK_OFF_MIN;
                }
            }
        } catch (WakeupException e) {
            if (isRunning()) {
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            if (!isOutside(e) || lastsTooLong()) {
                throw e instanceof RuntimeException fault ? fault : new IllegalStateException(name + " failed", e);
            }
            LOGGER.atWarn()
                    .addKeyValue("step", name)
                    .addKeyValue("error", e.toString())
                    .log("step failed, trying again from durable state");
            pause();
        } finally {
            current.set(null);
        }
    }

    /**
     * Whether it may go away by itself. Clients wrap what happened: a registry that is down shows as a record that cannot
     * be read, a broker that does not answer as a failed rebalance.
     */
    private static boolean isOutside(Throwable fault) {
        boolean outside = false;
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof LedgerIntegrityException) {
                return false;
            }
            outside |= cause instanceof IOException
                    || cause instanceof RetriableException
                    || cause instanceof CommitFailedException;
        }
        return outside;
    }

    private boolean lastsTooLong() {
        long now = System.nanoTime();
        if (failingSince == 0) {
            failingSince = now;
        }
        return now - failingSince > retryTimeout.toNanos();
    }

    private void pause() throws InterruptedException {
        boolean ended = stopped.await(backOff.toMillis(), TimeUnit.MILLISECONDS);
        if (!ended) {
            Duration doubled = backOff.multipliedBy(2);
            backOff = doubled.compareTo(BACK_OFF_MAX) > 0 ? BACK_OFF_MAX : doubled;
        }
    }

    private boolean isRunning() {
        return stopped.getCount() > 0;
    }

    /** Asks the thread to end, without waiting for it. */
    void stop() {
        stopped.countDown();
        Step step = current.get();
        if (step != null) {
            step.wakeup();
        }
    }

    /** Ends the thread and waits for it, except when called by the thread itself. */
    @Override
    public void close() {
        stop();
        if (Thread.currentThread() == thread) {
            return;
        }
        Threads.awaitEnd(thread);
    }
}

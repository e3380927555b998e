// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import java.time.Duration;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that repeats one step until it is closed. A throwable ends it and is reported; nothing is caught to go on. */
final class Worker implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Worker.class);

    /** What a worker repeats. Each call returns within a second or so. */
    interface Step {
        void run() throws InterruptedException;
    }

    private final Thread thread;
    private final Duration patience;
    private volatile boolean closing;

    /**
     * @param name of the thread
     * @param step repeated
     * @param end run once after the last step, on the same thread, also after a failure
     * @param patience how long {@link #close} waits for the end
     * @param onFatal told of what ended the worker before its time
     */
    Worker(String name, Step step, Runnable end, Duration patience, Consumer<Throwable> onFatal) {
        this.patience = patience;
        this.thread = new Thread(() -> run(step, end, onFatal), name);
    }

    private void run(Step step, Runnable end, Consumer<Throwable> onFatal) {
        Throwable cause = attempt(() -> {
            while (!closing) {
                step.run();
            }
        });
        Throwable atEnd = attempt(end::run);
        if (cause == null) {
            cause = atEnd;
        } else if (atEnd != null && atEnd != cause) {
            cause.addSuppressed(atEnd);
        }
        if (cause != null) {
            report(cause, onFatal);
        }
    }

    private static Throwable attempt(Step step) {
        try {
            step.run();
            return null;
        } catch (Throwable e) {
            return e;
        }
    }

    private void report(Throwable cause, Consumer<Throwable> onFatal) {
        // Kafka's clients have an exception of their own for it.
        if (cause instanceof InterruptedException || (closing && cause instanceof InterruptException)) {
            LOGGER.atInfo()
                    .addKeyValue("thread", Thread.currentThread().getName())
                    .setCause(cause)
                    .log("interrupted");
        } else {
            LOGGER.atError()
                    .addKeyValue("thread", Thread.currentThread().getName())
                    .setCause(cause)
                    .log("stopped");
            onFatal.accept(cause);
        }
    }

    void start() {
        thread.start();
    }

    /** Ends the worker after its present step, and waits for that. */
    @Override
    public void close() {
        closing = true;
        if (thread == Thread.currentThread()) {
            return;
        }
        try {
            thread.join(patience.toMillis());
            if (thread.isAlive()) {
                LOGGER.atWarn().addKeyValue("thread", thread.getName()).log("did not end in time; interrupting it");
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

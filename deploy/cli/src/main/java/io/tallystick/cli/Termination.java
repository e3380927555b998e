// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.verify.ExitCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for the end of a long-running command: a signal, or a stage that cannot go on. */
final class Termination {
    private static final Logger LOGGER = LoggerFactory.getLogger(Termination.class);

    private final CompletableFuture<Integer> ended = new CompletableFuture<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Health health = new Health();

    Termination() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::onSignal, "tally-signal"));
    }

    /** Whether what was started runs. */
    Health health() {
        return health;
    }

    /** A stage met a fault it cannot go on with. */
    void fatal(Throwable fault) {
        health.fail();
        LOGGER.atError()
                .setCause(fault)
                .addKeyValue("error", fault.getMessage())
                .log("stage stopped");
        ended.complete(ExitCode.INTERNAL);
    }

    /**
     * Ends the process at once, as a kill would: for a fault by which closing what runs would hang. State survives that, and a
     * broker of ours sees its input end and shuts down.
     */
    void abandon(Throwable fault) {
        fatal(fault);
        Runtime.getRuntime().halt(ExitCode.INTERNAL);
    }

    /**
     * Ends the process at once, for its own broker is gone: stages that are closed would wait for it for minutes. What happened and
     * what to do are the last words.
     */
    void brokerEnded(Throwable fault) {
        health.fail();
        LOGGER.atError().addKeyValue("error", fault.getMessage()).log("broker ended");
        System.err.println("tally: " + fault.getMessage());
        System.err.println("  Starting again mends what it left, also after a kill.");
        System.err.flush();
        Runtime.getRuntime().halt(ExitCode.UNREACHABLE);
    }

    /**
     * Starts something, waits for a signal or a fault, and closes it.
     *
     * @return the exit code
     */
    int run(Supplier<? extends AutoCloseable> start) throws Exception {
        try {
            AutoCloseable running = start.get();
            health.up();
            try {
                return ended.get();
            } finally {
                health.down();
                running.close();
            }
        } finally {
            closed.countDown();
        }
    }

    /** Also after a fault what is running is closed first: the JVM ends when this returns. */
    private void onSignal() {
        ended.complete(ExitCode.VALID);
        health.end();
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker as a process of its own, started by {@link BrokerProcess} only.
 *
 * <pre>
 * arguments        directory, bind host, advertised host, port
 * standard input   nothing; its end means: shut down. It comes when the parent closes it or dies, however it dies
 * standard output  one line: READY &lt;cluster id&gt; &lt;bootstrap servers&gt;, or FAILED &lt;message&gt;
 * exit status      0 after a shutdown, 1 if the broker could not start; another if it failed later
 * </pre>
 */
public final class BrokerMain {

    static final String READY = "READY";
    static final String FAILED = "FAILED";

    /** A broker that takes longer to shut down is ended: what was acknowledged is safe, as after a kill. */
    private static final long SHUTDOWN_SECONDS_MAX = 12;

    private static final Logger LOGGER = LoggerFactory.getLogger(BrokerMain.class);

    private BrokerMain() {}

    /** Runs until standard input ends. */
    public static void main(String[] arguments) {
        PrintStream toParent = System.out;
        System.setOut(System.err);
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch parentGone = new CountDownLatch(1);
        daemon("parent-watch", () -> watchParent(started, parentGone)).start();
        EmbeddedBroker broker = startOrExit(arguments, toParent);
        started.countDown();
        toParent.println(READY + " " + broker.clusterId() + " " + broker.bootstrapServers());
        toParent.flush();
        try {
            parentGone.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        daemon("shutdown-limit", BrokerMain::haltWhenShutdownTakesTooLong).start();
        broker.close();
        // Not exit(): nothing of ours is left to run, and Kafka's threads must not hold the process.
        Runtime.getRuntime().halt(0);
    }

    private static EmbeddedBroker startOrExit(String[] arguments, PrintStream toParent) {
        try {
            EmbeddedOptions options = EmbeddedOptions.defaults()
                    .withHosts(arguments[1], arguments[2])
                    .withBrokerPort(Integer.parseInt(arguments[3]));
            return EmbeddedBroker.start(Path.of(arguments[0]), options).withMarkers();
        } catch (RuntimeException e) {
            LOGGER.atError().setCause(e).log("broker did not start");
            toParent.println(FAILED + " " + String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
            toParent.flush();
            Runtime.getRuntime().halt(1);
            throw new AssertionError("halted", e);
        }
    }

    private static void watchParent(CountDownLatch started, CountDownLatch parentGone) {
        try (InputStream in = System.in) {
            while (in.read() >= 0) {
                // The parent sends nothing; whatever comes is not the end.
            }
        } catch (IOException e) {
            // Then the pipe is of no more use: the same as its end.
            LOGGER.atWarn().setCause(e).log("standard input cannot be read");
        }
        if (started.getCount() > 0) {
            Runtime.getRuntime().halt(0);
        }
        parentGone.countDown();
    }

    private static void haltWhenShutdownTakesTooLong() {
        try {
            TimeUnit.SECONDS.sleep(SHUTDOWN_SECONDS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOGGER.atWarn().log("broker did not shut down in time and is ended");
        Runtime.getRuntime().halt(0);
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}

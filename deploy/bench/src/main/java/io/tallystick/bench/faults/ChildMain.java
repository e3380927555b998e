// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.anchor.AnchorApplication;
import io.tallystick.anchor.AnchorConfig;
import io.tallystick.chain.ChainApplication;
import io.tallystick.chain.ChainConfig;
import io.tallystick.embedded.EmbeddedBroker;
import io.tallystick.embedded.EmbeddedNode;
import io.tallystick.ingest.IngestApplication;
import io.tallystick.ingest.IngestConfig;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.WallClockWatch;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker or a stage as a process of its own, started by {@link Child} only.
 *
 * <pre>
 * arguments       role, file with properties
 * standard input  nothing; its end means: shut down. It comes when the campaign closes it or dies, however it dies
 * exit status     0 after a shutdown, 1 after a fault, 3 if an invariant is broken: a hand is needed
 * </pre>
 */
public final class ChildMain {
    static final int FAULT = 1;
    static final int INTEGRITY = 3;

    private static final Logger LOGGER = LoggerFactory.getLogger(ChildMain.class);
    private static final long SHUTDOWN_SECONDS_MAX = 30;

    private ChildMain() {}

    /** Runs until standard input ends. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Map<String, String> properties = new TreeMap<>();
        Properties file = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(args[1]))) {
            file.load(reader);
        }
        file.stringPropertyNames().forEach(name -> properties.put(name, file.getProperty(name)));
        daemon("clock", () -> sayTheTime(clockFile(Path.of(args[1])))).start();
        var watch = WallClockWatch.start(ChildMain::fatal);
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch inputEnded = new CountDownLatch(1);
        daemon("parent-watch", () -> watchInput(started, inputEnded)).start();
        AutoCloseable running;
        try {
            running = start(Role.valueOf(args[0].toUpperCase(Locale.ROOT)), properties);
        } catch (RuntimeException e) {
            fatal(e);
            return;
        }
        started.countDown();
        LOGGER.atInfo().addKeyValue("role", args[0]).log("child started");
        inputEnded.await();
        watch.close();
        daemon("shutdown-limit", ChildMain::haltWhenShutdownTakesTooLong).start();
        close(running);
        Runtime.getRuntime().halt(0);
    }

    private static AutoCloseable start(Role role, Map<String, String> properties) {
        return switch (role) {
            case BROKER -> EmbeddedBroker.start(Path.of(properties.get("directory")), node(properties));
            case INGEST -> {
                var stage = new IngestApplication(
                        new IngestConfig(properties), new SimpleMeterRegistry(), ChildMain::fatal);
                stage.start();
                yield stage;
            }
            case CHAIN -> {
                var stage =
                        new ChainApplication(new ChainConfig(properties), new SimpleMeterRegistry(), ChildMain::fatal);
                stage.start();
                yield stage;
            }
            case ANCHOR -> {
                var stage = new AnchorApplication(
                        new AnchorConfig(properties), new SimpleMeterRegistry(), ChildMain::fatal);
                stage.start();
                yield stage;
            }
            case CLUSTER -> throw new IllegalArgumentException("a cluster is no process");
        };
    }

    private static EmbeddedNode node(Map<String, String> properties) {
        List<EmbeddedNode.Door> doors = new ArrayList<>();
        for (String door : properties.get("doors").split(",", -1)) {
            String[] parts = door.split(":", -1);
            doors.add(new EmbeddedNode.Door(parts[0], Integer.parseInt(parts[1]), Integer.parseInt(parts[2])));
        }
        return new EmbeddedNode(
                Integer.parseInt(properties.get("id")),
                properties.get("cluster"),
                Arrays.stream(properties.get("controllers").split(",", -1))
                        .map(Integer::valueOf)
                        .toList(),
                Integer.parseInt(properties.get("port")),
                doors);
    }

    /** Where a process with these properties says what time it takes it to be. */
    static Path clockFile(Path properties) {
        return properties.resolveSibling(properties.getFileName() + ".clock");
    }

    /** Every second; the file's own time is the kernel's, whatever this process believes. */
    private static void sayTheTime(Path file) {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try {
            while (true) {
                Files.writeString(next, Instant.now().toString());
                Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
                TimeUnit.SECONDS.sleep(1);
            }
        } catch (IOException e) {
            LOGGER.atWarn().setCause(e).log("the time cannot be told");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void fatal(Throwable thrown) {
        boolean integrity = false;
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            integrity |= cause instanceof LedgerIntegrityException;
        }
        LOGGER.atError().setCause(thrown).addKeyValue("integrity", integrity).log("child ends by itself");
        Runtime.getRuntime().halt(integrity ? INTEGRITY : FAULT);
    }

    private static void watchInput(CountDownLatch started, CountDownLatch inputEnded) {
        try (InputStream in = System.in) {
            while (in.read() >= 0) {
                // Nothing is sent; whatever comes is not the end.
            }
        } catch (IOException e) {
            LOGGER.atWarn().setCause(e).log("standard input cannot be read");
        }
        if (started.getCount() > 0) {
            Runtime.getRuntime().halt(0);
        }
        inputEnded.countDown();
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private static void haltWhenShutdownTakesTooLong() {
        try {
            TimeUnit.SECONDS.sleep(SHUTDOWN_SECONDS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOGGER.atWarn().log("child did not shut down in time and is ended");
        Runtime.getRuntime().halt(0);
    }

    private static void close(AutoCloseable running) {
        try {
            running.close();
        } catch (Exception e) {
            LOGGER.atWarn().setCause(e).log("child did not close cleanly");
        }
    }
}

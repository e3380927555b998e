// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process of the ledger and its supervisor: while it is wanted it is started again whenever it ends, the sooner the
 * longer it ran. Safe for several threads.
 */
final class Child {
    private static final Logger LOGGER = LoggerFactory.getLogger(Child.class);
    private static final Duration BACK_OFF_MIN = Duration.ofMillis(500);
    private static final Duration BACK_OFF_MAX = Duration.ofSeconds(8);
    private static final Duration RAN_WELL = Duration.ofSeconds(30);
    private static final Duration STOP_MAX = Duration.ofSeconds(45);

    private final String name;
    private final Role role;
    private final Path directory;
    private final ScheduledExecutorService supervisor;
    private final Map<String, String> environment = new HashMap<>();
    private Process process;
    private boolean wanted;
    private boolean hurt;
    private boolean needsAHand;
    private int ownExits;
    private long startedNanos;
    private Duration backOff = BACK_OFF_MIN;

    Child(String name, Role role, Path directory, ScheduledExecutorService supervisor) {
        this.name = name;
        this.role = role;
        this.directory = directory;
        this.supervisor = supervisor;
    }

    String name() {
        return name;
    }

    Role role() {
        return role;
    }

    /** What its program is told at the next start. */
    void configure(Map<String, String> properties) throws IOException {
        Properties file = new Properties();
        file.putAll(new TreeMap<>(properties));
        try (var writer = Files.newBufferedWriter(properties())) {
            file.store(writer, null);
        }
    }

    private Path properties() {
        return directory.resolve(name + ".properties");
    }

    /** Variables of its environment from the next start on. */
    synchronized void environment(Map<String, String> variables) {
        environment.clear();
        environment.putAll(variables);
    }

    /** Starts it, and from now on again. */
    synchronized void start() {
        wanted = true;
        backOff = BACK_OFF_MIN;
        if (process == null || !process.isAlive()) {
            launch();
        }
    }

    private void launch() {
        hurt = false;
        startedNanos = System.nanoTime();
        ProcessBuilder builder = new ProcessBuilder(command());
        builder.environment().put("CLASSPATH", classPath());
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve(name + ".out").toFile()));
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Process started = process;
        var unused = started.onExit().thenAccept(this::ended);
        LOGGER.atInfo()
                .addKeyValue("child", name)
                .addKeyValue("pid", started.pid())
                .log("started");
    }

    private List<String> command() {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                role == Role.BROKER ? "-Xmx384m" : "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dfaults.log=" + directory.resolve(name + ".log"),
                "-Dfaults.level=" + (role == Role.BROKER ? "WARN" : "INFO"),
                "-Dlogback.configurationFile=io/tallystick/bench/faults/logback.xml"));
        command.addAll(
                List.of(ChildMain.class.getName(), role.word(), properties().toString()));
        return command;
    }

    private static String classPath() {
        List<String> absolute = new ArrayList<>();
        for (String element : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            absolute.add(Path.of(element).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, absolute);
    }

    private synchronized void ended(Process gone) {
        if (gone != process) {
            return;
        }
        if (wanted && !hurt) {
            ownExits++;
            needsAHand |= gone.exitValue() == ChildMain.INTEGRITY;
        }
        LOGGER.atInfo()
                .addKeyValue("child", name)
                .addKeyValue("status", gone.exitValue())
                .log("ended");
        if (!wanted) {
            return;
        }
        boolean ranWell = System.nanoTime() - startedNanos > RAN_WELL.toNanos();
        Duration wait = hurt || ranWell ? BACK_OFF_MIN : backOff;
        backOff = wait.multipliedBy(2).compareTo(BACK_OFF_MAX) < 0 ? wait.multipliedBy(2) : BACK_OFF_MAX;
        var unused = supervisor.schedule(this::relaunch, wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void relaunch() {
        if (wanted && !process.isAlive()) {
            launch();
        }
    }

    /**
     * SIGKILL; the supervisor starts it again.
     *
     * @return whether there was a process to kill
     */
    boolean kill() throws InterruptedException {
        Process killed;
        boolean alive;
        synchronized (this) {
            hurt = true;
            killed = process;
            alive = isAlive();
        }
        if (killed != null) {
            killed.destroyForcibly().waitFor();
        }
        return alive;
    }

    /** SIGKILL, and not started again before {@link #start}. */
    void killForGood() throws InterruptedException {
        synchronized (this) {
            wanted = false;
        }
        kill();
    }

    /** Clean shutdown, and not started again before {@link #start}. */
    void stop() throws InterruptedException {
        Process stopped;
        synchronized (this) {
            wanted = false;
            stopped = process;
        }
        if (stopped == null) {
            return;
        }
        try {
            stopped.getOutputStream().close();
        } catch (IOException e) {
            LOGGER.atInfo()
                    .addKeyValue("child", name)
                    .addKeyValue("error", e.toString())
                    .log("has no input any more");
        }
        if (!stopped.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
            LOGGER.atWarn().addKeyValue("child", name).log("did not stop in time");
            stopped.destroyForcibly().waitFor();
        }
    }

    /**
     * SIGSTOP, and SIGCONT after a while, both by one shell: a campaign that dies in between leaves no process stopped.
     *
     * @throws IOException if there was no process to stop, or none to continue
     */
    void pause(Duration lasts) throws IOException, InterruptedException {
        long pid;
        synchronized (this) {
            pid = process.pid();
        }
        String script = "kill -STOP " + pid + " || exit 1; sleep " + lasts.toMillis() / 1000.0 + "; kill -CONT " + pid;
        Process shell = new ProcessBuilder("/bin/sh", "-c", script)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve(name + ".out").toFile()))
                .start();
        if (shell.waitFor() != 0) {
            throw new IOException("process " + pid + " of " + name + " did not live to be stopped and continued");
        }
    }

    /** How far its wall clock is ahead of ours, as it last said. */
    Duration clockAhead() throws IOException {
        Path said = ChildMain.clockFile(properties());
        return Duration.between(Files.getLastModifiedTime(said).toInstant(), Instant.parse(Files.readString(said)));
    }

    synchronized boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Whether it ended because an invariant of the ledger was broken: no supervisor can mend that. */
    synchronized boolean needsAHand() {
        return needsAHand;
    }

    /** How often it ended without having been killed or stopped. */
    synchronized int ownExits() {
        return ownExits;
    }
}

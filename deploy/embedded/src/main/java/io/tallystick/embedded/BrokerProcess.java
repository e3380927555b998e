// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * An {@link EmbeddedBroker} in a JVM of its own, so that a fatal fault of the broker ends that process and not this one.
 *
 * <p>The child ends when this process does, however it ends: it watches its standard input, whose other end is here. It
 * ignores the signals HUP, INT and TERM, which terminals and service managers send to every process at once: the stages
 * need the broker until they have stopped. Its log is {@code broker.log} in its directory.
 *
 * <p>Safe for use by several threads.
 */
public final class BrokerProcess implements AutoCloseable {

    /** The lock's 20 s and a start on a machine that is busy with other things. */
    private static final long READY_SECONDS_MAX = 120;

    private static final long END_SECONDS_MAX = 15;
    private static final long LOG_BYTES_KEPT = 8L * 1024 * 1024;

    private final Process process;
    private final Path log;
    private final CompletableFuture<String> firstLine = new CompletableFuture<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private String clusterId = "";
    private String bootstrapServers = "";

    private BrokerProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts the process and returns when the broker takes requests.
     *
     * @param directory the broker's own; made if it is not there
     * @param onFatal called, on another thread and at most once, if the broker ends by itself after this method returned
     * @throws EmbeddedException if the broker does not start; the message is the child's
     */
    public static BrokerProcess start(
            Path directory, EmbeddedOptions options, Consumer<? super EmbeddedException> onFatal) {
        Path home = directory.toAbsolutePath();
        BrokerProcess broker;
        try {
            Files.createDirectories(home);
            Path log = home.resolve("broker.log");
            if (Files.exists(log) && Files.size(log) > LOG_BYTES_KEPT) {
                Files.move(log, home.resolve("broker.log.1"), StandardCopyOption.REPLACE_EXISTING);
            }
            broker = new BrokerProcess(launch(home, options, log), log);
        } catch (IOException e) {
            throw new EmbeddedException(
                    "The broker's process cannot be started in " + home + ": " + e
                            + ". Make the directory writable and check that Java can be started.",
                    e);
        }
        broker.listen();
        try {
            broker.awaitReady();
        } catch (RuntimeException e) {
            broker.kill();
            throw e;
        }
        broker.watch(onFatal);
        return broker;
    }

    private static Process launch(Path home, EmbeddedOptions options, Path log) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> command = new ArrayList<>();
        Path shell = Path.of("/bin/sh");
        if (Files.isExecutable(shell)) {
            // A JVM leaves a signal ignored that was ignored when it started.
            command.addAll(List.of(shell.toString(), "-c", "trap '' HUP INT TERM; exec \"$@\"", "sh"));
        }
        command.add(java.toString());
        command.add("-Xmx" + options.brokerHeapMegabytes() + "m");
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.add("-Djava.awt.headless=true");
        command.add("-Dlogback.configurationFile=io/tallystick/embedded/broker-logback.xml");
        command.add(BrokerMain.class.getName());
        command.add(home.toString());
        command.add(options.bindHost());
        command.add(options.advertisedHost());
        command.add(Integer.toString(options.brokerPort()));
        ProcessBuilder builder = new ProcessBuilder(command);
        // Not an argument: lists of processes stay readable.
        builder.environment().put("CLASSPATH", absoluteClassPath());
        builder.directory(home.toFile());
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        return builder.start();
    }

    private static String absoluteClassPath() {
        List<String> absolute = new ArrayList<>();
        for (String element : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            absolute.add(Path.of(element).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, absolute);
    }

    /** Reads the child's output to its end: a full pipe would stop the child. */
    private void listen() {
        Thread thread = new Thread(
                () -> {
                    try (BufferedReader reader =
                            new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
                        String line = reader.readLine();
                        firstLine.complete(line == null ? "" : line);
                        while (line != null) {
                            line = reader.readLine();
                        }
                    } catch (IOException e) {
                        firstLine.completeExceptionally(e);
                    }
                },
                "broker-output");
        thread.setDaemon(true);
        thread.start();
    }

    private void awaitReady() {
        String line;
        try {
            line = firstLine.get(READY_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new EmbeddedException(
                    "The broker was not ready after " + READY_SECONDS_MAX + " s. See " + log + " for the reason.", e);
        } catch (ExecutionException e) {
            throw new EmbeddedException("The broker's process cannot be read: " + e + ". See " + log + ".", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedException("Interrupted while the broker started. Start again.", e);
        }
        String[] words = line.split(" ", 3);
        if (words.length == 3 && words[0].equals(BrokerMain.READY)) {
            clusterId = words[1];
            bootstrapServers = words[2];
        } else if (line.startsWith(BrokerMain.FAILED + " ")) {
            throw new EmbeddedException(line.substring(BrokerMain.FAILED.length() + 1));
        } else {
            throw new EmbeddedException("The broker's process ended before it was ready. See " + log + " for why.");
        }
    }

    private void watch(Consumer<? super EmbeddedException> onFatal) {
        Thread thread = new Thread(
                () -> {
                    int status = process.onExit().join().exitValue();
                    if (!closing.get()) {
                        onFatal.accept(new EmbeddedException("The broker (process " + process.pid()
                                + ") ended by itself with status " + status + ". See " + log
                                + " for the reason, then start again: what was acknowledged is kept."));
                    }
                },
                "broker-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** {@code host:port} for {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** The cluster's id: 22 characters, the same for the life of the directory. */
    public String clusterId() {
        return clusterId;
    }

    /** The operating system's id of the broker's process. */
    public long pid() {
        return process.pid();
    }

    /** True until the broker's process has ended. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Where the broker's process logs. */
    public Path log() {
        return log;
    }

    /** Ends the process at once, as {@code kill -9} would, without a call of the listener. */
    void kill() {
        closing.set(true);
        process.destroyForcibly();
        awaitEnd();
    }

    /** Has the broker shut down cleanly, ends it if that takes over 15 s, and returns when it has ended. */
    @Override
    public void close() {
        closing.set(true);
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            process.destroyForcibly(); // the pipe cannot be closed: the child would not notice
        }
        if (!awaitEnd()) {
            process.destroyForcibly();
            if (!awaitEnd()) {
                throw new UncheckedIOException(new IOException("process " + process.pid() + " cannot be ended"));
            }
        }
    }

    private boolean awaitEnd() {
        try {
            return process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            return !process.isAlive();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.export.store.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** An exporter in a JVM of its own, which ends cleanly when its standard input does, and dies at a point if it has one. */
final class ExporterProcess implements AutoCloseable {
    private static final int FATAL = 1;
    private static final int END_SECONDS_MAX = 120;

    private final Process process;
    private final Path log;

    private ExporterProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts an exporter.
     *
     * @param directory for its configuration and log, which are replaced
     * @param point where it dies, if anywhere
     */
    static ExporterProcess start(Path directory, Map<String, String> configuration, Optional<HaltingStore.Point> point)
            throws IOException {
        Path file = directory.resolve("exporter.properties");
        Properties properties = new Properties();
        properties.putAll(configuration);
        try (OutputStream out = Files.newOutputStream(file)) {
            properties.store(out, null);
        }
        Path log = directory.resolve("exporter.log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ExporterProcess.class.getName(),
                file.toString()));
        point.ifPresent(given -> command.addAll(List.of(given.moment().name(), given.object())));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new ExporterProcess(process, log);
    }

    /** The child: configuration file, and moment and object of its death, if it has one. */
    public static void main(String[] args) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(Path.of(args[0]))) {
            properties.load(in);
        }
        Map<String, String> configuration = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> configuration.put(name, properties.getProperty(name)));
        UnaryOperator<ObjectStore> between = args.length == 1
                ? UnaryOperator.identity()
                : store ->
                        new HaltingStore(store, new HaltingStore.Point(HaltingStore.Moment.valueOf(args[1]), args[2]));
        ExportApplication application = new ExportApplication(
                new ExportConfig(configuration),
                new SimpleMeterRegistry(),
                fault -> Runtime.getRuntime().halt(FATAL),
                between);
        application.start();
        // Ends when the parent is gone, however it went.
        System.in.transferTo(OutputStream.nullOutputStream());
        application.close();
        System.exit(0);
    }

    /** Waits until it has ended, and returns its status; fails if that takes too long. */
    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("exporter has not ended; " + log());
        }
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        awaitEnd();
    }

    /** What it has logged. */
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return "no log: " + e;
        }
    }

    /** Ends it cleanly and returns its status. */
    int end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        return awaitEnd();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}

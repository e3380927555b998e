// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.anchor.AnchorApplication;
import io.tallystick.chain.ChainApplication;
import io.tallystick.ingest.IngestApplication;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Stages in a JVM of their own: their CPU time and memory can be told apart, and they can be killed.
 *
 * <pre>
 * arguments        stages with commas between them, then key=value for each setting
 * standard input   nothing; its end means: stop cleanly. It comes when the parent closes it or dies
 * standard output  one line, RUNNING, when every task of the sequencer runs
 * </pre>
 */
final class StageProcess implements AutoCloseable {
    static final String INGEST = "ingest";
    static final String CHAIN = "chain";
    static final String ANCHOR = "anchor";

    private static final String RUNNING = "RUNNING";
    /** As deploy/tally starts them. */
    private static final List<String> JVM = List.of("-XX:+UseSerialGC", "-Xmx768m", "-XX:+ExitOnOutOfMemoryError");

    private static final long END_SECONDS_MAX = 60;

    private final Process process;

    private StageProcess(Process process) {
        this.process = process;
    }

    /** Starts the process; returns at once. */
    static StageProcess start(Map<String, String> properties, String... stages) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.add(StageProcess.class.getName());
        command.add(String.join(",", stages));
        properties.forEach((key, value) -> command.add(key + "=" + value));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("CLASSPATH", absoluteClassPath());
        return new StageProcess(builder.start());
    }

    private static String absoluteClassPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(element -> Path.of(element).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /**
     * Returns when the sequencer runs; at once after a process without one.
     *
     * @throws IOException if the process has ended
     */
    StageProcess awaitRunning() throws IOException {
        String line = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8)).readLine();
        if (!RUNNING.equals(line)) {
            throw new IOException("a stage's process ended before it ran");
        }
        return this;
    }

    long pid() {
        return process.pid();
    }

    Cpu cpu() {
        return Cpu.of(pid());
    }

    /** As {@code kill -9}; returns when it is dead. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Stops it cleanly. */
    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("process " + pid() + " did not stop in " + END_SECONDS_MAX + " s");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Runs the stages until standard input ends. */
    public static void main(String[] arguments) throws Exception {
        Map<String, String> properties = new HashMap<>();
        for (String setting : Arrays.asList(arguments).subList(1, arguments.length)) {
            int equals = setting.indexOf('=');
            properties.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        Deque<AutoCloseable> running = new ArrayDeque<>();
        List<String> stages = List.of(arguments[0].split(",", -1));
        if (stages.contains(CHAIN)) {
            ChainApplication chain = Stages.chain(properties);
            running.push(chain);
            chain.start();
            while (!chain.isRunning()) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
        }
        if (stages.contains(ANCHOR)) {
            AnchorApplication anchor = Stages.anchor(properties);
            running.push(anchor);
            anchor.start();
        }
        if (stages.contains(INGEST)) {
            IngestApplication ingest = Stages.ingest(properties);
            running.push(ingest);
            ingest.start();
        }
        System.out.println(RUNNING);
        System.out.flush();
        awaitEnd(System.in);
        while (!running.isEmpty()) {
            running.pop().close();
        }
        Runtime.getRuntime().halt(0);
    }

    private static void awaitEnd(InputStream in) throws IOException {
        while (in.read() >= 0) {
            // The parent sends nothing; whatever comes is not the end.
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@code tally up} in a process of its own, to be killed. */
final class UpProcess implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofMinutes(3);

    private final Process process;
    private final Path log;

    private UpProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts the ledger on a data directory and waits until it is up. */
    static UpProcess start(Path data, Duration window) throws IOException {
        Path log = data.resolveSibling(data.getFileName() + ".log");
        Files.deleteIfExists(log);
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx768m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Tally.class.getName(),
                        "up",
                        "--data",
                        data.toString(),
                        "--window",
                        Long.toString(window.toSeconds())))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        UpProcess up = new UpProcess(process, log);
        try {
            await().atMost(START_MAX).until(() -> up.isUp() || !process.isAlive());
            assertThat(up.isUp()).as(up.log()).isTrue();
        } catch (RuntimeException | AssertionError e) {
            up.close();
            throw e;
        }
        return up;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL: nothing gets a chance to tidy up. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /**
     * SIGKILL for its broker alone.
     *
     * @return the exit code with which it ends for that reason
     */
    int killBroker() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).as(log()).isTrue();
        return process.exitValue();
    }

    /** SIGTERM; the time the process may take is limited. */
    void stop() throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(log()).isTrue();
    }

    /** Kills it and its broker if they still run, so that a test that fails leaves nothing behind. */
    @Override
    public void close() {
        List<ProcessHandle> all = Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(one -> one.onExit().join());
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private boolean isUp() {
        return log().contains(" is up");
    }
}

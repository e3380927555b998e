// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A sequencer in a process of its own that is ended, in one way or another, and started again at once. */
final class Patient implements AutoCloseable {
    private static final double MEBIBYTE = 1 << 20;

    /** What a dead process had in the air is visible, or aborted, by then; no JVM starts that fast. */
    private static final Duration SETTLED = Duration.ofMillis(250);

    /** How the process ends. */
    enum Ending {
        KILLED("kill -9"),
        STOPPED("clean restart"),
        STATE_LOST("kill -9, state lost");

        private final String text;

        Ending(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    private final Ledger ledger;
    private StageProcess process;

    /** Starts it; returns when it runs. */
    Patient(Ledger ledger) throws IOException {
        this.ledger = ledger;
        this.process = start().awaitRunning();
    }

    private StageProcess start() throws IOException {
        return StageProcess.start(ledger.chainProperties("0"), StageProcess.CHAIN);
    }

    /**
     * Ends it and starts it again.
     *
     * @param sightings of a ledger to which events come all the time
     * @return seconds from the end until an entry of the new process was visible
     */
    double recover(Ending ending, Sightings sightings, Duration max) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        if (ending == Ending.STOPPED) {
            process.close();
        } else {
            process.kill();
        }
        if (ending == Ending.STATE_LOST) {
            Rig.remove(ledger.stateDirectory("0"));
        }
        long ended = System.nanoTime();
        process = start();
        TimeUnit.NANOSECONDS.sleep(SETTLED.toNanos());
        long first = sightings.firstAfter(ended + SETTLED.toNanos(), max);
        process.awaitRunning();
        return (first - begun) / 1e9;
    }

    double residentMebibytes() {
        return Cpu.residentMebibytes(process.pid());
    }

    /** Of all files below. */
    static double mebibytes(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).mapToLong(Patient::size).sum() / MEBIBYTE;
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}

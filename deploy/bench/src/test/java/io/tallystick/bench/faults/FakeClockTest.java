// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FakeClockTest {
    private static final int WAITS = 10;
    private static final long WAIT_MS = 50;

    @TempDir
    private Path directory;

    @Test
    void timedWaitsLastWhileTheWallClockIsAnHourAhead() throws Exception {
        // Given
        assumeTrue(FakeClock.library().isPresent(), "libfaketime is not installed");
        FakeClock clock = new FakeClock(directory.resolve("offset"));
        clock.move(Duration.ofHours(1));
        ProcessBuilder waiting = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                Path.of(Waiting.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI())
                        .toString(),
                Waiting.class.getName());
        waiting.environment().putAll(clock.environment());
        // When
        Process process = waiting.start();
        String[] said = new String(process.getInputStream().readAllBytes(), UTF_8)
                .strip()
                .split(" ", -1);
        // Then
        assertThat(process.waitFor()).isZero();
        assertThat(Long.parseLong(said[0])).isGreaterThan(WAITS * WAIT_MS / 2);
        assertThat(Duration.ofMillis(Long.parseLong(said[1]) - System.currentTimeMillis()))
                .isCloseTo(Duration.ofHours(1), Duration.ofMinutes(5));
    }

    /** A program that says how many milliseconds its waits lasted, and the time. */
    static final class Waiting {
        private Waiting() {}

        public static void main(String[] args) {
            long begin = System.nanoTime();
            for (int wait = 0; wait < WAITS; wait++) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(WAIT_MS));
            }
            System.out.println(
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) + " " + System.currentTimeMillis());
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The wall clock of one process, moved by libfaketime while it runs. Clocks that measure durations are left alone, as an
 * administrator's or NTP's step leaves them.
 */
final class FakeClock {
    private static final List<Path> LIBRARIES = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"),
            Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"),
            Path.of("/usr/lib64/faketime/libfaketimeMT.so.1"),
            Path.of("/usr/lib/faketime/libfaketimeMT.so.1"));

    private final Path offset;

    /** @param offset file that holds the offset */
    FakeClock(Path offset) {
        this.offset = offset;
    }

    /** The library, where it is installed. */
    static Optional<Path> library() {
        return LIBRARIES.stream().filter(Files::isRegularFile).findFirst();
    }

    /**
     * What a process needs in its environment for its clock to be movable. The monotonic fix is off: libfaketime 0.9.10
     * takes it to be needed with this C library, and then every timed wait of a JVM returns at once, for good.
     */
    Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD", library().orElseThrow().toString(),
                "FAKETIME_TIMESTAMP_FILE", offset.toString(),
                "FAKETIME_CACHE_DURATION", "1",
                "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                "FAKETIME_FORCE_MONOTONIC_FIX", "0",
                "NO_FAKE_STAT", "1");
    }

    void move(Duration by) throws IOException {
        Files.writeString(offset, (by.isNegative() ? "" : "+") + by.toSeconds() + "\n");
    }
}

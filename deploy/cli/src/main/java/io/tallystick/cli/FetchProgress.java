// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.export.fetch.BucketFetch;
import java.io.PrintWriter;
import java.time.Duration;

/** A line now and then, while something is fetched for long. */
final class FetchProgress implements BucketFetch.Progress {
    private static final long EVERY_NS = Duration.ofSeconds(5).toNanos();

    private final PrintWriter err;
    private long last = System.nanoTime();

    FetchProgress(PrintWriter err) {
        this.err = err;
    }

    @Override
    public synchronized void at(int objects, int objectsAll, long bytes, long bytesAll) {
        long now = System.nanoTime();
        if (now - last >= EVERY_NS) {
            last = now;
            err.println("  " + objects + " of " + objectsAll + " objects, " + mebibytes(bytes) + " of "
                    + mebibytes(bytesAll) + " MiB");
            err.flush();
        }
    }

    static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.verify.ExitCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Waits until what was produced is in committed bundles. */
final class BundleWait {
    private static final long POLL_MS = 250;

    private final Path bucket;
    private final AtomicReference<Throwable> fatal;
    private final Duration timeout;

    /**
     * @param fatal set when a stage has ended by itself
     * @param timeout how long to wait
     */
    BundleWait(Path bucket, AtomicReference<Throwable> fatal, Duration timeout) {
        this.bucket = bucket;
        this.fatal = fatal;
        this.timeout = timeout;
    }

    /** @throws CommandException if a stage ended, or the time is over */
    void await(List<SampleProducer.Produced> produced) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        for (SampleProducer.Produced one : produced) {
            while (!isSealed(one)) {
                Throwable fault = fatal.get();
                if (fault != null) {
                    throw new CommandException(
                            ExitCode.INTERNAL,
                            "a stage ended: " + fault.getMessage(),
                            "Run again with --debug and report what it prints.",
                            fault);
                }
                if (System.nanoTime() > deadline) {
                    throw new CommandException(
                            ExitCode.UNREACHABLE,
                            "after " + timeout.toSeconds() + " s the bundles of "
                                    + one.tenant().tenant() + " hold " + sealed(one) + " of " + one.all() + " records",
                            "The machine may be very busy: try again with a longer --timeout.");
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MS);
            }
        }
    }

    private boolean isSealed(SampleProducer.Produced produced) {
        return sealed(produced) >= produced.all();
    }

    private long sealed(SampleProducer.Produced produced) {
        BundleCounts counts = BundleCounts.of(bucket, produced.tenant().tenant());
        return counts.accepted() + counts.rejected();
    }
}

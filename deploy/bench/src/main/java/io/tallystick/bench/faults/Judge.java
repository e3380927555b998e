// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import io.tallystick.bench.faults.check.Checker;
import io.tallystick.bench.faults.check.Findings;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the checker beside the campaign: every record is judged within a moment of its being there. */
final class Judge {
    private static final Logger LOGGER = LoggerFactory.getLogger(Judge.class);

    /** What has been checked. */
    record Totals(long entries, long acknowledged, long due, long checkpoints, long windows) {}

    private final Checker checker;
    private final Thread thread = new Thread(this::run, "judge");
    private volatile Map<String, Long> covered = Map.of();
    private volatile Totals totals = new Totals(0, 0, 0, 0, 0);
    private volatile Throwable failure;
    private volatile boolean stopped;

    Judge(Checker checker) {
        this.checker = checker;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!stopped) {
                checker.turn();
                publish();
            }
        } catch (IOException | RuntimeException e) {
            LOGGER.atError().setCause(e).log("the checker cannot go on");
            failure = e;
        }
    }

    private void publish() {
        covered = checker.audit().covered();
        totals = new Totals(
                checker.audit().entries(),
                checker.audit().acknowledged(),
                checker.audit().due(),
                checker.audit().checkpoints(),
                checker.audit().windows());
    }

    /** Per chain the source offset up to which entries account for everything. */
    Map<String, Long> covered() {
        return covered;
    }

    Totals totals() {
        return totals;
    }

    Findings findings() {
        return checker.audit().findings();
    }

    /** @throws IllegalStateException if the checker could not go on */
    void requireAlive() {
        if (failure != null) {
            throw new IllegalStateException("the checker cannot go on", failure);
        }
    }

    /** After the last record: reads to the ends and counts what is still due as lost. False if the ends are out of reach. */
    boolean finish(Duration patience) throws IOException, InterruptedException {
        stop();
        requireAlive();
        boolean reached = checker.readToEnds(patience);
        if (reached) {
            checker.audit().finish();
        }
        publish();
        return reached;
    }

    /** Ends the thread; what was found stays. */
    void stop() throws InterruptedException {
        stopped = true;
        thread.join();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import io.tallystick.bench.simulate.Judge.Violation;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One seed from its beginning to the verdict: a time of load and faults, then a time to settle. */
final class History {
    /** Whatever was sent before faults stopped has landed or failed by then. */
    private static final long SETTLES_MS = 35_000;

    private static final long SETTLED_BY_MS = 150_000;
    private static final long LOOKS_MS = 5_000;

    /**
     * How it ended.
     *
     * @param violation what did not hold
     * @param steps events that happened
     * @param messages messages that landed in {@code ledger.ingest}
     * @param entries entries that were checked
     * @param simulatedMs how long it took
     * @param halted chains that ended halted
     * @param faults by kind
     * @param trace what happened, if it was traced
     */
    record Result(
            long seed,
            Optional<String> violation,
            long steps,
            long messages,
            long entries,
            long simulatedMs,
            long halted,
            Map<Fault, Long> faults,
            List<String> trace) {}

    private final long seed;
    private final World world;
    private final long faultsEnd;

    private History(long seed, Mutant mutant, boolean traced) {
        this.seed = seed;
        this.world = new World(seed, mutant, traced);
        this.faultsEnd = world.chance.between(30_000, 110_000);
    }

    static Result run(long seed, Mutant mutant, boolean traced) {
        return new History(seed, mutant, traced).run();
    }

    private Result run() {
        Judge judge = new Judge(world);
        Optional<String> violation;
        try {
            begin();
            world.time.runTo(faultsEnd);
            stopFaults();
            settle(judge);
            judge.check();
            violation = Optional.empty();
        } catch (Violation | RuntimeException e) {
            // Whatever the cores throw is a violation, too: nothing that happens here breaks their contracts.
            violation = Optional.of(e instanceof Violation ? e.getMessage() : e.toString());
        }
        return new Result(
                seed,
                violation,
                world.time.steps(),
                world.ingest.landings.size(),
                judge.entries(),
                world.time.now(),
                halted(),
                world.faults.counts(),
                world.trace.lines());
    }

    private void begin() {
        int instances = 2 + world.chance.below(2);
        for (int i = 0; i < instances; i++) {
            world.startSession();
        }
        Mishaps mishaps = new Mishaps(world, faultsEnd);
        for (Source source : world.sources) {
            world.load.plan(source, faultsEnd);
            world.time.in(world.chance.between(1, 2_000), () -> world.group.assign(source, world.anyAlive()));
            if (world.chance.oneIn(2)) {
                world.operator.clearHalts(source);
            }
        }
        int faults = 5 + world.chance.below(30);
        for (int i = 0; i < faults; i++) {
            world.time.in(
                    world.chance.between(2_000, faultsEnd - 1),
                    () -> world.faults.next().ifPresent(mishaps::happen));
        }
    }

    /** Everything works again, and most operators have done what they must; some sources get one more record. */
    private void stopFaults() {
        world.trace.say("fault", () -> "no more");
        world.faults.stop();
        for (Source source : world.sources) {
            if (source.log().isEmpty()) {
                source.create(0);
            }
            source.latest().finishAll(true);
            world.operator.resume(source);
            if (!world.chance.oneIn(5)) {
                world.operator.rebind(source);
            }
            if (!world.chance.oneIn(3)) {
                world.load.last(source);
            }
            lookAfter(source);
        }
    }

    /** An operator who is alerted repeats what may have been lost. */
    private void lookAfter(Source source) {
        world.time.in(10_000, () -> {
            world.operator.rebindAgain(source);
            lookAfter(source);
        });
    }

    private void settle(Judge judge) {
        world.time.runTo(faultsEnd + SETTLES_MS);
        while (!judge.isSettled() && world.time.now() < faultsEnd + SETTLED_BY_MS) {
            world.time.runTo(world.time.now() + LOOKS_MS);
        }
    }

    private long halted() {
        return world.sources.stream()
                .filter(source -> world.sequencer
                        .committed(source)
                        .flatMap(state -> state.halt())
                        .isPresent())
                .count();
    }
}

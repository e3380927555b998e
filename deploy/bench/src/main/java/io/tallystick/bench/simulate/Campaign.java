// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Many histories, each alone, on several threads; and the sums over them. */
final class Campaign {
    /** How many violations are kept. */
    private static final int KEPT_MAX = 10;

    /** Sums over histories. */
    static final class Figures {
        final Map<Fault, Long> faults = new EnumMap<>(Fault.class);
        final List<History.Result> violations = new ArrayList<>();
        long seeds;
        long steps;
        long messages;
        long entries;
        long simulatedMs;
        long halted;
        long violated;

        private void add(History.Result result) {
            seeds++;
            steps += result.steps();
            messages += result.messages();
            entries += result.entries();
            simulatedMs += result.simulatedMs();
            halted += result.halted();
            result.faults().forEach((fault, count) -> faults.merge(fault, count, Long::sum));
            if (result.violation().isPresent()) {
                violated++;
                if (violations.size() < KEPT_MAX) {
                    violations.add(result);
                }
            }
        }

        private void add(Figures that) {
            seeds += that.seeds;
            steps += that.steps;
            messages += that.messages;
            entries += that.entries;
            simulatedMs += that.simulatedMs;
            halted += that.halted;
            violated += that.violated;
            that.faults.forEach((fault, count) -> faults.merge(fault, count, Long::sum));
            violations.addAll(that.violations);
        }
    }

    private Campaign() {}

    /** Runs all seeds of {@code [first, first + count)}. */
    static Figures run(long first, long count, int threads) {
        AtomicLong next = new AtomicLong(first);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Figures>> parts = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                parts.add(pool.submit(() -> part(next, first + count)));
            }
            Figures sum = new Figures();
            for (Future<Figures> part : parts) {
                sum.add(part.get());
            }
            return sum;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the simulation itself broke", e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    private static Figures part(AtomicLong next, long end) {
        Figures figures = new Figures();
        for (long seed = next.getAndIncrement(); seed < end; seed = next.getAndIncrement()) {
            figures.add(History.run(seed, Mutant.NONE, false));
        }
        return figures;
    }

    /** The first of the seeds at which this mutant is found, if it is. */
    static Optional<History.Result> find(Mutant mutant, long first, long count) {
        for (long seed = first; seed < first + count; seed++) {
            History.Result result = History.run(seed, mutant, false);
            if (result.violation().isPresent()) {
                return Optional.of(result);
            }
        }
        return Optional.empty();
    }

    /** The seed of a result, if there is one. */
    static OptionalLong seed(Optional<History.Result> result) {
        return result.map(found -> OptionalLong.of(found.seed())).orElseGet(OptionalLong::empty);
    }
}

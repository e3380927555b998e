// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleBiFunction;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Speed of something that works through a known number of records: from the moment it has done a fifth until it has done nearly
 * all, so that neither its start nor its last, small batches count.
 */
final class Gauge {
    private static final double FROM = 0.2;
    private static final double TO = 0.97;
    private static final Duration STALLED = Duration.ofMinutes(2);

    private final Pattern threads;
    private final Rig rig;

    /**
     * @param rig whose broker's CPU time is read
     * @param threads names of the threads whose CPU time is told apart
     */
    Gauge(Rig rig, Pattern threads) {
        this.rig = rig;
        this.threads = threads;
    }

    /**
     * What was measured.
     *
     * @param perSecond records a second
     * @param thread CPU microseconds a record of the threads asked for
     * @param client of this JVM, which runs what is measured and little else
     * @param broker of the broker's JVM
     * @param counted a second, of what was counted beside
     */
    record Speed(double perSecond, double thread, double client, double broker, double counted) {
        /** Records that shared a transaction, if those were counted. */
        double recordsOfCommit() {
            return perSecond / counted;
        }

        /** Records a second of each beside those of the baseline in the same round: the median. */
        static double ratio(List<Speed> subjects, List<Speed> baseline) {
            return ratio(subjects, baseline, (subject, base) -> subject.perSecond / base.perSecond);
        }

        /** The same of the CPU time of the threads: above 1 is less of it than the baseline. */
        static double threadRatio(List<Speed> subjects, List<Speed> baseline) {
            return ratio(subjects, baseline, (subject, base) -> base.thread / subject.thread);
        }

        private static double ratio(
                List<Speed> subjects, List<Speed> baseline, ToDoubleBiFunction<Speed, Speed> ratio) {
            double[] ratios = IntStream.range(0, subjects.size())
                    .mapToDouble(round -> ratio.applyAsDouble(subjects.get(round), baseline.get(round)))
                    .toArray();
            return Median.quantile(ratios, 0.5);
        }
    }

    private record Reading(long done, long counted, long nanos, Cpu thread, Cpu client, Cpu broker) {}

    /**
     * Watches until nearly all is done.
     *
     * @param done records dealt with
     * @param counted something else that grows
     * @param all records there are
     * @throws IllegalStateException if nothing happens for two minutes
     */
    Speed watch(LongSupplier done, LongSupplier counted, long all) throws InterruptedException {
        return watch(done, counted, all, () -> {});
    }

    /**
     * As {@link #watch}, and prints where the threads spent their time meanwhile.
     *
     * @param what is measured, in words
     */
    Speed profile(LongSupplier done, LongSupplier counted, long all, String what, PrintWriter out)
            throws InterruptedException {
        Profile[] running = new Profile[1];
        Speed speed = watch(done, counted, all, () -> running[0] = Profile.start(threads));
        running[0].end();
        running[0].print(what, out);
        return speed;
    }

    private Speed watch(LongSupplier done, LongSupplier counted, long all, Runnable begun) throws InterruptedException {
        Reading first = await(done, counted, (long) (all * FROM));
        begun.run();
        Reading last = await(done, counted, (long) (all * TO));
        long records = last.done - first.done;
        double seconds = (last.nanos - first.nanos) / 1e9;
        return new Speed(
                records / seconds,
                last.thread.microsSince(first.thread, records),
                last.client.microsSince(first.client, records),
                last.broker.microsSince(first.broker, records),
                (last.counted - first.counted) / seconds);
    }

    private Reading await(LongSupplier done, LongSupplier counted, long wanted) throws InterruptedException {
        long seen = -1;
        long deadline = System.nanoTime() + STALLED.toNanos();
        while (true) {
            long now = done.getAsLong();
            if (now >= wanted) {
                return new Reading(
                        now,
                        counted.getAsLong(),
                        System.nanoTime(),
                        Cpu.ofThreads(threads),
                        Cpu.ofThisProcess(),
                        rig.brokerCpu());
            }
            if (now > seen) {
                seen = now;
                deadline = System.nanoTime() + STALLED.toNanos();
            } else if (System.nanoTime() > deadline) {
                throw new IllegalStateException("stands still at " + now + " of " + wanted + " records");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}

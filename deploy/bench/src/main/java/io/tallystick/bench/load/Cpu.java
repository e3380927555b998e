// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * CPU time used until now by a process, or by some threads of this one. Kernel and user time; of a process to 10 ms, and, where
 * the system is Linux, without the compiler threads of its JVM: what they do ends by itself, and would be charged to whoever
 * runs first.
 *
 * @param used since it began
 */
record Cpu(Duration used) {
    /** Of {@code /proc/<pid>/task/<tid>/stat}, counted from the field after the name; proc(5). */
    private static final int USER_TICKS = 11;

    private static final long TICK_MS = 10;

    /** @throws IllegalStateException if there is no such process, or the system does not tell */
    static Cpu of(long pid) {
        Duration all = ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElseThrow(() -> new IllegalStateException("no CPU time of process " + pid));
        return new Cpu(all.minus(compilers(pid)));
    }

    private static Duration compilers(long pid) {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            return tasks.map(Cpu::compiler).reduce(Duration.ZERO, Duration::plus);
        } catch (IOException e) {
            return Duration.ZERO;
        }
    }

    private static Duration compiler(Path task) {
        try {
            String stat = Files.readString(task.resolve("stat"));
            if (!stat.contains("CompilerThre")) {
                return Duration.ZERO;
            }
            // The fields after the name, which may hold anything: state is the third of all.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long ticks = Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[USER_TICKS + 1]);
            return Duration.ofMillis(ticks * TICK_MS);
        } catch (IOException e) {
            // It has ended since it was listed.
            return Duration.ZERO;
        }
    }

    static Cpu ofThisProcess() {
        return of(ProcessHandle.current().pid());
    }

    /** Of all threads of this process with such names, together. */
    static Cpu ofThreads(Pattern names) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long nanos = Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread ->
                        thread != null && names.matcher(thread.getThreadName()).matches())
                .mapToLong(thread -> Math.max(0, threads.getThreadCpuTime(thread.getThreadId())))
                .sum();
        return new Cpu(Duration.ofNanos(nanos));
    }

    /** Microseconds for each record from {@code before} to this. */
    double microsSince(Cpu before, long records) {
        return used.minus(before.used).toNanos() / 1e3 / records;
    }

    /** Resident memory of a process in MiB, where the system is Linux; else not a number. */
    static double residentMebibytes(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0)
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}

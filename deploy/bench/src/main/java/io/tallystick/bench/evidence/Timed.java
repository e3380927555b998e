// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.evidence;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.ToDoubleFunction;

/**
 * One run of a process.
 *
 * @param wall seconds
 * @param cpu seconds of the process and its children, user and system
 * @param peakMegabytes largest resident set of the process itself, as far as it was seen; 0 if unknown
 */
record Timed(int exitCode, double wall, double cpu, double peakMegabytes) {
    private static final int POLL_MS = 20;

    /** Runs the command, its output thrown away, timed by bash. */
    static Timed run(List<String> command) throws IOException, InterruptedException {
        Path times = Files.createTempFile("bench", "times");
        try {
            List<String> timed = new ArrayList<>(List.of(
                    "bash",
                    "-c",
                    "TIMEFORMAT='%R %U %S'; exec 3>&2; { time \"$@\" >/dev/null 2>&3; } 2>" + times,
                    "bash"));
            timed.addAll(command);
            Process process = new ProcessBuilder(timed)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            double peak = 0;
            while (!process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
                peak = Math.max(
                        peak,
                        process.descendants().mapToDouble(Timed::resident).max().orElse(0));
            }
            String[] parts = Files.readString(times).trim().split(" ", 3);
            return new Timed(
                    process.exitValue(),
                    Double.parseDouble(parts[0]),
                    Double.parseDouble(parts[1]) + Double.parseDouble(parts[2]),
                    peak);
        } finally {
            Files.delete(times);
        }
    }

    /**
     * One run in this JVM; its CPU seconds are those of the calling thread alone.
     *
     * @param work gives the exit code
     */
    static Timed here(IntSupplier work) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long cpu = threads.getCurrentThreadCpuTime();
        long wall = System.nanoTime();
        int exitCode = work.getAsInt();
        return new Timed(
                exitCode, (System.nanoTime() - wall) / 1e9, (threads.getCurrentThreadCpuTime() - cpu) / 1e9, 0);
    }

    private static double resident(ProcessHandle process) {
        try {
            String status =
                    Files.readString(Path.of("/proc", String.valueOf(process.pid()), "status"), StandardCharsets.UTF_8);
            return status.lines()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0; // it has ended, or this is no Linux
        }
    }

    static double median(List<Timed> runs, ToDoubleFunction<Timed> value) {
        double[] sorted = runs.stream().mapToDouble(value).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}

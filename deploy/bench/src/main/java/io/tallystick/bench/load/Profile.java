// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where threads spend their time: samples of their stacks, taken by another thread.
 *
 * <p>Samples are taken at safepoints, so a short method that was inlined may be counted as its caller. Good enough to see what
 * costs a tenth.
 */
final class Profile {
    private static final long INTERVAL_MS = 4;
    private static final int FRAMES_MAX = 30;
    private static final int PATH_LENGTH = 6;
    private static final List<String> WAITING = List.of("poll", "epollWait", "park", "wait", "sleep", "accept");

    private final Pattern threads;
    private final Map<String, Integer> leaves = new HashMap<>();
    private final Map<String, Integer> paths = new HashMap<>();
    private final Map<String, Integer> inclusive = new HashMap<>();
    private final Thread sampler = new Thread(this::sample, "profile");
    private int samples;
    private int idle;
    private volatile boolean ended;

    private Profile(Pattern threads) {
        this.threads = threads;
    }

    /** Begins to sample the threads with such names. */
    static Profile start(Pattern threads) {
        Profile profile = new Profile(threads);
        profile.sampler.setDaemon(true);
        profile.sampler.start();
        return profile;
    }

    private void sample() {
        while (!ended) {
            for (Map.Entry<Thread, StackTraceElement[]> thread :
                    Thread.getAllStackTraces().entrySet()) {
                if (threads.matcher(thread.getKey().getName()).matches() && thread.getValue().length > 0) {
                    count(thread.getValue());
                }
            }
            try {
                TimeUnit.MILLISECONDS.sleep(INTERVAL_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void count(StackTraceElement[] stack) {
        samples++;
        if (WAITING.contains(stack[0].getMethodName())) {
            idle++;
            return;
        }
        leaves.merge(frame(stack[0]), 1, Integer::sum);
        paths.merge(
                Arrays.stream(stack).limit(PATH_LENGTH).map(Profile::frame).collect(Collectors.joining(" < ")),
                1,
                Integer::sum);
        Set<String> seen = new HashSet<>();
        for (StackTraceElement element : stack) {
            if (seen.add(frame(element))) {
                inclusive.merge(frame(element), 1, Integer::sum);
            }
        }
    }

    private static String frame(StackTraceElement element) {
        String type = element.getClassName();
        return type.substring(type.lastIndexOf('.') + 1) + "." + element.getMethodName();
    }

    /** Ends the sampling. */
    void end() throws InterruptedException {
        ended = true;
        sampler.join();
    }

    /** Prints the frames found most often, alone and with what they called; to be called after {@link #end}. */
    void print(String title, PrintWriter out) {
        out.println();
        out.println(title + ": " + samples + " samples of threads " + threads + ", " + idle + " of them waiting");
        print("on top of the stack", leaves, out);
        print("on top, with its callers", paths, out);
        print("anywhere on the stack", inclusive, out);
        out.flush();
    }

    private void print(String title, Map<String, Integer> counts, PrintWriter out) {
        int busy = Math.max(1, samples - idle);
        out.println("  " + title);
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .limit(FRAMES_MAX)
                .forEach(entry -> out.println(
                        String.format(Locale.ROOT, "  %5.1f%%  %s", 100.0 * entry.getValue() / busy, entry.getKey())));
    }
}

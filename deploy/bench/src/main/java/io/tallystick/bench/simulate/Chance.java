// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import java.util.List;
import java.util.SplittableRandom;

/** The random sequence of one seed. */
final class Chance {
    private final SplittableRandom random;

    Chance(long seed) {
        random = new SplittableRandom(seed);
    }

    /** True once in so many calls. */
    boolean oneIn(int calls) {
        return random.nextInt(calls) == 0;
    }

    /** True this often in a hundred calls. */
    boolean percent(int often) {
        return random.nextInt(100) < often;
    }

    /** From 0 to {@code end - 1}. */
    int below(int end) {
        return random.nextInt(end);
    }

    /** From {@code first} to {@code last}, both included. */
    long between(long first, long last) {
        return random.nextLong(first, last + 1);
    }

    <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import java.util.Arrays;
import java.util.Collection;
import java.util.function.ToDoubleFunction;

/** Middle and other quantiles of measurements. */
final class Median {
    private Median() {}

    /** Not a number if there are none. */
    static <T> double of(Collection<T> samples, ToDoubleFunction<T> value) {
        return quantile(samples.stream().mapToDouble(value).toArray(), 0.5);
    }

    /** The smallest sample that at least this share of all does not exceed; the mean of two middle ones for a median. */
    static double quantile(double[] samples, double share) {
        if (samples.length == 0) {
            return Double.NaN;
        }
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        if (share == 0.5 && sorted.length % 2 == 0) {
            return (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
        }
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.max(0, rank - 1)];
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.kernel;

import io.tallystick.json.JsonNumber;
import io.tallystick.json.JsonObject;
import java.util.Locale;
import java.util.Optional;

/**
 * One kernel's speed beside its baseline's, from the same run.
 *
 * @param group the class of kernels
 * @param kernel the method
 * @param form the form of the input, if there are several
 * @param unit of {@code score} and {@code baseline}: MB/s or 1/s
 * @param score higher is better
 * @param error half of the distance between the slowest fork and the fastest, in the same unit; not a number of one fork
 * @param baseline speed of plain SHA-256 over the same bytes
 * @param allocated bytes allocated for an event, entry or leaf; not a number if unknown
 */
record Measurement(
        String group,
        String kernel,
        Optional<String> form,
        String unit,
        double score,
        double error,
        double baseline,
        double allocated) {
    static final String HEADER =
            row("kernel", "input", "speed", "+/-", "unit", "baseline", "ratio", "wanted", "B/event");

    /** 1 is as fast as the baseline, 0.5 half as fast. */
    double ratio() {
        return score / baseline;
    }

    String name() {
        return group + "." + kernel;
    }

    /** The least ratio; not a number if nothing is wanted. The reasons are in the module's README. */
    double wanted() {
        boolean spaced = form.filter("spaced"::equals).isPresent();
        return switch (name()) {
            case "admit.decodeAndAdmit", "payload.scan" -> 0.5;
            // Whitespace is copied around, which the baseline does not do.
            case "payload.scanAndMinify" -> spaced ? Double.NaN : 0.5;
            case "payload.scanMinifyAndCommit" -> spaced ? Double.NaN : 0.35;
            case "tree.append" -> 0.7;
            default -> Double.NaN;
        };
    }

    String row() {
        return row(
                name(),
                form.orElse(""),
                number("%,.0f", score),
                Double.isNaN(error) ? "?" : number("%,.0f", error),
                unit,
                number("%,.0f", baseline),
                number("%.2f", ratio()),
                Double.isNaN(wanted()) ? "" : number("%.2f", wanted()),
                Double.isNaN(allocated) ? "?" : number("%,.0f", allocated));
    }

    JsonObject json() {
        JsonObject.Builder json = JsonObject.builder()
                .put("group", group)
                .put("kernel", kernel)
                .put("form", form)
                .put("unit", unit)
                .put("score", rounded(score))
                .put("baseline", rounded(baseline))
                .put("ratio", rounded(ratio()));
        if (!Double.isNaN(wanted())) {
            json.put("wanted", rounded(wanted()));
        }
        if (!Double.isNaN(error)) {
            json.put("error", rounded(error));
        }
        if (!Double.isNaN(allocated)) {
            json.put("allocatedBytes", rounded(allocated));
        }
        return json.build();
    }

    private static JsonNumber rounded(double value) {
        return JsonNumber.of(Math.rint(value * 1000) / 1000);
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static String row(
            String kernel,
            String form,
            String speed,
            String error,
            String unit,
            String baseline,
            String ratio,
            String wanted,
            String allocated) {
        return String.format(
                Locale.ROOT,
                "%-36s %-10s %12s %10s %-5s %12s %6s %6s %8s",
                kernel,
                form,
                speed,
                error,
                unit,
                baseline,
                ratio,
                wanted,
                allocated);
    }
}

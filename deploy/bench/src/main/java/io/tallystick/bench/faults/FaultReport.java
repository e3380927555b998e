// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import io.tallystick.bench.faults.check.Finding;
import io.tallystick.bench.faults.check.Findings;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonNumber;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonString;
import io.tallystick.json.JsonValue;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a campaign ended.
 *
 * @param options what was asked for
 * @param skipped kinds that cannot be done here, and why
 * @param episodes what happened
 * @param totals what was checked
 * @param findings what the checker found
 * @param ownExits how often each process ended by itself and was started again
 * @param failures why the campaign failed; empty if it passed
 * @param took all of it
 */
record FaultReport(
        Campaign.Options options,
        List<String> skipped,
        List<Episode> episodes,
        Judge.Totals totals,
        Findings findings,
        Map<String, Integer> ownExits,
        List<String> failures,
        Duration took) {

    private static final String PAIR = "two at once";
    private static final double MEDIAN = 0.5;
    private static final double P95 = 0.95;

    FaultReport {
        skipped = List.copyOf(skipped);
        episodes = List.copyOf(episodes);
        ownExits = new TreeMap<>(ownExits);
        failures = List.copyOf(failures);
    }

    boolean passed() {
        return failures.isEmpty() && findings.isEmpty();
    }

    /** Faults that were done as planned. */
    int faults() {
        return episodes.stream().mapToInt(Episode::done).sum();
    }

    private List<String> undone() {
        return episodes.stream().flatMap(episode -> episode.undone().stream()).toList();
    }

    private Map<String, List<Episode>> byTitle() {
        Map<String, List<Episode>> rows = new TreeMap<>();
        for (Episode episode : episodes) {
            String title =
                    episode.faults().size() > 1 ? PAIR : episode.faults().get(0).title();
            rows.computeIfAbsent(title, t -> new ArrayList<>()).add(episode);
        }
        return rows;
    }

    private static List<Double> seconds(List<Episode> episodes) {
        return episodes.stream()
                .flatMap(episode -> episode.recovered().stream())
                .map(recovered -> recovered.toMillis() / 1e3)
                .sorted()
                .toList();
    }

    /** The least value that this part of all does not exceed. */
    private static double quantile(List<Double> sorted, double part) {
        return sorted.isEmpty() ? Double.NaN : sorted.get((int) Math.ceil(part * sorted.size()) - 1);
    }

    void print(PrintWriter out) {
        out.println();
        out.printf(
                Locale.ROOT, "%-24s %6s %9s %9s %9s %9s%n", "fault", "times", "running", "median s", "p95 s", "max s");
        byTitle().forEach((title, of) -> row(out, title, of));
        row(out, "all (" + faults() + " faults)", episodes);
        out.printf(
                Locale.ROOT,
                "%nlost %d  duplicated %d  reordered %d  forked %d  altered %d  irregular %d%n",
                findings.count(Finding.Kind.LOST),
                findings.count(Finding.Kind.DUPLICATED),
                findings.count(Finding.Kind.REORDERED),
                findings.count(Finding.Kind.FORKED),
                findings.count(Finding.Kind.ALTERED),
                findings.count(Finding.Kind.IRREGULAR));
        out.printf(
                Locale.ROOT,
                "%,d entries checked, %,d acknowledged records found in them; seed %d, %d broker(s), %d min%n",
                totals.entries(),
                totals.acknowledged(),
                options.seed(),
                options.brokers(),
                took.toMinutes());
        if (options.anchored()) {
            out.printf(
                    Locale.ROOT,
                    "%,d checkpoints checked, %,d windows sealed one after the other%n",
                    totals.checkpoints(),
                    totals.windows());
        }
        out.printf(
                Locale.ROOT,
                "%d of %d faults done, %d not as planned; kinds skipped: %s%n",
                faults(),
                options.faults(),
                undone().size(),
                skipped.isEmpty() ? "none" : String.join("; ", skipped));
        out.println("ended by themselves and started again: " + ownExits);
        findings.first().stream().limit(20).forEach(finding -> out.println("FOUND " + finding));
        failures.forEach(failure -> out.println("FAILED " + failure));
        out.println(passed() ? "PASSED" : "FAILED");
        out.flush();
    }

    private static void row(PrintWriter out, String title, List<Episode> of) {
        List<Double> seconds = seconds(of);
        out.printf(
                Locale.ROOT,
                "%-24s %6d %9d %9.1f %9.1f %9.1f%n",
                title,
                of.size(),
                seconds.size(),
                quantile(seconds, MEDIAN),
                quantile(seconds, P95),
                quantile(seconds, 1));
    }

    JsonObject json() {
        JsonObject.Builder kinds = JsonObject.builder();
        byTitle().forEach((title, of) -> kinds.put(title, summary(of)));
        JsonObject.Builder found = JsonObject.builder();
        for (Finding.Kind kind : Finding.Kind.values()) {
            found.put(kind.name().toLowerCase(Locale.ROOT), findings.count(kind));
        }
        JsonObject.Builder exits = JsonObject.builder();
        ownExits.forEach((child, times) -> exits.put(child, times));
        return JsonObject.builder()
                .put("brokers", options.brokers())
                .put("checkpoints", totals.checkpoints())
                .put("entries", totals.entries())
                .put("acknowledged", totals.acknowledged())
                .put(
                        "episodes",
                        new JsonArray(episodes.stream()
                                .<JsonValue>map(FaultReport::json)
                                .toList()))
                .put("exits", exits.build())
                .put("failures", JsonArray.ofStrings(failures))
                .put("faults", faults())
                .put(
                        "findings",
                        JsonArray.ofStrings(
                                findings.first().stream().map(Finding::toString).toList()))
                .put("found", found.build())
                .put("kinds", kinds.build())
                .put("notAsPlanned", JsonArray.ofStrings(undone()))
                .put("passed", passed())
                .put("rate", options.rate())
                .put("seconds", took.toSeconds())
                .put("planned", options.faults())
                .put("seed", Long.toString(options.seed()))
                .put("skipped", JsonArray.ofStrings(skipped))
                .put("windows", totals.windows())
                .build();
    }

    private static JsonObject summary(List<Episode> of) {
        List<Double> seconds = seconds(of);
        JsonObject.Builder json =
                JsonObject.builder().put("running", seconds.size()).put("times", of.size());
        if (!seconds.isEmpty()) {
            json.put("max", JsonNumber.of(quantile(seconds, 1)))
                    .put("median", JsonNumber.of(quantile(seconds, MEDIAN)))
                    .put("p95", JsonNumber.of(quantile(seconds, P95)));
        }
        return json.build();
    }

    private static JsonObject json(Episode episode) {
        JsonObject.Builder json = JsonObject.builder()
                .put("at", JsonNumber.of(episode.at().toMillis() / 1e3))
                .put(
                        "faults",
                        new JsonArray(episode.faults().stream()
                                .<JsonValue>map(fault -> new JsonString(fault.toString()))
                                .toList()))
                .put("lasted", JsonNumber.of(episode.lasted().toMillis() / 1e3))
                .put("number", episode.number())
                .put("undone", JsonArray.ofStrings(episode.undone()));
        episode.recovered().ifPresent(took -> json.put("recovered", JsonNumber.of(took.toMillis() / 1e3)));
        return json.build();
    }
}

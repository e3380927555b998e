// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The report as JUnit XML: a suite for each bundle with a case for each phase, one for each tenant, one for the target.
 * Green if and only if the exit code is 0: what was not checked and had to be is a failure, what need not be is skipped.
 * No times and no host, so that the same input gives the same bytes.
 */
final class JunitReport {
    private final StringBuilder suites = new StringBuilder();
    private StringBuilder cases = new StringBuilder();
    private int tests;
    private int failures;
    private int skipped;
    private int allTests;
    private int allFailures;
    private int allSkipped;

    private JunitReport() {}

    static String of(VerificationReport report) {
        return new JunitReport().text(report);
    }

    private String text(VerificationReport report) {
        report.problem().ifPresent(problem -> {
            open();
            failure("can be carried out", "exit code " + problem.exitCode(), problem.message());
            close("verification");
        });
        report.target().ifPresent(verdict -> suite("target", List.of(verdict)));
        for (BundleReport bundle : report.bundles()) {
            suite("bundle " + bundle.path(), bundle.phases());
        }
        for (TenantReport tenant : report.tenants()) {
            suite("tenant " + tenant.tenant().orElse(tenant.folder()), List.of(tenant.completeness()));
        }
        report.registry().ifPresent(verdict -> suite("registry", List.of(verdict)));
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"tally verify\""
                + counts(allTests, allFailures, allSkipped) + ">\n" + suites + "</testsuites>\n";
    }

    private static String counts(int tests, int failures, int skipped) {
        return " tests=\"" + tests + "\" failures=\"" + failures + "\" errors=\"0\" skipped=\"" + skipped
                + "\" time=\"0\"";
    }

    private void suite(String name, List<PhaseVerdict> verdicts) {
        open();
        for (PhaseVerdict verdict : verdicts) {
            verdict(verdict);
        }
        close(name);
    }

    private void open() {
        cases = new StringBuilder();
        tests = 0;
        failures = 0;
        skipped = 0;
    }

    private void close(String name) {
        suites.append("  <testsuite name=\"")
                .append(Markup.escape(name))
                .append('"')
                .append(counts(tests, failures, skipped))
                .append(">\n")
                .append(cases)
                .append("  </testsuite>\n");
        allTests += tests;
        allFailures += failures;
        allSkipped += skipped;
    }

    private void verdict(PhaseVerdict verdict) {
        String name = verdict.phase().toString();
        switch (verdict.verdict()) {
            case PASS -> test(name, "");
            case FAIL ->
                failure(
                        name,
                        verdict.faultCount() + " faults",
                        verdict.faults().stream().map(Fault::toString).collect(Collectors.joining("\n")));
            case NOT_CHECKED -> {
                String why = String.join("\n", verdict.reasons());
                if (verdict.exitCode() == ExitCode.VALID) {
                    skipped++;
                    test(name, "<skipped message=\"" + Markup.escape(why.replace('\n', ' ')) + "\"/>");
                } else {
                    failure(name, "not checked, exit code " + verdict.exitCode(), why);
                }
            }
        }
    }

    private void failure(String name, String message, String text) {
        failures++;
        String lines = text.lines().map(Markup::escape).collect(Collectors.joining("\n"));
        test(name, "<failure message=\"" + Markup.escape(message) + "\">" + lines + "</failure>");
    }

    private void test(String name, String outcome) {
        tests++;
        cases.append("    <testcase classname=\"tallystick.verify\" name=\"")
                .append(Markup.escape(name))
                .append("\" time=\"0\"")
                .append(outcome.isEmpty() ? "/>\n" : ">" + outcome + "</testcase>\n");
    }
}

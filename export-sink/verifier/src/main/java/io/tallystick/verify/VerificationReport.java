// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The outcome of a verification. Deterministic: the same input gives the same text and the same JSON.
 *
 * @param problem why nothing could be verified; then the exit code is its own and the lists are empty
 * @param trustRoot fingerprint of the trust root that was used
 * @param kind what the target was taken for: bucket, tenant or bundle; absent if nothing could be verified
 * @param target phase 1 of the target as a whole: what lies between the bundles, and that it can be read in one
 *     way; absent if nothing could be verified
 * @param bundles in the order verified: by tenant folder, then by window
 * @param tenants what was found between the bundles of each tenant
 * @param registry heads in the registry's leaves that no bundle accounts for; absent where not asked
 * @param warnings what changes no verdict
 */
public record VerificationReport(
        Optional<Problem> problem,
        Optional<Hash> trustRoot,
        Optional<String> kind,
        Optional<PhaseVerdict> target,
        List<BundleReport> bundles,
        List<TenantReport> tenants,
        Optional<PhaseVerdict> registry,
        List<String> warnings) {
    public VerificationReport {
        bundles = List.copyOf(bundles);
        tenants = List.copyOf(tenants);
        warnings = List.copyOf(warnings);
    }

    /** Nothing could be verified. */
    public record Problem(int exitCode, String message) {}

    static VerificationReport of(Problem problem) {
        return new VerificationReport(
                Optional.of(problem),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty(),
                List.of());
    }

    /** See {@link ExitCode}. */
    public int exitCode() {
        List<Integer> codes = new ArrayList<>();
        problem.ifPresent(p -> codes.add(p.exitCode()));
        target.ifPresent(verdict -> codes.add(verdict.exitCode()));
        bundles.forEach(bundle -> codes.add(bundle.exitCode()));
        tenants.forEach(tenant -> codes.add(tenant.completeness().exitCode()));
        registry.ifPresent(verdict -> codes.add(verdict.exitCode()));
        return ExitCode.worst(codes);
    }

    /** For people: several lines, the last one ends in LF. */
    public String text() {
        return TextReport.of(this);
    }

    /** For programs: JCS. Of many bundles it is long: {@link #writeJson} does not hold it. */
    public byte[] json() {
        return jsonText().getBytes(StandardCharsets.UTF_8);
    }

    /** Writes {@link #jsonText}, one bundle after another. */
    public void writeJson(Writer out) throws IOException {
        JsonReport.write(this, out);
    }

    /** For CI servers: JUnit XML, green if and only if the exit code is 0. */
    public String junit() {
        return JunitReport.of(this);
    }

    /** For people who were not there: one HTML page that needs nothing else. */
    public String html() {
        return HtmlReport.of(this);
    }

    /** {@link #json} as text. */
    public String jsonText() {
        StringWriter text = new StringWriter();
        try {
            writeJson(text);
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes what is written", e);
        }
        return text.toString();
    }
}

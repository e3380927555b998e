// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.audit;

import io.tallystick.entry.LedgerTime;
import io.tallystick.json.JsonObject;
import io.tallystick.tree.Hash;
import java.time.Instant;

/**
 * What an audit of one bundle found.
 *
 * @param tenant whose bundle
 * @param windowStart of which window
 * @param manifest SHA-256 of its manifest, as far as there is one; else of nothing
 * @param exitCode the verifier's; 0 if all is well, {@link #BROKEN} if nothing could be found out
 * @param report the verifier's text
 * @param previousDisposed whether the bundle before it is gone after its retention, as it may be
 */
public record Finding(
        String tenant, Instant windowStart, Hash manifest, int exitCode, String report, boolean previousDisposed) {
    /** The exit code for a fault of the program. */
    public static final int BROKEN = 70;

    private static final int REPORT_MAX = 4_000;

    public Finding {
        if (report.length() > REPORT_MAX) {
            boolean splits = Character.isHighSurrogate(report.charAt(REPORT_MAX - 1));
            report = report.substring(0, splits ? REPORT_MAX - 1 : REPORT_MAX);
        }
    }

    /** Whether the audit broke, which says nothing of the bundle. */
    public boolean isBroken() {
        return exitCode == BROKEN;
    }

    /** Whether the bundle verified. */
    public boolean isSound() {
        return exitCode == 0;
    }

    /** For the ledger: the report only of what failed. */
    public JsonObject json() {
        JsonObject.Builder json = JsonObject.builder()
                .put("exitCode", exitCode)
                .put("manifest", manifest.toString())
                .put("tenant", tenant)
                .put("window", LedgerTime.format(windowStart));
        if (!isSound()) {
            json.put("report", report);
        }
        return json.build();
    }
}

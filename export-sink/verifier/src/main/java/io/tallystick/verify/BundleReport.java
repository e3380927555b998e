// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.Manifest;
import io.tallystick.tree.Hash;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What was found in one bundle.
 *
 * @param path relative to the target; {@code .} is the target itself
 * @param tenant absent if the manifest could not be read, as are window and manifest
 * @param manifest SHA-256 of manifest.json
 * @param phases one verdict for each phase, in order
 * @param chains by partition
 * @param anchors statements of outside parties that verified
 * @param existedBy the registry checkpoint, and with it the bundle's entries, existed no later than this; empty if
 *     nobody outside proves a time
 * @param notes what changes no verdict
 */
public record BundleReport(
        String path,
        Optional<String> tenant,
        Optional<Manifest.Window> window,
        Optional<Hash> manifest,
        List<PhaseVerdict> phases,
        List<ChainSummary> chains,
        List<AnchorReport> anchors,
        Optional<Instant> existedBy,
        List<String> notes) {
    public BundleReport {
        phases = List.copyOf(phases);
        chains = List.copyOf(chains);
        anchors = List.copyOf(anchors);
        notes = List.copyOf(notes);
    }

    public PhaseVerdict phase(Phase phase) {
        return phases.get(phase.number() - 1);
    }

    public int exitCode() {
        return ExitCode.worst(phases.stream().map(PhaseVerdict::exitCode).toList());
    }
}

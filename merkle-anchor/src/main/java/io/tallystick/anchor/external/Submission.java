// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.external;

import java.util.Objects;

/**
 * What an anchor is asked to vouch for. Immutable: it goes to another thread.
 *
 * @param checkpoint the checkpoint
 * @param confirmedSize size of the checkpoint this anchor confirmed last; 0 if none
 * @param proofs proofs that the checkpoint extends smaller ones
 */
public record Submission(RegistryCheckpoint checkpoint, long confirmedSize, ConsistencyProofs proofs) {
    public Submission {
        Objects.requireNonNull(checkpoint);
        Objects.requireNonNull(proofs);
    }
}

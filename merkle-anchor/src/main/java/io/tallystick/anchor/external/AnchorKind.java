// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.external;

/** What an anchor is, named as in {@code Attestation}. */
public enum AnchorKind {
    /** C2SP witness: cosignatures. */
    WITNESS,
    /** RFC 3161 time-stamping authority. */
    TSA,
    /** Rekor v2 transparency log. */
    REKOR,
    /** Append-only log file. */
    LOCAL_LOG
}

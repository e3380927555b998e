// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.util.Locale;

/** The steps of a verification. Each has a verdict of its own; a failed one does not stop the later ones. */
public enum Phase {
    /** Files, names, sizes, and that each file has the form of its format. */
    STRUCTURE(1, "structure and limits"),
    /** SHA256SUMS, export.json, manifest and DSSE subjects agree with the files and with each other. */
    DIGESTS(2, "file digests"),
    /** Each line holds a well-formed entry of this window, and what it carries opens the entry's commitments. */
    ENTRIES(3, "entries and commitments"),
    /** Sequence, previous hash, ledger clock and source coverage have no gap; the manifest counts them right. */
    CHAINS(4, "chains"),
    /** Frontiers and entries give the roots; the roots are in the registry; the registry only grew. */
    TREES(5, "trees"),
    /** Who signed, and whether the trust root lets them, at the window's end. */
    SIGNATURES(6, "signatures and trust root"),
    /** Cosignatures, time-stamps, log entries. */
    ANCHORS(7, "anchors and time"),
    /** Nothing is missing: heads against the registry's leaves, windows against each other. */
    COMPLETENESS(8, "completeness"),
    /** Retention as promised. */
    RETENTION(9, "retention");

    private final int number;
    private final String title;

    Phase(int number, String title) {
        this.number = number;
        this.title = title;
    }

    /** 1 to 9. */
    public int number() {
        return number;
    }

    public String title() {
        return title;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d %s", number, title);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.external;

/** A party outside the ledger that vouches for registry checkpoints. Used by one thread, but for {@link #close}. */
public interface Anchor extends AutoCloseable {
    /** Its name in configuration, topics and metrics. */
    String id();

    /** What it is. */
    AnchorKind kind();

    /** Name of its receipts among the objects of a checkpoint. */
    String objectName();

    /** Whether it must be shown that a checkpoint extends the last one it saw. */
    default boolean needsProofs() {
        return kind() == AnchorKind.WITNESS;
    }

    /**
     * Submits and waits, within a limit of its own. Whatever the party does ends in an answer; submitting again what was
     * submitted before is safe.
     */
    Answer submit(Submission submission);

    /** Gives up what is under way. */
    @Override
    void close();
}

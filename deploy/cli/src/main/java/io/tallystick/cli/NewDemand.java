// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSignature;
import io.tallystick.note.NoteVerifier;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.note.SignedNote;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a version of a trust root demands of checkpoints that the version before does not: a checkpoint that lacks it would fail
 * for ever.
 *
 * @param before the version in force
 * @param next the version that follows
 * @param window size of a window
 */
record NewDemand(TrustRoot before, TrustRoot next, Duration window) {
    /** The first instant that any ledger is asked about. */
    static final Instant BEGINNING = Instant.EPOCH.plus(Duration.ofDays(2));

    /**
     * The first window end of which something may be demanded that was not before.
     *
     * @return empty if nothing is
     */
    Optional<Instant> from() {
        Map<Set<KeyAlgorithm>, Instant> demanded = demands(before);
        Map<Set<KeyAlgorithm>, Instant> demands = demands(next);
        // Until the first demand begins all of them hold, see TrustRoot.missing.
        if (first(demands).isAfter(first(demanded))) {
            return Optional.of(BEGINNING);
        }
        return demands.entrySet().stream()
                .filter(demand -> !demand.getValue().equals(demanded.get(demand.getKey())))
                .map(Map.Entry::getValue)
                .min(Instant::compareTo);
    }

    private static Map<Set<KeyAlgorithm>, Instant> demands(TrustRoot root) {
        Map<Set<KeyAlgorithm>, Instant> demands = new HashMap<>();
        for (Set<KeyAlgorithm> anyOf : root.require(TrustRole.CHECKPOINT)) {
            demands.put(
                    anyOf,
                    root.requiredFrom(anyOf, TrustRole.CHECKPOINT, root.ledger())
                            .filter(BEGINNING::isBefore)
                            .orElse(BEGINNING));
        }
        return demands;
    }

    private static Instant first(Map<Set<KeyAlgorithm>, Instant> demands) {
        return demands.values().stream().min(Instant::compareTo).orElseThrow();
    }

    /** Whether a checkpoint meets what was demanded of it so far, and not what would be. Its signatures are not verified. */
    boolean condemns(SignedCheckpoint checkpoint) {
        return !lacks(next, checkpoint).isEmpty() && lacks(before, checkpoint).isEmpty();
    }

    /** What a version demands of a checkpoint that it has not. */
    List<Set<KeyAlgorithm>> lacks(TrustRoot root, SignedCheckpoint checkpoint) {
        return root.missing(TrustRole.CHECKPOINT, checkpoint.getOrigin(), end(checkpoint), algorithms(checkpoint));
    }

    /** End of a checkpoint's window. */
    Instant end(SignedCheckpoint checkpoint) {
        return checkpoint.getWindowStart().plus(window);
    }

    /** Of its lines by listed keys, whatever has become of them: that is not what is asked here. */
    private Set<KeyAlgorithm> algorithms(SignedCheckpoint checkpoint) {
        Set<KeyAlgorithm> there = EnumSet.noneOf(KeyAlgorithm.class);
        for (TrustedKey key : next.keys(TrustRole.CHECKPOINT, checkpoint.getOrigin())) {
            if (isSignedBy(key, checkpoint)) {
                there.add(key.algorithm());
            }
        }
        return there;
    }

    /** Whether a checkpoint has a line by a key. */
    static boolean isSignedBy(TrustedKey key, SignedCheckpoint checkpoint) {
        NoteVerifier verifier = NoteVerifiers.of(checkpoint.getOrigin(), key.publicKey());
        return lines(checkpoint).stream()
                .anyMatch(line ->
                        line.keyId() == verifier.keyId() && line.keyName().equals(verifier.name()));
    }

    private static Collection<NoteSignature> lines(SignedCheckpoint checkpoint) {
        byte[] note = new byte[checkpoint.getNote().remaining()];
        checkpoint.getNote().duplicate().get(note);
        try {
            return SignedNote.parse(note).signatures();
        } catch (NoteException e) {
            throw new IllegalStateException(
                    "the checkpoint of " + checkpoint.getOrigin() + " at size " + checkpoint.getSize() + " is no note",
                    e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.sign;

import io.tallystick.entry.Bytes;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSigner;
import io.tallystick.note.NoteSigners;
import io.tallystick.note.SignedNote;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.PublicKey;
import io.tallystick.trust.SigningKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Signs tree heads as C2SP signed notes without extension lines, and verifies each signature it made before it lets a note
 * out.
 *
 * <p>Signature lines stand in the order Ed25519, ECDSA P-256, ML-DSA-44; of keys of one algorithm the one first that
 * is valid first, so in a rotation the old one, wherever it is kept; else in the order given. The key name is the origin. Which keys sign depends on the window's end alone, so a rotation
 * happens at the same window whenever a process was restarted. Ed25519 and ECDSA are deterministic here (RFC 8032, RFC
 * 6979): signing again gives the same bytes. An ML-DSA-44 line states its signing time and differs. Safe from several threads.
 */
public final class CheckpointSigner {
    private final List<Known> keys;
    private final InstantSource clock;
    private final RequiredAlgorithms required;
    private final KeyObjection objection;

    /** A key and its public part, which is decoded once for all origins. */
    private record Known(CheckpointKey key, PublicKey publicKey) {
        static Known of(CheckpointKey key) {
            NoteSigners.of("origin", key.key());
            try {
                return new Known(key, PublicKey.of(key.key().spki()));
            } catch (KeyException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
        }

        KeyAlgorithm algorithm() {
            return publicKey.algorithm();
        }

        NoteSigner named(String origin, Instant now) {
            return NoteSigners.of(origin, key.key(), publicKey, now);
        }
    }

    /** Signs with all keys, whatever the window. As {@link #CheckpointSigner(List, InstantSource)}. */
    public CheckpointSigner(List<SigningKey> keys) {
        this(keys.stream().map(CheckpointKey::always).toList(), InstantSource.system());
    }

    /**
     * As {@link #CheckpointSigner(List, InstantSource, RequiredAlgorithms, KeyObjection)}; the keys' validity alone decides.
     */
    public CheckpointSigner(List<CheckpointKey> keys, InstantSource clock) {
        this(keys, clock, RequiredAlgorithms.NO_MORE, KeyObjection.NONE);
    }

    /**
     * @param keys at least one of ECDSA P-256
     * @param clock tells the signing time of ML-DSA-44 lines
     * @param required what the keys that are valid for a window must be enough for
     * @param objection asked of each key before it signs, and of all of them
     * @throws IllegalArgumentException if there is no P-256 key, or a key is not of the algorithm it claims
     */
    public CheckpointSigner(
            List<CheckpointKey> keys, InstantSource clock, RequiredAlgorithms required, KeyObjection objection) {
        this.clock = clock;
        this.required = required;
        this.objection = objection;
        this.keys = keys.stream()
                .map(Known::of)
                .sorted(Comparator.comparing(Known::algorithm)
                        .thenComparing(known -> known.key().notBefore()))
                .toList();
        if (this.keys.stream().noneMatch(CheckpointSigner::isP256)) {
            throw new IllegalArgumentException("checkpoints need an ECDSA P-256 key, none was given");
        }
    }

    private static boolean isP256(Known key) {
        return key.algorithm() == KeyAlgorithm.ECDSA_P256;
    }

    /** The algorithms of its keys. */
    public Set<KeyAlgorithm> algorithms() {
        return algorithms(keys);
    }

    private static Set<KeyAlgorithm> algorithms(List<Known> keys) {
        return keys.stream().map(Known::algorithm).collect(Collectors.toUnmodifiableSet());
    }

    private List<Known> validFor(Instant windowEnd) {
        return keys.stream().filter(known -> known.key().signs(windowEnd)).toList();
    }

    /**
     * What a checkpoint needs and no key gives that is valid for a window.
     *
     * @param windowEnd end of the window
     * @return sets of which one algorithm each is lacking; empty if it can be signed
     */
    public List<Set<KeyAlgorithm>> missing(String origin, Instant windowEnd) {
        return required.missing(origin, windowEnd, algorithms(validFor(windowEnd)));
    }

    /**
     * Until when keys of an algorithm sign without a break.
     *
     * @param from where to begin
     * @return the last instant, {@link Instant#MAX} if there is none; {@code from} if no key is valid then
     */
    public Instant signsUntil(KeyAlgorithm algorithm, Instant from) {
        Instant until = from;
        for (boolean extended = true; extended; ) {
            extended = false;
            for (Known known : keys) {
                if (known.algorithm() == algorithm
                        && !known.key().notBefore().isAfter(until)
                        && known.key().notAfter().isAfter(until)) {
                    until = known.key().notAfter();
                    extended = true;
                }
            }
        }
        return until;
    }

    /**
     * Signs a tree head.
     *
     * @param windowEnd end of the window it belongs to
     * @return the signed note
     * @throws UnfitSignerException if no P-256 key is valid for the window, or none of what else is required, or there is an
     *     objection to those that are, or a signature just made does not verify: a faulty key or machine
     */
    public Bytes sign(String origin, TreeHead head, Instant windowEnd) {
        Checkpoint checkpoint = new Checkpoint(origin, head);
        List<Known> valid = validFor(windowEnd);
        if (valid.stream().noneMatch(CheckpointSigner::isP256)) {
            throw new UnfitSignerException(
                    UnfitSignerException.Reason.KEY,
                    "no ECDSA P-256 key may sign for the window that ends " + windowEnd
                            + ": the trust root lets none of the configured keys; give the key that is valid then, or have a"
                            + " new version of the trust root");
        }
        requireEnough(valid, origin, windowEnd);
        for (Known known : valid) {
            objection.to(known.publicKey().keyId(), origin, windowEnd).ifPresent(CheckpointSigner::obey);
        }
        objection.toLack(algorithms(valid), origin, windowEnd).ifPresent(CheckpointSigner::obey);
        Instant now = clock.instant();
        List<NoteSigner> signers =
                valid.stream().map(known -> known.named(origin, now)).toList();
        try {
            byte[] note = SignedNote.sign(checkpoint.text(), signers).encode();
            verify(checkpoint, signers, SignedNote.parse(note));
            return Bytes.of(note);
        } catch (NoteException e) {
            throw new UnfitSignerException(
                    UnfitSignerException.Reason.KEY, "a checkpoint just signed for " + origin + " does not verify", e);
        }
    }

    /** What is signed is locked away, and what lacks a signature then fails for ever. */
    private void requireEnough(List<Known> valid, String origin, Instant windowEnd) {
        for (Set<KeyAlgorithm> anyOf : required.missing(origin, windowEnd, algorithms(valid))) {
            throw new UnfitSignerException(
                    UnfitSignerException.Reason.KEY,
                    "the trust root requires an " + KeyAlgorithm.text(anyOf) + " signature for the window that ends "
                            + windowEnd
                            + ", and none of the configured keys may give it; add the key's file, or have a new"
                            + " version of the trust root");
        }
    }

    private static void obey(String objection) {
        throw new UnfitSignerException(UnfitSignerException.Reason.TRUST_ROOT, objection);
    }

    private static void verify(Checkpoint checkpoint, List<NoteSigner> signers, SignedNote note) throws NoteException {
        int verified =
                note.verify(signers.stream().map(NoteSigner::verifier).toList()).size();
        if (verified != signers.size() || !Checkpoint.parse(note.text()).equals(checkpoint)) {
            throw new UnfitSignerException(
                    UnfitSignerException.Reason.KEY,
                    "of " + signers.size() + " signatures just made for " + checkpoint.origin() + " only " + verified
                            + " verify");
        }
    }
}

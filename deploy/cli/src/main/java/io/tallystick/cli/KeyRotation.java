// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.PublicKey;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;
import io.tallystick.trust.TrustedKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a trust root says of a rotation: from T1 on a new checkpoint key signs beside the old one, which signs its last window
 * at T2. Both instants are ends of windows, so that each checkpoint has one set of keys. Decides; does nothing.
 */
final class KeyRotation {
    private KeyRotation() {}

    /** The first end of a window at or after an instant. */
    static Instant windowEnd(Instant at, Duration window) {
        long size = window.toMillis();
        return Instant.ofEpochMilli(Math.floorDiv(at.toEpochMilli() + size - 1, size) * size);
    }

    /**
     * The next version: the new key has the old one's scopes, and stays valid as long as the old one would have.
     *
     * @throws CommandException if the old key is not one that can be rotated, or the new one is not acceptable
     */
    static TrustRootDraft introduce(
            TrustRoot now, String oldId, byte[] newSpki, Instant first, Instant last, Instant issued) {
        TrustedKey old = active(now, oldId);
        if (!first.isBefore(last) || last.isAfter(old.notAfter())) {
            throw new CommandException(
                    ExitCodes.USAGE,
                    "the old key is valid until " + old.notAfter() + "; an overlap from " + first + " to " + last
                            + " does not fit",
                    "Choose an earlier or longer overlap.");
        }
        try {
            PublicKey key = PublicKey.of(newSpki);
            if (key.algorithm() != old.algorithm()) {
                throw new CommandException(
                        ExitCodes.USAGE,
                        "the new key is of " + key.algorithm().wireName() + ", the old one of "
                                + old.algorithm().wireName(),
                        "Make the new key with --algorithm " + old.algorithm().wireName() + ".");
            }
            return TrustRootDraft.following(now, issued)
                    .withKey(oldId, kept -> kept.with(KeyStatus.ACTIVE, last, Optional.empty()))
                    .withKey(new TrustedKey(
                            key, old.roles(), old.scopes(), first, old.notAfter(), KeyStatus.ACTIVE, Optional.empty()));
        } catch (KeyException e) {
            throw new CommandException(
                    ExitCodes.USAGE, "the new key is not acceptable: " + e.getMessage(), "Make another.", e);
        }
    }

    /**
     * The next version, in which a key is retired; what it signed within its validity stands.
     *
     * @throws CommandException if it is still to sign
     */
    static TrustRootDraft retire(TrustRoot now, String keyId, Instant issued) {
        TrustedKey key = active(now, keyId);
        if (!key.notAfter().isBefore(issued)) {
            throw new CommandException(
                    ExitCodes.USAGE,
                    "key " + keyId + " signs until " + key.notAfter(),
                    "Rotate it first with 'tally keys rotate', and retire it after that instant.");
        }
        return TrustRootDraft.following(now, issued)
                .withKey(keyId, kept -> kept.with(KeyStatus.RETIRED, kept.notAfter(), Optional.empty()));
    }

    private static TrustedKey active(TrustRoot now, String keyId) {
        TrustedKey key = now.key(keyId)
                .orElseThrow(() -> new CommandException(
                        ExitCodes.USAGE,
                        "the trust root lists no key " + keyId,
                        "Give a key file that ledger.signing.key.files names."));
        if (!key.roles().contains(TrustRole.CHECKPOINT) || key.status() != KeyStatus.ACTIVE) {
            throw new CommandException(
                    ExitCodes.USAGE,
                    "key " + keyId + " is no active checkpoint key",
                    "'tally trust-root show' lists the keys and their status.");
        }
        return key;
    }
}

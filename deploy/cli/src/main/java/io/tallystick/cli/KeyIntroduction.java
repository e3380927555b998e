// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.entry.LedgerTime;
import io.tallystick.topic.AdminOrder;
import io.tallystick.topic.KeyAnnouncements;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.PublicKey;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;
import io.tallystick.trust.TrustedKey;
import io.tallystick.verify.ExitCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A rotation begins: from T1 on a new key may sign, until T2 the old one. Both are ends of windows, so that what is signed for
 * a window has one set of keys.
 *
 * @param keys with the new key
 * @param oldId id of the key to be replaced
 * @param fresh the key that takes over
 * @param overlap when
 */
record KeyIntroduction(KeySetting keys, String oldId, PublicKey fresh, Overlap overlap) implements KeyStep {
    /**
     * @param first T1, first end of a window of the new key
     * @param last T2, last end of a window of the old key
     * @param until last instant of the new key's validity
     * @param issued now
     */
    record Overlap(Instant first, Instant last, Instant until, Instant issued) {
        /**
         * @param in from now until T1 at least
         * @param overlap from T1 to T2 at least
         * @param valid from T1 to the end of the new key's validity
         * @param window size of a window
         */
        static Overlap of(Instant now, Duration in, Duration overlap, Duration valid, Duration window) {
            Instant first = windowEnd(now.plus(in), window);
            return new Overlap(first, windowEnd(first.plus(overlap), window), first.plus(valid), now);
        }

        /** The first end of a window at or after an instant. */
        private static Instant windowEnd(Instant at, Duration window) {
            long size = window.toMillis();
            return Instant.ofEpochMilli(Math.floorDiv(at.toEpochMilli() + size - 1, size) * size);
        }
    }

    @Override
    public boolean isDone(TrustRoot root) {
        Optional<TrustedKey> listed = root.key(fresh.keyId());
        if (listed.isEmpty()) {
            return false;
        }
        TrustedKey after = listed.get();
        TrustedKey before = KeyRetirement.listed(root, oldId);
        if (!after.roles().equals(before.roles())
                || after.algorithm() != before.algorithm()
                || !before.notBefore().isBefore(after.notBefore())
                || !before.notAfter().isBefore(after.notAfter())) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "key " + fresh.keyId() + " is listed already, and does not take over from " + oldId,
                    "Name a file with --new that does not exist yet; a key is made there.");
        }
        return true;
    }

    /**
     * The new key has the old one's role and scopes, and a validity of its own: a key that expires is replaced in time. The
     * trust root stays good as long as it.
     */
    @Override
    public TrustRootDraft draft(TrustRoot now) {
        TrustedKey old = KeyRetirement.active(now, oldId);
        requireFits(old);
        if (fresh.algorithm() != old.algorithm()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "the new key is of " + fresh.algorithm().wireName() + ", the old one of "
                            + old.algorithm().wireName(),
                    "Make the new key with --algorithm " + old.algorithm().wireName() + ".");
        }
        TrustRootDraft next = TrustRootDraft.following(now, overlap.issued());
        if (next.expires().isBefore(overlap.until())) {
            next = next.withExpiry(overlap.until());
        }
        return next.withKey(oldId, kept -> kept.with(KeyStatus.ACTIVE, overlap.last(), Optional.empty()))
                .withKey(new TrustedKey(
                        fresh,
                        old.roles(),
                        old.scopes(),
                        overlap.first(),
                        overlap.until(),
                        KeyStatus.ACTIVE,
                        Optional.empty()));
    }

    private void requireFits(TrustedKey old) {
        if (!overlap.first().isBefore(overlap.last()) || !overlap.last().isBefore(old.notAfter())) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "the old key is valid until " + old.notAfter() + "; an overlap from " + overlap.first() + " to "
                            + overlap.last() + " does not fit",
                    "Choose an earlier or shorter one with --in and --overlap; it takes one window at least.");
        }
        if (!LedgerTime.isValid(overlap.until())) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "the new key would be valid until " + overlap.until() + ", after the year 9999",
                    "Give it less time with --valid.");
        }
        if (!overlap.last().isBefore(overlap.until())) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "the new key would be valid until " + overlap.until()
                            + ", no longer than the old one, which signs until " + overlap.last(),
                    "Give the new key more time with --valid, or choose a shorter --overlap.");
        }
    }

    /** T1 has to lie ahead: windows that ended after it lack the new key's signature, and after T2 have no valid one. */
    @Override
    public void requireTimely(TrustRoot next) {
        TrustedKey after = KeyRetirement.listed(next, fresh.keyId());
        if (!after.notBefore().isAfter(overlap.issued())) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "the signed trust root comes too late: T1 is past, key " + fresh.keyId() + " was to sign from "
                            + after.notBefore() + " on",
                    "Delete the draft, make the draft again with a longer --in, and have it signed before T1.");
        }
    }

    @Override
    public void tell(KeyAnnouncements chain, TrustRoot root, AdminOrder order) {
        chain.introduced(KeyRetirement.listed(root, fresh.keyId()), oldId, root, order);
    }
}

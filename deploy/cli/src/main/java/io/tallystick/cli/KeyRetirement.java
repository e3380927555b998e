// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.topic.AdminOrder;
import io.tallystick.topic.KeyAnnouncements;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;
import io.tallystick.trust.TrustedKey;
import io.tallystick.verify.ExitCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A rotation ends: a key is retired; what it signed within its validity stands.
 *
 * @param keys without the key
 * @param keyId the key
 * @param issued now
 * @param window size of a window
 * @param backlog asked whether a window still waits for the key
 */
record KeyRetirement(KeySetting keys, String keyId, Instant issued, Duration window, KeyBacklog backlog)
        implements KeyStep {
    @Override
    public boolean isDone(TrustRoot root) {
        return listed(root, keyId).status() == KeyStatus.RETIRED;
    }

    @Override
    public TrustRootDraft draft(TrustRoot now) {
        requireNotNeeded(active(now, keyId));
        return TrustRootDraft.following(now, issued)
                .withKey(keyId, kept -> kept.with(KeyStatus.RETIRED, kept.notAfter(), Optional.empty()));
    }

    @Override
    public void requireTimely(TrustRoot next) {
        requireNotNeeded(listed(next, keyId));
    }

    private void requireNotNeeded(TrustedKey key) {
        requireSignsNoMore(key);
        backlog.requireDone(keys.role(), key, window);
    }

    private void requireSignsNoMore(TrustedKey key) {
        if (!key.notAfter().isBefore(issued)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "key " + keyId + " signs until " + key.notAfter(),
                    "Rotate it first with 'tally keys rotate', and retire it after that instant.");
        }
    }

    @Override
    public void tell(KeyAnnouncements chain, TrustRoot root, AdminOrder order) {
        chain.retired(listed(root, keyId), root, order);
    }

    /** @throws CommandException if the trust root does not list the key */
    static TrustedKey listed(TrustRoot root, String keyId) {
        return root.key(keyId)
                .orElseThrow(() -> new CommandException(
                        ExitCode.USAGE,
                        "the trust root lists no key " + keyId,
                        "Give a key file that " + LedgerKeys.SIGNING_KEY_FILES + " or " + LedgerKeys.BUNDLE_KEY_FILE
                                + " names."));
    }

    /** @throws CommandException if the key is not one that signs checkpoints or bundles */
    static TrustedKey active(TrustRoot root, String keyId) {
        TrustedKey key = listed(root, keyId);
        boolean signs =
                key.roles().contains(TrustRole.CHECKPOINT) || key.roles().contains(TrustRole.BUNDLE);
        if (!signs || key.status() != KeyStatus.ACTIVE) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "key " + keyId + " is no active checkpoint or bundle key",
                    "'tally trust-root show' lists the keys and their status.");
        }
        return key;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.topic.AdminOrder;
import io.tallystick.topic.KeyAnnouncements;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.OperatorTopic;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import io.tallystick.verify.ExitCode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

/**
 * Puts a signed version of the trust root in force, and tells the ledger's own chain of it and of the keys it says something
 * else about. May be repeated, whatever failed: in the order of {@link KeyChange}.
 */
final class TrustRootInstallation {
    private final LedgerSettings settings;
    private final Path trustRoot;
    private final OperatorTopic chain;
    private final AdminOrder order;

    /** @param trustRoot the file of the version in force */
    TrustRootInstallation(LedgerSettings settings, Path trustRoot, OperatorTopic chain, AdminOrder order) {
        this.settings = settings;
        this.trustRoot = trustRoot;
        this.chain = chain;
        this.order = order;
    }

    /**
     * Does what is not done.
     *
     * @param signed the next version, or the one in force if an earlier attempt failed
     * @return the version in force (in a rehearsal: that would be)
     * @throws KafkaException if the operator's chain cannot be read
     * @throws CommandException if something else fails
     */
    TrustRoot carryOut(Path signed, Instant now) {
        TrustRoot current = TrustRootFile.read(trustRoot);
        TrustRoot next = TrustRootFile.read(signed);
        boolean installed = current.fingerprint().equals(next.fingerprint());
        if (!installed) {
            requireFollows(current, next);
            requireTimely(current, next, now);
        }
        if (order.dryRun()) {
            return next;
        }
        TrustRoot before = installed ? before(current) : current;
        KeyAnnouncements announcements = KeyAnnouncements.open(settings, chain);
        if (!installed) {
            TrustRootFile.install(trustRoot, next);
        }
        KeyChange.tell(next, () -> tell(before, next, announcements));
        return next;
    }

    private TrustRoot before(TrustRoot current) {
        return current.version() == 1
                ? current
                : TrustRootFile.read(TrustRootFile.kept(trustRoot, current.version() - 1));
    }

    private void requireFollows(TrustRoot current, TrustRoot next) {
        try {
            current.verifySuccessor(next);
        } catch (TrustException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "the new trust root does not follow " + trustRoot + ": " + e.getMessage(),
                    "Make it from the version in force with 'tally trust-root update', and have it signed by enough root keys of"
                            + " both.",
                    e);
        }
    }

    /** A key that goes on signing while signatures are gathered must not turn out to have ended in between. */
    private static void requireTimely(TrustRoot current, TrustRoot next, Instant now) {
        for (TrustedKey key : next.keys()) {
            Optional<TrustedKey> before = current.key(key.keyId())
                    .filter(old ->
                            old.status() == KeyStatus.ACTIVE && key.notAfter().isBefore(old.notAfter()));
            if (before.isPresent()
                    && key.status() == KeyStatus.ACTIVE
                    && key.notAfter().isBefore(now)) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "the new trust root comes too late: it lets key " + key.keyId() + " sign until "
                                + key.notAfter() + ", which is past; what it signed since would not count",
                        "Make the draft again with a later end, or say with --status what has become of the key.");
            }
        }
    }

    private void tell(TrustRoot before, TrustRoot next, KeyAnnouncements announcements) {
        for (TrustedKey key : next.keys()) {
            boolean same = before.key(key.keyId())
                    .filter(old -> old.status() == key.status())
                    .filter(old -> old.compromisedSince().equals(key.compromisedSince()))
                    .isPresent();
            if (!same) {
                tell(key, before.key(key.keyId()).isEmpty(), next, announcements);
            }
        }
        announcements.published(next, order);
    }

    private void tell(TrustedKey key, boolean added, TrustRoot root, KeyAnnouncements announcements) {
        switch (key.status()) {
            case ACTIVE -> {
                if (added) {
                    announcements.introduced(key, root, order);
                }
            }
            case RETIRED -> announcements.retired(key, root, order);
            case COMPROMISED -> announcements.compromised(key, root, order);
            case REVOKED -> announcements.revoked(key, root, order);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.topic.AdminOrder;
import io.tallystick.topic.KeyAnnouncements;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.OperatorTopic;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import io.tallystick.verify.ExitCode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
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
    private final KeyBacklog backlog;
    private final SignedWindows windows;
    private final boolean despiteBacklog;

    /**
     * @param trustRoot the file of the version in force
     * @param backlog asked how far the ledger has come, where keys are retired or further signatures required
     * @param windows looked through where something is demanded of checkpoints that was not before
     * @param despiteBacklog whether a key is retired although windows wait for it
     */
    TrustRootInstallation(
            LedgerSettings settings,
            Path trustRoot,
            OperatorTopic chain,
            AdminOrder order,
            KeyBacklog backlog,
            SignedWindows windows,
            boolean despiteBacklog) {
        this.settings = settings;
        this.trustRoot = trustRoot;
        this.backlog = backlog;
        this.windows = windows;
        this.despiteBacklog = despiteBacklog;
        this.chain = chain;
        this.order = order;
    }

    /**
     * Does what is not done.
     *
     * @param signed the next version, or the one in force if an earlier attempt failed
     * @return the version in force (in a rehearsal: that would be)
     * @throws KafkaException if the operator's chain cannot be read, or how far the ledger has come
     * @throws CommandException if something else fails
     */
    TrustRoot carryOut(Path signed, Instant now) {
        TrustRoot current = TrustRootFile.readToFollow(trustRoot);
        TrustRoot next = TrustRootFile.read(signed);
        boolean installed = current.fingerprint().equals(next.fingerprint());
        if (!installed) {
            requireFollows(current, next);
            requireTimely(current, next, now);
            for (TrustedKey key : next.keys()) {
                requireRetirable(current, key);
                requireUnused(current, key);
            }
            requireNoneLacks(current, next);
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
                : TrustRootFile.readToFollow(TrustRootFile.kept(trustRoot, current.version() - 1));
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

    /** What a key signed after its end would not count, and what it has not signed by then could not be signed. */
    private void requireRetirable(TrustRoot current, TrustedKey key) {
        Optional<TrustedKey> before = current.key(key.keyId()).filter(old -> old.status() != KeyStatus.RETIRED);
        if (key.status() != KeyStatus.RETIRED || before.isEmpty()) {
            return;
        }
        for (TrustRole role : EnumSet.of(TrustRole.CHECKPOINT, TrustRole.BUNDLE)) {
            if (key.roles().contains(role)) {
                if (key.notAfter().isBefore(before.get().notAfter())) {
                    requireNothingSignedSince(role, key);
                }
                if (!despiteBacklog) {
                    backlog.requireDone(role, key, settings.windowSize());
                }
            }
        }
    }

    private void requireNothingSignedSince(TrustRole role, TrustedKey key) {
        Optional<Instant> signed = backlog.signedUntil(role).filter(end -> end.isAfter(key.notAfter()));
        if (signed.isPresent()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "the new trust root comes too late: it ends key " + key.keyId() + " at " + key.notAfter()
                            + ", and windows that end until " + signed.get()
                            + " are signed already; with that key they would not count",
                    "End the key first, with a version that has it active until an instant ahead (--not-after); retire it"
                            + " after that.");
        }
    }

    /** What a key has signed before it is valid would not count, and make evidence fail. */
    private void requireUnused(TrustRoot current, TrustedKey key) {
        Optional<Instant> before = current.key(key.keyId())
                .filter(listed -> listed.roles().contains(TrustRole.CHECKPOINT))
                .map(TrustedKey::notBefore)
                .filter(key.notBefore()::isAfter);
        if (before.isEmpty() || isNothingSignedFrom(before.get())) {
            return;
        }
        windows.first(
                        before.get(),
                        checkpoint ->
                                end(checkpoint).isBefore(key.notBefore()) && NewDemand.isSignedBy(key, checkpoint))
                .ifPresent(checkpoint -> {
                    throw new CommandException(
                            ExitCode.USAGE,
                            "the new trust root has key " + key.keyId() + " valid from " + key.notBefore()
                                    + " on, and the key has signed " + checkpoint.getOrigin() + " at "
                                    + end(checkpoint) + "; that would not count",
                            "Leave the beginning of its validity as it is; only a key that has signed nothing may be"
                                    + " given a later one.");
                });
    }

    /** A window that was signed without what is demanded now lacks it for ever; who signed it is asked of the checkpoints. */
    private void requireNoneLacks(TrustRoot current, TrustRoot next) {
        NewDemand demand = new NewDemand(current, next, settings.windowSize());
        Optional<Instant> from = demand.from();
        if (from.isEmpty() || isNothingSignedFrom(from.get())) {
            return;
        }
        windows.first(from.get(), demand::condemns).ifPresent(checkpoint -> {
            Set<KeyAlgorithm> anyOf = demand.lacks(next, checkpoint).get(0);
            throw new CommandException(
                    ExitCode.USAGE,
                    "the new trust root comes too late: it requires an " + KeyAlgorithm.text(anyOf)
                            + " signature of windows that end at " + from.get() + " or later, and "
                            + checkpoint.getOrigin() + " is signed at " + demand.end(checkpoint) + " without",
                    remedy(current, anyOf));
        });
    }

    private static String remedy(TrustRoot current, Set<KeyAlgorithm> anyOf) {
        String unused = current.keys(TrustRole.CHECKPOINT, current.ledger()).stream()
                .filter(key -> anyOf.contains(key.algorithm()))
                .map(key -> " --key " + key.keyId() + " --valid-from T")
                .findFirst()
                .orElse(" --not-before T");
        return "Make the draft again with" + unused
                + ", T an instant ahead, and restart 'tally run anchor' with the key" + " before it.";
    }

    private boolean isNothingSignedFrom(Instant windowEnd) {
        return backlog.signedUntil(TrustRole.CHECKPOINT)
                .filter(end -> !end.isBefore(windowEnd))
                .isEmpty();
    }

    private Instant end(SignedCheckpoint checkpoint) {
        return checkpoint.getWindowStart().plus(settings.windowSize());
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

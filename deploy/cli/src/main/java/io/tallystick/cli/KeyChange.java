// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.topic.AdminOrder;
import io.tallystick.topic.KeyAnnouncements;
import io.tallystick.topic.OperatorTopic;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;
import io.tallystick.verify.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

/**
 * Carries out a step of a rotation. May be repeated, whatever failed: what is done stays, the rest is done.
 *
 * <pre>
 * step                                  if it fails
 * read what the operator's chain says   nothing is changed
 * sign the next version                 nothing is changed, or a draft waits for signatures
 * install it: in force from here on     the version before stays, or both are there
 * name the keys in the settings          in force; repeat
 * tell the operator's chain             in force; repeat: what is told is not told again
 * </pre>
 */
final class KeyChange {
    private final LedgerKeys keys;
    private final ConfigFile config;
    private final OperatorTopic chain;
    private final AdminOrder order;

    KeyChange(LedgerKeys keys, ConfigFile config, OperatorTopic chain, AdminOrder order) {
        this.keys = keys;
        this.config = config;
        this.chain = chain;
        this.order = order;
    }

    /**
     * Does what is not done.
     *
     * @param signed the next version, if it was signed elsewhere
     * @return the version in force that says so (in a rehearsal: that would be); empty if it has to be signed elsewhere first
     * @throws KafkaException if the operator's chain cannot be read
     * @throws CommandException if something else fails
     */
    Optional<TrustRoot> carryOut(KeyStep step, Optional<Path> signed) {
        TrustRoot now = TrustRootFile.read(keys.trustRoot());
        boolean installed = step.isDone(now);
        Optional<TrustRoot> next = installed ? Optional.of(now) : next(step, now, signed);
        if (next.isEmpty() || order.dryRun()) {
            return next;
        }
        KeyAnnouncements announcements = KeyAnnouncements.open(config.settings(), chain);
        if (!installed) {
            TrustRootFile.install(keys.trustRoot(), next.get());
        }
        KeySetting named = step.keys();
        if (!named.value().equals(config.properties().get(named.setting()))) {
            config.set(named.setting(), named.value());
        }
        tell(next.get(), () -> {
            step.tell(announcements, next.get(), order);
            announcements.published(next.get(), order);
        });
        return next;
    }

    /** Tells the operator's chain what is in force. @throws CommandException if it cannot be told all */
    static void tell(TrustRoot root, Runnable events) {
        try {
            events.run();
        } catch (KafkaException e) {
            throw new CommandException(
                    ExitCode.UNREACHABLE,
                    "version " + root.version() + " of the trust root is in force, but operator/0 was not told all: "
                            + e.getMessage(),
                    "Repeat the command: it tells what is missing and changes nothing else.",
                    e);
        }
    }

    private Optional<TrustRoot> next(KeyStep step, TrustRoot now, Optional<Path> signed) {
        if (signed.isEmpty()) {
            return sign(step.draft(now));
        }
        TrustRoot next = TrustRootFile.read(signed.get());
        try {
            now.verifySuccessor(next);
        } catch (TrustException e) {
            throw unsuitable("does not follow the one in force: " + e.getMessage(), e);
        }
        if (!step.isDone(next)) {
            throw unsuitable("does not say what this step is to bring about", null);
        }
        step.requireTimely(next);
        return Optional.of(next);
    }

    private static CommandException unsuitable(String why, Exception cause) {
        return new CommandException(
                ExitCode.USAGE, "the signed trust root " + why, "Make the draft again and have it signed.", cause);
    }

    private Optional<TrustRoot> sign(TrustRootDraft draft) {
        TrustRootDraft now = keys.root()
                .filter(Files::exists)
                .map(file -> withRootKey(draft, file))
                .orElse(draft);
        try {
            return Optional.of(now.complete());
        } catch (TrustException e) {
            requireNoneWaits(now);
            if (!order.dryRun()) {
                WholeFile.write(draftFile(keys), now.encode());
            }
            return Optional.empty();
        }
    }

    /** A draft has other times each time it is made; signatures that were gathered for one are not thrown away. */
    private void requireNoneWaits(TrustRootDraft next) {
        Path file = draftFile(keys);
        if (!Files.exists(file)) {
            return;
        }
        TrustRootDraft waiting = TrustRootFile.readDraft(file);
        boolean signedByOthers = !next.signers().containsAll(waiting.signers());
        if (waiting.version() == next.version() && signedByOthers) {
            int count = waiting.signers().size();
            throw new CommandException(
                    ExitCode.USAGE,
                    file + " waits with " + count + (count == 1 ? " signature" : " signatures"),
                    "Complete it with 'tally trust-root sign' and --signed, or delete it.");
        }
    }

    private TrustRootDraft withRootKey(TrustRootDraft draft, Path file) {
        return PassphraseOptions.use(keys.passphrase(), secret -> {
            try (SigningKey key = KeyFile.read(file, secret)) {
                return draft.sign(key);
            }
        });
    }

    /** Where a version waits for signatures. */
    static Path draftFile(LedgerKeys keys) {
        return keys.trustRoot().resolveSibling(keys.trustRoot().getFileName() + ".draft");
    }
}

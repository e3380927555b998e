// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.topic.AdminOrder;
import io.tallystick.topic.KeyAnnouncements;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiConsumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Puts a new version of the trust root into force: signed, told to the ledger's own chain, then installed. May be repeated: what
 * is in force is not told again.
 */
final class KeyChange {
    @Mixin
    private ConfigFile config;

    @Mixin
    private OrderOptions order;

    @Option(
            names = "--signed",
            paramLabel = "FILE",
            description = {
                "The new trust root, signed by its root keys. Needed where this ledger's configuration does not hold"
                        + " enough of",
                "them: without it the version to be signed is written beside the trust root, and nothing else is done."
            })
    private Path signed;

    ConfigFile config() {
        return config;
    }

    AdminOrder order() {
        return order.order();
    }

    LedgerKeys keys() {
        return LedgerKeys.of(config.properties());
    }

    /** What is to be told of a new version besides that it is in force. */
    interface Event extends BiConsumer<KeyAnnouncements, TrustRoot> {}

    /**
     * @param draft the version wanted
     * @return the version in force, or empty if it has to be signed elsewhere first
     */
    Optional<TrustRoot> apply(TrustRootDraft draft, Event event) {
        LedgerKeys keys = keys();
        Optional<TrustRoot> next = signed == null ? sign(draft, keys) : Optional.of(TrustRootFile.read(signed));
        if (next.isEmpty() || order().dryRun()) {
            return next;
        }
        TrustRoot root = next.get();
        requireFollows(TrustRootFile.read(keys.trustRoot()), root);
        KeyAnnouncements announcements = new KeyAnnouncements(config.settings());
        event.accept(announcements, root);
        announcements.published(root, order());
        TrustRootFile.install(keys.trustRoot(), root);
        return next;
    }

    private static void requireFollows(TrustRoot before, TrustRoot next) {
        try {
            before.verifySuccessor(next);
        } catch (TrustException e) {
            throw new CommandException(
                    ExitCodes.USAGE,
                    "the new trust root does not follow the one in force: " + e.getMessage(),
                    "Make the draft again and have it signed.",
                    e);
        }
    }

    private Optional<TrustRoot> sign(TrustRootDraft draft, LedgerKeys keys) {
        TrustRootDraft now = Files.exists(keys.root()) ? withRootKey(draft, keys) : draft;
        try {
            return Optional.of(now.complete());
        } catch (TrustException e) {
            Path file = draftFile(keys);
            if (!order().dryRun()) {
                TrustRootFile.write(file, now.encode());
            }
            return Optional.empty();
        }
    }

    private static TrustRootDraft withRootKey(TrustRootDraft draft, LedgerKeys keys) {
        return PassphraseOptions.use(keys.passphrase(), secret -> {
            try (SigningKey key = KeyFile.read(keys.root(), secret)) {
                return draft.sign(key);
            }
        });
    }

    /** What to do where a version has to be signed elsewhere first. */
    static String unsigned(LedgerKeys keys) {
        return "the new trust root needs more signatures: have " + draftFile(keys)
                + " signed with 'tally trust-root sign', then repeat with --signed FILE";
    }

    /** Where a version waits for signatures. */
    static Path draftFile(LedgerKeys keys) {
        return keys.trustRoot().resolveSibling(keys.trustRoot().getFileName() + ".draft");
    }
}

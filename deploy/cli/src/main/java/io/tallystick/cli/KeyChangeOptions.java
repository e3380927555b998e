// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.anchor.AnchorConfig;
import io.tallystick.topic.AdminOrder;
import io.tallystick.topic.OperatorRecords;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code keys rotate} and {@code keys retire} are told alike: the ledger, who orders it, and a version signed elsewhere. */
final class KeyChangeOptions {
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

    AdminOrder order() {
        return order.order();
    }

    LedgerKeys keys() {
        return LedgerKeys.of(config.properties());
    }

    /** The keys of the ledger's token. @throws CommandException if the configuration names none */
    TokenRing token() {
        return TokenRing.of(config.properties());
    }

    /** Whether another key than those of a setting may sign checkpoints: in a token, of a service, or in a file. */
    boolean hasOtherKeys(KeySetting ring) {
        LedgerKeys keys = keys();
        boolean inFiles = !ring.setting().equals(LedgerKeys.SIGNING_KEY_FILES)
                && !keys.signing().isEmpty();
        boolean inToken = !ring.setting().equals(AnchorConfig.PKCS11_KEYS)
                && !TokenRing.labels(config.properties()).isEmpty();
        return ring.role() == TrustRole.CHECKPOINT
                && (inFiles || inToken || config.properties().containsKey(AnchorConfig.SIGNING_PROVIDER));
    }

    Duration windowSize() {
        return config.settings().windowSize();
    }

    /** Looks at the ledger each time it is asked. */
    KeyBacklog backlog() {
        return KeyBacklog.of(config.properties());
    }

    /**
     * Carries a step out and says what came of it.
     *
     * @param report prints what the version in force says
     * @throws CommandException if it fails
     */
    void carryOut(KeyStep step, PrintWriter out, Consumer<TrustRoot> report) {
        LedgerKeys keys = keys();
        KeyChange change = new KeyChange(keys, config, new OperatorRecords(config.settings()), order());
        change.carryOut(step, Optional.ofNullable(signed))
                .ifPresentOrElse(report, () -> out.println(lacksSignatures(KeyChange.draftFile(keys))));
        out.flush();
    }

    private String lacksSignatures(Path draft) {
        return order().dryRun()
                ? "the new trust root would need more signatures; without --dry-run the draft is written to " + draft
                : "the new trust root needs more signatures: have " + draft
                        + " signed with 'tally trust-root sign', then repeat with --signed FILE";
    }
}

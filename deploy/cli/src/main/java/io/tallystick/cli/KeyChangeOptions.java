// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.anchor.AnchorConfig;
import io.tallystick.json.JsonObject;
import io.tallystick.topic.AdminOrder;
import io.tallystick.topic.OperatorRecords;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code keys rotate} and {@code keys retire} are told alike: the ledger, who orders it, and a version signed elsewhere. */
final class KeyChangeOptions {
    @Mixin
    private ConfigFile config;

    @Mixin
    private OrderOptions order;

    @Mixin
    private OutputOption output;

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

    /** What the version in force says, told in one of two ways. */
    interface Report {
        void print(PrintWriter out, TrustRoot root);

        /** Members besides those that every step tells. */
        void add(JsonObject.Builder json, TrustRoot root);
    }

    /**
     * Carries a step out and says what came of it.
     *
     * @param report what the version in force says
     * @throws CommandException if it fails
     */
    void carryOut(KeyStep step, PrintWriter out, Report report) {
        LedgerKeys keys = keys();
        KeyChange change = new KeyChange(keys, config, new OperatorRecords(config.settings()), order());
        Optional<TrustRoot> root = change.carryOut(step, Optional.ofNullable(signed));
        if (output.json()) {
            out.println(OutputOption.text(json(root, KeyChange.draftFile(keys), report)));
        } else {
            root.ifPresentOrElse(
                    inForce -> report.print(out, inForce),
                    () -> out.println(lacksSignatures(KeyChange.draftFile(keys))));
        }
        out.flush();
    }

    private JsonObject json(Optional<TrustRoot> root, Path draft, Report report) {
        JsonObject.Builder json = JsonObject.builder()
                .put("dryRun", order().dryRun())
                .put("inForce", root.isPresent() && !order().dryRun());
        if (root.isPresent()) {
            json.put("fingerprint", root.get().fingerprint().toString())
                    .put("version", root.get().version());
            report.add(json, root.get());
        } else if (!order().dryRun()) {
            json.put("draft", draft.toString());
        }
        return json.build();
    }

    private String lacksSignatures(Path draft) {
        return order().dryRun()
                ? "the new trust root would need more signatures; without --dry-run the draft is written to " + draft
                : "the new trust root needs more signatures: have " + draft
                        + " signed with 'tally trust-root sign', then repeat with --signed FILE";
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;
import io.tallystick.trust.TrustedKey;
import io.tallystick.verify.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally trust-root init}. */
@Command(
        name = "init",
        description = {
            "Make the draft of a ledger's first trust root, from public keys in PEM. Sign it with 'tally trust-root"
                    + " sign'.",
            "'tally init' makes a trust root with one root key by itself; this is for several."
        })
final class TrustRootInit implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private OutputOption output;

    @Option(names = "--origin", required = true, description = "The ledger's origin (ledger.origin).")
    private String origin;

    @Option(
            names = "--root-key",
            required = true,
            paramLabel = "PEM",
            description = "Public key that signs trust roots; may be given several times.")
    private List<Path> roots;

    @Option(
            names = "--threshold",
            defaultValue = "1",
            description = "How many of the root keys must sign (default: 1).")
    private int threshold;

    @Option(
            names = "--checkpoint-key",
            required = true,
            paramLabel = "PEM",
            description = "Public key that signs checkpoints; may be given several times.")
    private List<Path> checkpoints;

    @Option(names = "--bundle-key", required = true, paramLabel = "PEM", description = "Public key that signs bundles.")
    private List<Path> bundles;

    @Option(
            names = "--valid",
            paramLabel = "DURATION",
            defaultValue = "3653d",
            converter = DurationText.class,
            description = "How long keys and trust root are valid (default: 3653d, ten years).")
    private Duration valid;

    @Parameters(paramLabel = "DRAFT", description = "The file to make.")
    private Path file;

    @Override
    public void run() {
        if (Files.exists(file)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    file + " exists",
                    "Name a new file; 'tally trust-root update' makes later versions.");
        }
        try {
            TrustRoot.requireOrigin(origin);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    e.getMessage(),
                    "Give --origin as ledger.origin is, such as ledger.example.com.",
                    e);
        }
        Instant issued = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        List<TrustedKey> keys = new ArrayList<>();
        add(keys, roots, TrustRole.ROOT, List.of(), issued);
        add(keys, checkpoints, TrustRole.CHECKPOINT, TrustRootCommand.scopes(origin), issued);
        add(keys, bundles, TrustRole.BUNDLE, TrustRootCommand.scopes(origin), issued);
        try {
            TrustRootDraft draft = TrustRootDraft.first(origin, issued, issued.plus(valid), keys, threshold);
            TrustRootCommand.requireFulfillable(draft, List.of());
            WholeFile.write(file, draft.encode());
            TrustRootCommand.report(spec.commandLine().getOut(), output, draft, null);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitCode.USAGE, "no trust root can say this: " + e.getMessage(), "Correct the options.", e);
        }
    }

    private void add(List<TrustedKey> keys, List<Path> files, TrustRole role, List<String> scopes, Instant issued) {
        for (Path pem : files) {
            try {
                keys.add(new TrustedKey(
                        TrustRootCommand.publicKey(pem),
                        Set.of(role),
                        scopes,
                        issued,
                        issued.plus(valid),
                        KeyStatus.ACTIVE,
                        Optional.empty()));
            } catch (IllegalArgumentException e) {
                throw new CommandException(
                        ExitCode.USAGE, pem + ": " + e.getMessage(), "Give a key that suits its role.", e);
            }
        }
    }
}

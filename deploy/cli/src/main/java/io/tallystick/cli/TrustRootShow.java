// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.entry.LedgerTime;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustRootDraft;
import io.tallystick.trust.TrustedKey;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally trust-root show}. */
@Command(
        name = "show",
        description = "Print what a trust root or a draft says, and its fingerprint. Its signatures are checked.")
final class TrustRootShow implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private OutputOption output;

    @Parameters(paramLabel = "FILE", description = "A trust root, or a draft of one.")
    private Path file;

    @Option(
            names = "--previous",
            paramLabel = "FILE",
            description = "The version before: also says whether this one may follow it.")
    private Path previous;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        TrustRootDraft draft = TrustRootFile.readDraft(file);
        if (output.json()) {
            out.println(new String(draft.encode(), UTF_8));
            out.flush();
            return;
        }
        out.println(
                "expires " + LedgerTime.format(draft.expires()) + ", " + draft.threshold() + " root keys must sign");
        for (TrustedKey key : draft.keys()) {
            out.println("  " + key.keyId() + "  " + key.algorithm().wireName() + "  "
                    + key.roles().stream().map(role -> role.wireName()).sorted().collect(Collectors.joining(",")) + "  "
                    + key.status().wireName()
                    + key.compromisedSince()
                            .map(at -> " since " + LedgerTime.format(at))
                            .orElse("") + "  "
                    + LedgerTime.format(key.notBefore()) + " to " + LedgerTime.format(key.notAfter()));
        }
        draft.anchors()
                .tsa()
                .forEach(tsa -> out.println("  time-stamping authority " + tsa.id() + ", policies "
                        + (tsa.policyOids().isEmpty() ? "any" : tsa.policyOids()) + ", "
                        + tsa.roots().size() + " roots, " + validity(tsa.validFor())));
        draft.anchors()
                .logs()
                .forEach(log -> out.println("  log " + log.id() + " (" + log.kind() + "), origin " + log.origin() + ", "
                        + validity(log.validFor())));
        draft.anchors().witnesses().forEach(witness -> out.println("  witness " + witness.vkey()));
        out.println("  policy: " + draft.policy().witnessQuorum() + " witnesses, anchors "
                + draft.policy().requireAnchors().stream()
                        .map(kind -> kind.wireName())
                        .sorted()
                        .toList() + ", retention "
                + draft.policy().minRetentionDays() + " days");
        TrustRootCommand.report(out, draft, previous);
    }

    private static String validity(TrustAnchors.ValidFor validFor) {
        return LedgerTime.format(validFor.start()) + " to " + LedgerTime.format(validFor.end());
    }
}

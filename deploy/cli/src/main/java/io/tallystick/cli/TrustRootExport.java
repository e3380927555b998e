// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tallystick.trust.PublicKeys;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import io.tallystick.verify.ExitCode;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally trust-root export}: for other people's tools. */
@Command(
        name = "export",
        description = {
            "Print the keys of a trust root for other tools.",
            "  pem          every key with its id, role and status, for openssl",
            "  tlog-policy  C2SP policy of the registry: its Ed25519 keys, the Ed25519 witnesses and their quorum; keys that",
            "               existing parsers refuse (P-256, ML-DSA-44) stand in comments",
            "Neither knows validity in time nor compromise; the verdict of 'tally verify' is the one that counts."
        })
final class TrustRootExport implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--format",
            required = true,
            paramLabel = "pem|tlog-policy",
            description = "What the other tool reads.")
    private String format;

    @Parameters(paramLabel = "FILE", description = "The trust root.")
    private Path file;

    @Override
    public void run() {
        TrustRoot root = TrustRootFile.read(file);
        String text =
                switch (format) {
                    case "pem" -> pem(root);
                    case "tlog-policy" -> TlogPolicy.of(root);
                    default ->
                        throw new CommandException(
                                ExitCode.USAGE, "there is no format " + format, "It is pem or tlog-policy.");
                };
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }

    static String pem(TrustRoot root) {
        StringBuilder text = new StringBuilder();
        for (TrustedKey key : root.keys()) {
            text.append("# ")
                    .append(key.keyId())
                    .append(' ')
                    .append(key.algorithm().wireName())
                    .append(' ')
                    .append(key.roles().stream()
                            .map(TrustRole::wireName)
                            .sorted()
                            .toList())
                    .append(' ')
                    .append(key.status().wireName())
                    .append(' ')
                    .append(key.notBefore())
                    .append(" to ")
                    .append(key.notAfter())
                    .append('\n')
                    .append(new String(PublicKeys.pem(key.spki()), US_ASCII));
        }
        return text.toString();
    }
}

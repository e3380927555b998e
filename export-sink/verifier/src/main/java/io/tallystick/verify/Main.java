// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The verifier on its own, as it lies in evidence archives: {@code verify} and {@code verify-proof} with the options of
 * the {@code tally} command line that an auditor needs. Exit codes are {@link ExitCode}'s.
 */
public final class Main {
    private static final String USAGE =
            """
            usage: verify <folder or zip> [--trust-root FILE] [--root-fingerprint HEX] [--registry DIR] [--tenant NAME]
                          [--require-anchors KIND[:N],...] [--as-of TIME] [--since FILE] [--minimum-retention-days N]
                   verify-proof <file> [--trust-root FILE] [--root-fingerprint HEX] [--require-anchors KIND[:N],...]
                          [--as-of TIME]
            both:  [--output text|json|junit|html] [--report-json FILE] [--report-junit FILE] [--report-html FILE]""";
    private static final String REPORT = "--report-";
    private static final Set<String> REPORTS = Set.of(REPORT + "json", REPORT + "junit", REPORT + "html");

    private Main() {}

    /** Verifies and ends the process with the exit code. */
    public static void main(String[] arguments) {
        int code = ExitCode.INTERNAL;
        try {
            code = run(
                    new PrintStream(System.out, false, StandardCharsets.UTF_8),
                    new PrintStream(System.err, true, StandardCharsets.UTF_8),
                    arguments);
        } finally {
            System.exit(code);
        }
    }

    static int run(PrintStream out, PrintStream err, String... arguments) {
        try {
            if (arguments.length < 2 || arguments.length % 2 != 0) {
                throw new IllegalArgumentException("give a command, what to verify, and options with their values");
            }
            VerifyRequest request = VerifyRequest.of(Path.of(arguments[1])).withNow(Instant.now());
            String form = "text";
            Map<String, Path> files = new LinkedHashMap<>();
            for (int i = 2; i < arguments.length; i += 2) {
                String value = arguments[i + 1];
                if (arguments[i].equals("--output")) {
                    form = value.toLowerCase(Locale.ROOT);
                } else if (REPORTS.contains(arguments[i])) {
                    files.put(arguments[i].substring(REPORT.length()), Path.of(value));
                } else {
                    request = option(request, arguments[i], value);
                }
            }
            requireApart(request, files);
            VerificationReport report = report(arguments[0], request);
            for (Map.Entry<String, Path> file : files.entrySet()) {
                write(file.getValue(), report, file.getKey());
            }
            Writer text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
            write(report, form, text);
            text.flush();
            return report.exitCode();
        } catch (IllegalArgumentException e) {
            String what = e instanceof InvalidPathException ? "not a path: " : "";
            err.println(PlainText.line(what + e.getMessage()));
            err.println(USAGE);
            return ExitCode.USAGE;
        } catch (IOException e) {
            err.println(PlainText.line("cannot write the report: " + Reason.of(e)));
            return ExitCode.UNREACHABLE;
        }
    }

    private static VerifyRequest option(VerifyRequest request, String name, String value) {
        return switch (name) {
            case "--trust-root" -> request.withTrustRoot(Path.of(value));
            case "--root-fingerprint" -> request.withFingerprint(Hash.parseHex(value));
            case "--registry" -> request.withRegistry(Path.of(value));
            case "--tenant" -> request.withTenant(value);
            case "--minimum-retention-days" -> request.withMinimumRetentionDays(Integer.parseInt(value));
            case "--since" -> request.withSince(Path.of(value));
            case "--require-anchors" -> request.withAnchors(AnchorRequirement.parse(value));
            case "--as-of" -> request.withAsOf(TimeText.parse(value));
            default -> throw new IllegalArgumentException("unknown option " + name);
        };
    }

    private static void requireApart(VerifyRequest request, Map<String, Path> files) {
        List<Path> read = new ArrayList<>(List.of(request.target()));
        Stream.of(request.trustRoot(), request.registry(), request.since())
                .flatMap(Optional::stream)
                .forEach(read::add);
        Outputs outputs = Outputs.beside(read);
        files.forEach((form, file) -> outputs.file(REPORT + form, file));
    }

    private static void write(Path file, VerificationReport report, String form) {
        try {
            OutputFile.writeText(file, out -> write(report, form, out));
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot write " + file + ": " + Reason.of(e), e);
        }
    }

    private static VerificationReport report(String command, VerifyRequest request) {
        return switch (command) {
            case "verify" -> Verifier.verify(request);
            case "verify-proof" -> ProofVerifier.verify(request);
            default -> throw new IllegalArgumentException("unknown command " + command);
        };
    }

    private static void write(VerificationReport report, String form, Writer out) throws IOException {
        switch (form) {
            case "text" -> out.write(report.text());
            case "json" -> report.writeJson(out);
            case "junit" -> out.write(report.junit());
            case "html" -> out.write(report.html());
            default -> throw new IllegalArgumentException("unknown output " + form);
        }
    }
}

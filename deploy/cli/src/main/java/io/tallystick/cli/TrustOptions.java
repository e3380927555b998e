// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.tree.Hash;
import io.tallystick.verify.ExitCode;
import io.tallystick.verify.VerifyRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code --trust-root}, {@code --root-fingerprint}: by whose keys to judge. */
final class TrustOptions {
    @Option(
            names = "--trust-root",
            paramLabel = "FILE",
            description =
                    "The trust root, which reached you by another way than the evidence. Without it: exit code 4.")
    private Path trustRoot;

    @Option(
            names = "--root-fingerprint",
            paramLabel = "HEX",
            description = "What the trust root must be: SHA-256 of its signed part, from a second channel.")
    private String fingerprint;

    Optional<Path> file() {
        return Optional.ofNullable(trustRoot);
    }

    /** A request for a target, with what was given. */
    VerifyRequest request(Path target) {
        VerifyRequest request = VerifyRequest.of(target).withNow(Instant.now());
        if (trustRoot != null) {
            request = request.withTrustRoot(trustRoot);
        }
        return fingerprint == null ? request : request.withFingerprint(parseFingerprint());
    }

    private Hash parseFingerprint() {
        try {
            return Hash.parseHex(fingerprint);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitCode.USAGE, "not a fingerprint: " + fingerprint, "It is 64 lower-case hex digits.", e);
        }
    }
}

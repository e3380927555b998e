// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.verify.AnchorRequirement;
import io.tallystick.verify.ExitCode;
import io.tallystick.verify.VerifyRequest;
import java.time.Instant;
import picocli.CommandLine.Option;

/** {@code --require-anchors}, {@code --as-of}: what outside parties must vouch for, and by when. */
final class AnchorOptions {
    @Option(
            names = "--require-anchors",
            paramLabel = "KIND[:N],…",
            description = {
                "Outside parties that must vouch for every registry checkpoint, beside what the trust root requires:",
                "witness, tsa, log, each with how many, such as witness:2,tsa. Too few: exit code 3."
            })
    private String anchors;

    @Option(
            names = "--as-of",
            paramLabel = "TIME",
            converter = TimeOption.class,
            description = {
                "Judge the evidence as of this time: required anchors that prove a time must prove this one, and of bundles",
                "the windows that ended by then must be there.",
                TimeOption.HELP
            })
    private Instant asOf;

    /** The request, with what was given. */
    VerifyRequest require(VerifyRequest request) {
        VerifyRequest required = anchors == null ? request : request.withAnchors(parseAnchors());
        return asOf == null ? required : required.withAsOf(asOf);
    }

    private AnchorRequirement parseAnchors() {
        try {
            return AnchorRequirement.parse(anchors);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, e.getMessage(), "It is like witness:2,tsa,log.", e);
        }
    }
}

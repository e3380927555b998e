// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.tree.Hash;
import java.nio.file.Path;
import java.time.Instant;

/** The instructions in an evidence archive. */
final class EvidenceReadme {
    private EvidenceReadme() {}

    private static String asked(EvidenceArchive.Evidence evidence) {
        String from = evidence.from().equals(Instant.MIN) ? "at any time" : "at " + evidence.from() + " or later";
        return evidence.to().equals(Instant.MAX) ? from : from + " and before " + evidence.to();
    }

    static String text(EvidenceArchive.Evidence evidence, VerificationReport report) {
        String jar = evidence.verifier().stream()
                .findFirst()
                .map(Path::getFileName)
                .map(Path::toString)
                .orElse("tallystick-verifier.jar");
        String period = report.tenants().stream()
                .filter(tenant -> tenant.from().isPresent() && tenant.to().isPresent())
                .findFirst()
                .map(tenant -> tenant.from().get() + " to " + tenant.to().get() + " (" + tenant.bundles() + " windows)")
                .orElse("no committed window");
        return String.join(
                "\n",
                "EVIDENCE OF TENANT " + evidence.tenant(),
                "",
                "Asked for:   windows that begin " + asked(evidence),
                "Period:      " + period,
                "Trust root:  fingerprint "
                        + report.trustRoot().map(Hash::toString).orElse("none, trust-root.json cannot be used"),
                "Verdict when packed: exit code " + report.exitCode() + ", see report/report.html",
                "",
                "What is here",
                "  v1/tenant=" + evidence.tenant()
                        + "/   the bundles: entries as NDJSON in zstd, manifests, signatures, proofs",
                "  v1/registry/   what the ledger sealed in these windows, of all tenants, blinded",
                "  v1/anchors/    what others said of it (countersignatures, time-stamps), where there are any; if they did"
                        + " only",
                "                 after the period, v1/anchors/later/registry/ leads to what they said then, which covers it",
                "  trust-root.json   the keys of the ledger. Whoever can forge evidence can forge this file: compare"
                        + " the",
                "                 fingerprint above with the one you were given by another way",
                "  report/        what the verifier said when this was packed: HTML, text, JSON, JUnit XML",
                "  verifier/      the verifier; take one you trust instead if you have it",
                "",
                "To verify, in this folder, with Java 17 or newer and without a network:",
                "  java -jar verifier/" + jar + " verify . --tenant " + evidence.tenant()
                        + " --trust-root trust-root.json --root-fingerprint <fingerprint you were given>",
                "Exit code 0: everything holds. 1: something contradicts. 3: intact, but not all is here. 4: signer"
                        + " unknown.",
                "It works on the archive as it is, too: give it instead of '.'. Without --tenant it takes the one tenant"
                        + " that",
                "is here, and says so.",
                "",
                "With stock tools: 'sha256sum -c SHA256SUMS' here; the rest is in report/report.html under 'To check it by hand',",
                "to be run in each bundle's folder. It begins with the trust root: yours, or, once you compared its fingerprint,",
                "  trust=../../../../trust-root.json",
                "");
    }
}

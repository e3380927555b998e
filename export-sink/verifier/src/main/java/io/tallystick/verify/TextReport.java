// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** The report for people. A single bundle is shown in full; of many, those with something to say. */
final class TextReport {
    private static final int FAULTS_SHOWN = 3;
    private static final int CHAINS_SHOWN = 50;

    private final StringBuilder out = new StringBuilder();

    private TextReport() {}

    static String of(VerificationReport report) {
        TextReport text = new TextReport();
        text.report(report);
        return text.out.toString();
    }

    private void report(VerificationReport report) {
        line("%s (exit code %d)", headline(report), report.exitCode());
        report.problem().ifPresent(problem -> line("  %s", problem.message()));
        report.trustRoot().ifPresent(fingerprint -> line("trust root %s", fingerprint));
        report.tenants().stream()
                .filter(tenant -> !tenant.beginning())
                .forEach(tenant -> line(
                        "earlier windows are not here: the evidence of tenant %s reaches from the window of %s on",
                        tenant.tenant().orElseThrow(), tenant.from().orElseThrow()));
        report.warnings().forEach(warning -> line("warning: %s", warning));
        report.target().filter(verdict -> verdict.exitCode() != ExitCode.VALID).ifPresent(verdict -> {
            line("target: what lies there, and that it can be read in one way");
            verdict(verdict);
        });
        boolean all = report.bundles().size() == 1;
        for (BundleReport bundle : report.bundles()) {
            if (all || bundle.exitCode() != ExitCode.VALID) {
                bundle(bundle);
            }
        }
        long valid = report.bundles().stream()
                .filter(bundle -> bundle.exitCode() == ExitCode.VALID)
                .count();
        if (!all) {
            line("bundles: %d, of which pass: %d", report.bundles().size(), valid);
            long timed = report.bundles().stream()
                    .filter(bundle -> bundle.existedBy().isPresent())
                    .count();
            if (timed > 0) {
                line("bundles with a time that outside parties prove: %d", timed);
            }
        }
        report.tenants().forEach(tenant -> tenant(tenant, !all));
        report.registry().ifPresent(verdict -> {
            line("registry: whether every chain head has its bundle");
            verdict(verdict);
        });
    }

    static String headline(VerificationReport report) {
        return switch (report.exitCode()) {
            case ExitCode.VALID -> "VALID";
            case ExitCode.FAILED -> "NOT VALID";
            case ExitCode.INCOMPLETE -> "INCOMPLETE: intact as far as it goes";
            case ExitCode.UNTRUSTED -> "NOT TRUSTED: signer unknown or no trust root";
            case ExitCode.UNREACHABLE -> "NOT VERIFIED: storage unreachable";
            default -> "NOT VERIFIED";
        };
    }

    private void bundle(BundleReport bundle) {
        line(
                "bundle %s%s%s",
                bundle.path(),
                bundle.tenant().map(tenant -> ", tenant " + tenant).orElse(""),
                bundle.window()
                        .map(window -> ", window " + window.start() + " to " + window.end())
                        .orElse(""));
        bundle.manifest().ifPresent(digest -> line("  manifest %s", digest));
        bundle.phases().forEach(this::verdict);
        bundle.chains().stream().limit(CHAINS_SHOWN).forEach(this::chain);
        if (bundle.chains().size() > CHAINS_SHOWN) {
            line("  … and %d more chains", bundle.chains().size() - CHAINS_SHOWN);
        }
        bundle.existedBy().ifPresent(time -> line("  existed no later than %s", time));
        bundle.anchors().forEach(anchor -> line("  anchor %s", anchor));
        bundle.notes().forEach(note -> line("  note: %s", note));
    }

    private void verdict(PhaseVerdict verdict) {
        List<String> reasons = verdict.reasons();
        boolean why = verdict.verdict() == PhaseVerdict.Verdict.NOT_CHECKED;
        line("  %-28s %s%s", verdict.phase(), verdict.verdict(), why ? ": " + String.join("; ", reasons) : "");
        verdict.faults().stream().limit(FAULTS_SHOWN).forEach(fault -> line("      %s", fault));
        long more =
                verdict.faultCount() - Math.min(FAULTS_SHOWN, verdict.faults().size());
        if (more > 0) {
            line("      … and %d more", more);
        }
    }

    private void total(ChainTotal chain) {
        line(
                "  chain %s: %d entries in all; source offsets up to %d, of which only the source vouches for %d%s",
                chain.chain(),
                chain.size(),
                chain.sourceNext(),
                chain.skippedOffsets(),
                sourceEnd(chain.sourceEnd(), chain.asOf()));
    }

    private static String sourceEnd(OptionalLong end, Optional<Instant> asOf) {
        return end.isPresent()
                ? "; source end " + end.getAsLong() + " as of " + asOf.orElseThrow()
                : "; source end not known";
    }

    private void chain(ChainSummary chain) {
        line(
                "  chain %s: %d entries, %d in all; source offsets %d to %d, of which only the source vouches for %d%s",
                chain.chain(),
                chain.entries(),
                chain.size(),
                chain.sourceFrom(),
                chain.sourceNext(),
                chain.skippedOffsets(),
                sourceEnd(chain.sourceEnd(), chain.asOf()));
    }

    private void tenant(TenantReport tenant, boolean totals) {
        line(
                "tenant %s: %d bundles%s",
                tenant.tenant().orElse("unknown"),
                tenant.bundles(),
                tenant.from().isPresent() && tenant.to().isPresent()
                        ? ", " + tenant.from().get() + " to " + tenant.to().get()
                        : "");
        verdict(tenant.completeness());
        if (totals) {
            line("  skipped offsets that only the source can vouch for: %d", tenant.skippedOffsets());
            tenant.chains().stream().limit(CHAINS_SHOWN).forEach(this::total);
            if (tenant.chains().size() > CHAINS_SHOWN) {
                line("  … and %d more chains", tenant.chains().size() - CHAINS_SHOWN);
            }
        }
        tenant.notes().forEach(note -> line("  note: %s", note));
    }

    private void line(String format, Object... arguments) {
        out.append(PlainText.line(String.format(Locale.ROOT, format, arguments)));
        out.append('\n');
    }
}

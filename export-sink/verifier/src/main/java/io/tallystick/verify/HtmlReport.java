// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The report as one HTML page for people who do not run programs: what was looked at, what was found, what that proves
 * and what it does not, and how to check it by hand. No scripts, no external resources; a content security policy in the
 * page forbids them. Deterministic, as the other forms.
 */
final class HtmlReport {
    private static final int BUNDLES_SHOWN = 500;
    private static final int CHAINS_SHOWN = 500;
    private static final int NOTES_SHOWN = 200;

    private final VerificationReport report;
    private final HtmlPage page = new HtmlPage();

    private HtmlReport(VerificationReport report) {
        this.report = report;
    }

    static String of(VerificationReport report) {
        return new HtmlReport(report).text();
    }

    private String text() {
        page.title("Verification of a ledger's evidence");
        verdict();
        scope();
        axes();
        population();
        gaps();
        keys();
        time();
        retention();
        faults();
        HtmlGuide.byHand(page);
        return page.text();
    }

    private void verdict() {
        page.banner(
                report.exitCode() == ExitCode.VALID,
                TextReport.headline(report) + " (exit code " + report.exitCode() + ")");
        page.paragraph(HtmlGuide.meaning(report.exitCode()));
        report.problem().ifPresent(problem -> page.paragraph(problem.message()));
        report.warnings().forEach(warning -> page.paragraph("Warning: " + warning));
    }

    private void scope() {
        page.heading("Scope");
        page.paragraph("What this page speaks of. Windows that are not listed were not looked at.");
        List<List<String>> rows = new ArrayList<>();
        for (TenantReport tenant : report.tenants()) {
            rows.add(List.of(
                    tenant.tenant().orElse("unknown"),
                    String.valueOf(tenant.bundles()),
                    tenant.from().map(Object::toString).orElse("-"),
                    tenant.to().map(Object::toString).orElse("-"),
                    tenant.beginning() ? "yes" : "no, earlier windows are not here"));
        }
        for (BundleReport bundle : report.tenants().isEmpty() ? report.bundles() : List.<BundleReport>of()) {
            rows.add(List.of(
                    bundle.tenant().orElse("unknown"),
                    bundle.path(),
                    bundle.window().map(window -> window.start().toString()).orElse("-"),
                    bundle.window().map(window -> window.end().toString()).orElse("-"),
                    "one file"));
        }
        page.table(List.of("Tenant", "Bundles", "From", "To", "From the tenant's beginning"), rows);
        page.paragraph(report.trustRoot()
                .map(fingerprint -> "Judged by the trust root with fingerprint " + fingerprint
                        + ". Compare it with the fingerprint you were given by another way than the evidence.")
                .orElse("No trust root was used: whose signatures these are was not checked."));
    }

    private void axes() {
        page.heading("Verdict by question");
        List<List<String>> rows = new ArrayList<>();
        for (Phase phase : Phase.values()) {
            List<PhaseVerdict> verdicts = verdicts(phase);
            long passed = count(verdicts, PhaseVerdict.Verdict.PASS);
            long failed = count(verdicts, PhaseVerdict.Verdict.FAIL);
            long open = count(verdicts, PhaseVerdict.Verdict.NOT_CHECKED);
            TreeSet<String> reasons = new TreeSet<>();
            verdicts.forEach(verdict -> reasons.addAll(verdict.reasons()));
            String outcome = failed > 0 ? "fail" : open > 0 ? "not checked" : passed > 0 ? "pass" : "nothing to check";
            rows.add(List.of(
                    phase.toString(),
                    HtmlGuide.question(phase),
                    outcome,
                    passed + " / " + failed + " / " + open,
                    reasons.stream().limit(3).reduce((a, b) -> a + "; " + b).orElse("")));
        }
        page.table(List.of("Phase", "Question", "Verdict", "Pass / fail / not checked", "Why not checked"), rows);
    }

    private List<PhaseVerdict> verdicts(Phase phase) {
        List<PhaseVerdict> verdicts = new ArrayList<>();
        report.bundles().forEach(bundle -> verdicts.add(bundle.phase(phase)));
        if (phase == Phase.STRUCTURE) {
            report.target().ifPresent(verdicts::add);
        }
        if (phase == Phase.COMPLETENESS) {
            report.tenants().forEach(tenant -> verdicts.add(tenant.completeness()));
            report.registry().ifPresent(verdicts::add);
        }
        return verdicts;
    }

    private static long count(List<PhaseVerdict> verdicts, PhaseVerdict.Verdict wanted) {
        return verdicts.stream().filter(v -> v.verdict() == wanted).count();
    }

    private void population() {
        page.heading("Population");
        SortedMap<String, Long> counts = new TreeMap<>();
        SortedMap<String, Long> reasons = new TreeMap<>();
        for (BundleReport bundle : report.bundles()) {
            BundleFacts.add(counts, bundle.facts().counts());
            BundleFacts.add(reasons, bundle.facts().reasons());
        }
        page.paragraph("Entries in the windows looked at, by kind, and why records were refused or are missing.");
        page.table(List.of("Kind", "Entries"), rows(counts));
        if (!reasons.isEmpty()) {
            page.table(List.of("Reason", "Entries"), rows(reasons));
        }
        List<List<String>> chains = new ArrayList<>();
        for (TenantReport tenant : report.tenants()) {
            for (ChainTotal chain : tenant.chains()) {
                chains.add(List.of(
                        chain.chain().toString(), String.valueOf(chain.size()), String.valueOf(chain.sourceNext())));
            }
        }
        page.table(
                List.of("Chain", "Entries in all", "Source offsets accounted for, below"),
                chains.subList(0, Math.min(chains.size(), CHAINS_SHOWN)));
        page.more(chains.size() - CHAINS_SHOWN, "chains");
    }

    private static List<List<String>> rows(SortedMap<String, Long> counts) {
        List<List<String>> rows = new ArrayList<>();
        counts.forEach((name, count) -> rows.add(List.of(name, String.valueOf(count))));
        return rows;
    }

    private void gaps() {
        page.heading("Gaps");
        long lost = report.bundles().stream()
                .mapToLong(bundle -> bundle.facts().counts().getOrDefault("gap", 0L))
                .sum();
        long skipped = report.tenants().stream()
                .mapToLong(TenantReport::skippedOffsets)
                .sum();
        page.paragraph("Gap entries, each an interval of source offsets that was lost before the ledger could read it: "
                + lost
                + ". Offsets that only the source itself could vouch for (transaction markers, aborted records): "
                + skipped + ".");
        List<String> notes = new ArrayList<>();
        for (TenantReport tenant : report.tenants()) {
            notes.addAll(tenant.completeness().reasons());
            notes.addAll(tenant.notes());
            for (ChainTotal chain : tenant.chains()) {
                chain.sourceEnd()
                        .ifPresent(end -> notes.add(chain.chain() + ": the source reached offset " + end
                                + " as of " + chain.asOf().map(Object::toString).orElse("-") + ", " + chain.sourceNext()
                                + " are accounted for"));
            }
        }
        report.registry().ifPresent(verdict -> notes.addAll(verdict.reasons()));
        report.bundles().forEach(bundle -> notes.addAll(bundle.notes()));
        page.list(notes.subList(0, Math.min(notes.size(), NOTES_SHOWN)));
        page.more(notes.size() - NOTES_SHOWN, "notes");
    }

    private void keys() {
        page.heading("Keys");
        Map<String, BundleFacts.Signer> keys = new LinkedHashMap<>();
        report.bundles().forEach(bundle -> bundle.facts()
                .signers()
                .forEach(signer -> keys.merge(signer.keyId(), signer, BundleFacts.Signer::plus)));
        page.paragraph(
                "Keys of the trust root whose signatures were met and verified. Whether each was allowed to sign at its"
                        + " window's end is the verdict of phase 6.");
        page.table(
                List.of("Key", "Algorithm", "Valid from", "Valid until", "Signatures"),
                keys.values().stream()
                        .map(key -> List.of(
                                key.keyId(),
                                key.algorithm(),
                                key.notBefore().toString(),
                                key.notAfter().toString(),
                                String.valueOf(key.signatures())))
                        .toList());
    }

    private void time() {
        page.heading("Anchors and time");
        page.paragraph(HtmlGuide.TIME);
        TreeSet<String> said = new TreeSet<>();
        verdicts(Phase.ANCHORS).forEach(verdict -> said.addAll(verdict.reasons()));
        page.list(List.copyOf(said));
        List<List<String>> rows = new ArrayList<>();
        for (BundleReport bundle : report.bundles()) {
            if (!bundle.anchors().isEmpty()) {
                rows.add(List.of(
                        bundle.path(),
                        bundle.existedBy().map(Object::toString).orElse("no time is proven"),
                        bundle.anchors().stream()
                                .map(AnchorReport::toString)
                                .reduce((a, b) -> a + "; " + b)
                                .orElse("")));
            }
        }
        page.table(
                List.of("Bundle", "Existed no later than", "As verified statements of outside parties say"),
                rows.subList(0, Math.min(rows.size(), BUNDLES_SHOWN)));
        page.more(rows.size() - BUNDLES_SHOWN, "bundles with statements of outside parties");
        long proven = report.bundles().stream()
                .filter(bundle -> bundle.existedBy().isPresent())
                .count();
        page.paragraph("Bundles with a time that outside parties prove: " + proven + " of "
                + report.bundles().size() + ".");
    }

    private void retention() {
        page.heading("Retention");
        SortedMap<String, Long> promises = new TreeMap<>();
        for (BundleReport bundle : report.bundles()) {
            Optional<String> promise = bundle.facts()
                    .retention()
                    .map(retention -> retention.days() + " days, class " + retention.retentionClass() + ", lock mode "
                            + retention.mode() + (retention.legalHold() ? ", legal hold" : ""));
            promise.ifPresent(text -> promises.merge(text, 1L, Long::sum));
        }
        page.paragraph(
                "What the exporter recorded when it wrote the bundles. Where the verdict of phase 9 is pass, the lock that"
                        + " the store reported for the bundle keeps it as long; the bundle after it tells of that lock."
                        + " Lock mode \"none\" means that the store did not enforce it.");
        page.table(List.of("Promise", "Bundles"), rows(promises));
    }

    private void faults() {
        page.heading("What is wrong");
        List<List<String>> rows = new ArrayList<>();
        report.target().ifPresent(verdict -> faults(rows, "target", verdict));
        for (BundleReport bundle : report.bundles()) {
            bundle.phases().forEach(verdict -> faults(rows, bundle.path(), verdict));
        }
        for (TenantReport tenant : report.tenants()) {
            faults(rows, "tenant " + tenant.tenant().orElse("unknown"), tenant.completeness());
        }
        report.registry().ifPresent(verdict -> faults(rows, "registry", verdict));
        if (rows.isEmpty()) {
            page.paragraph("Nothing was found that contradicts the evidence.");
            return;
        }
        page.table(
                List.of("Where", "Phase", "First faults", "Faults"),
                rows.subList(0, Math.min(rows.size(), BUNDLES_SHOWN)));
        page.more(rows.size() - BUNDLES_SHOWN, "places with faults");
    }

    private static void faults(List<List<String>> rows, String where, PhaseVerdict verdict) {
        if (verdict.verdict() == PhaseVerdict.Verdict.FAIL) {
            String first = verdict.faults().stream()
                    .limit(3)
                    .map(Fault::toString)
                    .reduce((a, b) -> a + " | " + b)
                    .orElse("");
            rows.add(List.of(where, verdict.phase().toString(), first, String.valueOf(verdict.faultCount())));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.Manifest;
import io.tallystick.entry.LedgerTime;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonValue;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Function;

/**
 * The transcript, JCS. No clock, no absolute path: the same input gives the same bytes. The format's version changes when
 * a member changes its meaning or goes; a reader of v1 leaves alone what it does not know.
 *
 * <pre>
 * {bundles [bundle], exitCode, format, kind? bucket|tenant|bundle, problem?, registry? phase, target? phase,
 *         tenants [tenant], trustRoot?, warnings [text]}
 * bundle  {anchors [anchor], chains [chain], counts {kind: n}, existedBy?, exitCode, manifest?, notes [text], path,
 *         phases [phase], reasons {reason: n}, registry? {root, size}, retention? {class, days, legalHold, mode, until},
 *         signers [{algorithm, keyId, notAfter, notBefore, signatures}], tenant?, window? {end, start}}
 * phase   {faultCount, faults [{file, line?, message, seq?}], phase, reasons [text], title, verdict}
 * anchor  {coveredBy?, existedBy?, file, kind, party}
 * chain   {asOf?, chain, entries, size, skippedOffsets, source {from, next}, sourceEnd?}
 * tenant  {beginning, bundles, chains [total], completeness phase, folder, from?, notes [text], skippedOffsets, tenant?,
 *         to?}
 * total   {asOf?, chain, size, skippedOffsets, sourceEnd?, sourceNext}
 * </pre>
 */
final class JsonReport {
    static final String FORMAT = "tallystick/verification/v1";

    private JsonReport() {}

    /** Bundle after bundle, so that no more than one of them is there as JSON. */
    static void write(VerificationReport report, Writer out) throws IOException {
        JsonObject.Builder rest = JsonObject.builder()
                .put("exitCode", report.exitCode())
                .put("format", FORMAT)
                .put("kind", report.kind());
        report.problem().ifPresent(problem -> rest.put("problem", problem.message()));
        report.registry().ifPresent(verdict -> rest.put("registry", phase(verdict)));
        report.target().ifPresent(verdict -> rest.put("target", phase(verdict)));
        rest.put("tenants", array(report.tenants(), JsonReport::tenant));
        rest.put("trustRoot", report.trustRoot().map(Hash::toString));
        rest.put("warnings", JsonArray.ofStrings(report.warnings()));
        out.write("{\"bundles\":[");
        String separator = "";
        for (BundleReport bundle : report.bundles()) {
            out.write(separator);
            out.write(text(bundle(bundle)));
            separator = ",";
        }
        out.write("],");
        out.write(text(rest.build()).substring(1)); // in JCS "bundles" comes before all other members
    }

    private static String text(JsonObject json) {
        return new String(Jcs.encode(json), StandardCharsets.UTF_8);
    }

    private static JsonObject bundle(BundleReport bundle) {
        JsonObject.Builder json = JsonObject.builder()
                .put("anchors", array(bundle.anchors(), JsonReport::anchor))
                .put("chains", array(bundle.chains(), JsonReport::chain))
                .put("existedBy", bundle.existedBy().map(LedgerTime::format))
                .put("exitCode", bundle.exitCode())
                .put("manifest", bundle.manifest().map(Hash::toString))
                .put("notes", JsonArray.ofStrings(bundle.notes()))
                .put("path", bundle.path())
                .put("phases", array(bundle.phases(), JsonReport::phase))
                .put("tenant", bundle.tenant());
        bundle.window().ifPresent(window -> json.put("window", window(window)));
        facts(bundle.facts(), json);
        return json.build();
    }

    private static void facts(BundleFacts facts, JsonObject.Builder json) {
        json.put("counts", counts(facts.counts()));
        json.put("reasons", counts(facts.reasons()));
        facts.registry()
                .ifPresent(head -> json.put(
                        "registry",
                        JsonObject.builder()
                                .put("root", head.root().toString())
                                .put("size", head.size())
                                .build()));
        facts.retention()
                .ifPresent(retention -> json.put(
                        "retention",
                        JsonObject.builder()
                                .put("class", retention.retentionClass())
                                .put("days", retention.days())
                                .put("legalHold", retention.legalHold())
                                .put("mode", retention.mode())
                                .put("until", LedgerTime.format(retention.until()))
                                .build()));
        json.put("signers", array(facts.signers(), signer -> JsonObject.builder()
                .put("algorithm", signer.algorithm())
                .put("keyId", signer.keyId())
                .put("notAfter", LedgerTime.format(signer.notAfter()))
                .put("notBefore", LedgerTime.format(signer.notBefore()))
                .put("signatures", signer.signatures())
                .build()));
    }

    private static JsonObject counts(SortedMap<String, Long> counts) {
        JsonObject.Builder json = JsonObject.builder();
        counts.forEach(json::put);
        return json.build();
    }

    private static JsonObject window(Manifest.Window window) {
        return JsonObject.builder()
                .put("end", LedgerTime.format(window.end()))
                .put("start", LedgerTime.format(window.start()))
                .build();
    }

    private static JsonObject phase(PhaseVerdict verdict) {
        return JsonObject.builder()
                .put("faultCount", verdict.faultCount())
                .put("faults", array(verdict.faults(), JsonReport::fault))
                .put("phase", verdict.phase().number())
                .put("reasons", JsonArray.ofStrings(verdict.reasons()))
                .put("title", verdict.phase().title())
                .put("verdict", verdict.verdict().toString())
                .build();
    }

    private static JsonObject anchor(AnchorReport anchor) {
        return JsonObject.builder()
                .put("coveredBy", anchor.coveredBy())
                .put("existedBy", anchor.existedBy().map(LedgerTime::format))
                .put("file", anchor.file())
                .put("kind", anchor.kind())
                .put("party", anchor.receipt().party())
                .build();
    }

    private static JsonObject fault(Fault fault) {
        return JsonObject.builder()
                .put("file", fault.file())
                .put("line", fault.line())
                .put("message", fault.message())
                .put("seq", fault.seq())
                .build();
    }

    private static JsonObject chain(ChainSummary chain) {
        return JsonObject.builder()
                .put("asOf", chain.asOf().map(LedgerTime::format))
                .put("chain", chain.chain().toString())
                .put("entries", chain.entries())
                .put("size", chain.size())
                .put("skippedOffsets", chain.skippedOffsets())
                .put(
                        "source",
                        JsonObject.builder()
                                .put("from", chain.sourceFrom())
                                .put("next", chain.sourceNext())
                                .build())
                .put("sourceEnd", chain.sourceEnd())
                .build();
    }

    private static JsonObject tenant(TenantReport tenant) {
        return JsonObject.builder()
                .put("beginning", tenant.beginning())
                .put("bundles", tenant.bundles())
                .put("chains", array(tenant.chains(), JsonReport::total))
                .put("completeness", phase(tenant.completeness()))
                .put("folder", tenant.folder())
                .put("from", tenant.from().map(LedgerTime::format))
                .put("notes", JsonArray.ofStrings(tenant.notes()))
                .put("skippedOffsets", tenant.skippedOffsets())
                .put("tenant", tenant.tenant())
                .put("to", tenant.to().map(LedgerTime::format))
                .build();
    }

    private static JsonObject total(ChainTotal chain) {
        return JsonObject.builder()
                .put("asOf", chain.asOf().map(LedgerTime::format))
                .put("chain", chain.chain().toString())
                .put("size", chain.size())
                .put("skippedOffsets", chain.skippedOffsets())
                .put("sourceEnd", chain.sourceEnd())
                .put("sourceNext", chain.sourceNext())
                .build();
    }

    private static <T> JsonArray array(List<T> values, Function<T, JsonObject> json) {
        return new JsonArray(values.stream().<JsonValue>map(json).toList());
    }
}

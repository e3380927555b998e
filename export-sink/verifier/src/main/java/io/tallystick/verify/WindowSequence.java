// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.Derivation;
import io.tallystick.bundle.Manifest;
import io.tallystick.entry.ChainId;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Phase 8 over the bundles of one tenant, offered in order of their windows: each goes on where the one before ended.
 * Keeps the last bundle, and which chains have ended.
 */
final class WindowSequence {
    private final Findings findings;
    private final Since since;
    private Optional<String> tenant;
    private Before last;
    private Before skipped;

    /** Whether the last bundle is one whose entries were not read. */
    private boolean seeded;

    private Instant first;
    private long count;
    private boolean beginning = true;
    private final ClaimSequence claims;
    private final ClosedChains closed = new ClosedChains();

    /**
     * @param tenant what the folder is named for; without it the first bundle decides
     * @param since what an earlier verification covered
     */
    WindowSequence(Optional<String> tenant, Since since, Findings findings) {
        this.tenant = tenant;
        this.since = since;
        this.findings = findings;
        this.claims = new ClaimSequence(findings);
    }

    /**
     * A bundle the next one is compared with.
     *
     * @param ends where each chain stands, by partition; empty if its entries were not read
     */
    record Before(String path, Manifest manifest, Hash digest, Map<Integer, ChainEnd> ends) {
        Before {
            ends = Map.copyOf(ends);
        }
    }

    /** A bundle that an earlier verification covered. */
    void skip(Before bundle) {
        closed.see(bundle.manifest());
        if (skipped == null
                || bundle.manifest().registry().size()
                        > skipped.manifest().registry().size()) {
            skipped = bundle;
        }
    }

    void offer(BundleCheck.Checked bundle) {
        count++;
        String path = bundle.report().path();
        if (bundle.manifest().isEmpty()) {
            findings.notChecked(
                    Phase.COMPLETENESS, ExitCode.INCOMPLETE, path + ": without its manifest its window is unknown");
            return;
        }
        Manifest manifest = bundle.manifest().get();
        if (tenant.isEmpty()) {
            tenant = Optional.of(manifest.tenant());
        }
        if (!tenant.get().equals(manifest.tenant())) {
            fail(path, "a bundle of tenant " + manifest.tenant() + " in the folder of " + tenant.get());
            return;
        }
        if (last == null) {
            first = manifest.window().start();
            requireBeginning(path, manifest);
        }
        if (last != null) {
            Manifest before = last.manifest();
            follow(path, manifest, before);
            requireShape(path, manifest, before);
            if (manifest.transactional() != before.transactional()) {
                findings.note("from the window of " + manifest.window().start() + " on the tenant "
                        + (manifest.transactional() ? "produces" : "does not produce") + " in transactions");
            }
        }
        for (ChainId id : closed.reopened(manifest)) {
            fail(path, "chain " + id + " has entries after it was closed");
        }
        closed.see(manifest);
        claims.offer(path, manifest, bundle.ends());
        if (manifest.isOf(Derivation.Shape.FILTERED)) {
            claims.gap();
        }
        last = new Before(path, manifest, bundle.digest().orElseThrow(), bundle.ends());
        seeded = false;
    }

    /** One window that was exchanged for a copy of it must not pass for the original. */
    private void requireShape(String path, Manifest manifest, Manifest before) {
        if (!shape(manifest).equals(shape(before))) {
            findings.notChecked(
                    Phase.COMPLETENESS,
                    ExitCode.INCOMPLETE,
                    path + " is of shape " + shape(manifest) + ", the bundle before of shape " + shape(before));
        }
    }

    private static String shape(Manifest manifest) {
        return manifest.derived().map(copy -> copy.shape().text()).orElse(Manifest.CANONICAL);
    }

    private void requireBeginning(String path, Manifest manifest) {
        Optional<Since.Point> point = since.of(manifest.tenant());
        if (point.isPresent()) {
            requireContinuation(path, manifest, point.get());
            seed(path, manifest, point.get());
            return;
        }
        if (hasEarlier(manifest)) {
            findings.note("earlier windows are not here: the evidence reaches from "
                    + manifest.window().start() + " on");
            beginning = false;
            return;
        }
        requireZero(path, manifest);
    }

    /** A copy does not name the manifest before; its chains tell whether there was one. */
    private static boolean hasEarlier(Manifest manifest) {
        return manifest.derived().isPresent()
                ? manifest.chains().stream().anyMatch(chain -> chain.firstSeq() > 0)
                : manifest.previous().isPresent();
    }

    private void requireZero(String path, Manifest manifest) {
        for (Manifest.Chain chain : manifest.chains()) {
            if (chain.firstSeq() != 0) {
                fail(
                        path,
                        "the tenant's first bundle begins chain " + manifest.chainId(chain) + " at seq "
                                + chain.firstSeq());
            }
        }
    }

    /** The first bundle goes on where the earlier verification ended. */
    private void requireContinuation(String path, Manifest manifest, Since.Point point) {
        TreeHead before = manifest.registry().previousHead();
        findings.note("verified from the window of " + manifest.window().start()
                + " on; what is before it rests on registry size "
                + point.registry().size() + ", root " + point.registry().root() + " (--since)");
        if (before.size() > point.registry().size()) {
            findings.notChecked(
                    Phase.COMPLETENESS,
                    ExitCode.INCOMPLETE,
                    "missing: windows between registry size " + point.registry().size() + " (--since) and "
                            + before.size());
        } else if (!before.equals(point.registry())) {
            fail(
                    path,
                    "the registry before this window is of size " + before.size() + " and root " + before.root()
                            + ", which does not go on from what --since names");
        } else if (point.manifest().isPresent()
                && manifest.derived().isEmpty()
                && !point.manifest().equals(manifest.previous())) {
            fail(
                    path,
                    "previous is " + text(manifest.previous()) + ", the earlier verification ended with "
                            + text(point.manifest()));
        }
    }

    /** The chains go on too where the earlier verification ended: with the last bundle that it covered. */
    private void seed(String path, Manifest manifest, Since.Point point) {
        if (skipped == null && manifest.previous().isEmpty() && point.manifest().isEmpty()) {
            requireZero(path, manifest);
        } else if (skipped == null || !skipped.manifest().registry().head().equals(point.registry())) {
            findings.notChecked(
                    Phase.COMPLETENESS,
                    ExitCode.INCOMPLETE,
                    "whether the chains go on where the earlier verification ended: the bundle whose registry is of size "
                            + point.registry().size() + " (--since) is not here");
        } else if (point.manifest().isPresent() && !point.manifest().get().equals(skipped.digest())) {
            fail(
                    skipped.path(),
                    "the manifest has digest " + skipped.digest() + ", the earlier verification ended with "
                            + point.manifest().get());
        } else {
            last = skipped;
            seeded = true;
        }
        Instant windowEnd = last == null
                ? manifest.window().start()
                : last.manifest().window().end();
        if (!point.isSignedAt(windowEnd)) {
            findings.notChecked(
                    Phase.COMPLETENESS,
                    ExitCode.UNTRUSTED,
                    "the checkpoint of --since: no key that signed it was valid at " + windowEnd);
        }
    }

    private void follow(String path, Manifest manifest, Manifest before) {
        Instant start = manifest.window().start();
        Instant end = before.window().end();
        if (start.equals(before.window().start())) {
            fail(path, "a second bundle for the window of " + start + ", beside " + last.path());
            return;
        }
        if (!manifest.origin().equals(before.origin()) || !manifest.blind().equals(before.blind())) {
            fail(path, "another origin or blind than in the bundle before, " + last.path());
        }
        if (start.isBefore(end)) {
            fail(path, "the window of " + start + " overlaps the one that ends " + end);
        } else if (start.isAfter(end)) {
            findings.notChecked(
                    Phase.COMPLETENESS,
                    ExitCode.INCOMPLETE,
                    "missing: every window from " + end + " to " + start + " (" + windows(before, end, start) + ")");
            claims.gap();
            requireGrowth(path, manifest, before, false);
            return;
        }
        Hash expected = before.derived().map(Derivation::from).orElse(last.digest());
        if (manifest.derived().isEmpty() && !manifest.previous().equals(Optional.of(expected))) {
            fail(path, "previous is " + text(manifest.previous()) + ", the manifest before has " + expected);
        }
        if (!manifest.registry().previousHead().equals(before.registry().head())) {
            fail(
                    path,
                    "the registry before this window is of size "
                            + manifest.registry().previousSize() + ", after the window before it was "
                            + before.registry().size() + ", or the roots differ");
        }
        requireGrowth(path, manifest, before, true);
    }

    private static String windows(Manifest before, Instant from, Instant to) {
        Duration size =
                Duration.between(before.window().start(), before.window().end());
        return Duration.between(from, to).dividedBy(size) + " windows of " + size;
    }

    private static String text(Optional<Hash> digest) {
        return digest.map(Hash::toString).orElse("absent");
    }

    /** @param adjacent nothing can have happened in between */
    private void requireGrowth(String path, Manifest manifest, Manifest before, boolean adjacent) {
        Map<Integer, Manifest.Chain> chains = new HashMap<>();
        manifest.chains().forEach(chain -> chains.put(chain.partition(), chain));
        for (Manifest.Chain old : before.chains()) {
            Manifest.Chain chain = chains.remove(old.partition());
            ChainId id = before.chainId(old);
            if (chain == null) {
                fail(path, "chain " + id + " is not listed any more");
            } else if (chain.firstSeq() < old.size()) {
                fail(
                        path,
                        "chain " + id + " begins at seq " + chain.firstSeq() + ", it had " + old.size() + " entries");
            } else if (adjacent) {
                requireContinuation(path, id, chain, old);
            }
        }
        for (Manifest.Chain chain : chains.values()) {
            if (adjacent && chain.firstSeq() != 0) {
                fail(path, "new chain " + manifest.chainId(chain) + " begins at seq " + chain.firstSeq());
            }
        }
    }

    private void requireContinuation(String path, ChainId id, Manifest.Chain chain, Manifest.Chain old) {
        if (chain.firstSeq() != old.size()) {
            fail(path, "chain " + id + " begins at seq " + chain.firstSeq() + ", expected " + old.size());
        } else if (!chain.previousRoot().equals(old.root())) {
            fail(
                    path,
                    "chain " + id + ": previousRoot is " + chain.previousRoot() + ", the bundle before has root "
                            + old.root());
        } else if (!seeded
                && !last.manifest().isOf(Derivation.Shape.FILTERED)
                && !chain.prev().equals(last.ends().get(old.partition()).lastLeaf())) {
            fail(path, "chain " + id + ": prev is not the last entry of the bundle before");
        }
        if (chain.source().from() != old.source().next()) {
            fail(
                    path,
                    "chain " + id + ": source.from is " + chain.source().from() + ", the bundle before ended at "
                            + old.source().next());
        }
    }

    /** The registry's leaves reach to this instant; where the tenant has a bundle for every window, so do they. */
    void registryEnds(Instant end) {
        Optional<Instant> own = end();
        if (own.isPresent() && own.get().isBefore(end)) {
            findings.notChecked(
                    Phase.COMPLETENESS,
                    ExitCode.INCOMPLETE,
                    "the registry reaches " + end + ", this tenant's bundles only " + own.get());
        }
    }

    /** Windows that ended by this instant must be there: the next one would end after it. */
    void mustReach(Instant asOf) {
        if (last != null) {
            Manifest.Window window = last.manifest().window();
            Duration size = Duration.between(window.start(), window.end());
            if (!window.end().plus(size).isAfter(asOf)) {
                findings.notChecked(
                        Phase.COMPLETENESS,
                        ExitCode.INCOMPLETE,
                        "as of " + asOf + " the windows from " + window.end() + " on are missing");
            }
        }
    }

    private Optional<Instant> end() {
        return Optional.ofNullable(last)
                .map(bundle -> bundle.manifest().window().end());
    }

    /** What was seen, for the report. */
    TenantReport report(String folder) {
        if (count == 0) {
            findings.notChecked(
                    Phase.COMPLETENESS,
                    ExitCode.INCOMPLETE,
                    "no committed bundle here" + (since.registrySize().isPresent() ? " after what --since names" : ""));
        }
        findings.checked(Phase.COMPLETENESS);
        return new TenantReport(
                folder,
                tenant,
                count,
                Optional.ofNullable(first),
                end(),
                beginning,
                last == null ? List.of() : claims.totals(last.manifest()),
                findings.verdict(Phase.COMPLETENESS),
                findings.notes());
    }

    private void fail(String path, String message) {
        findings.fail(Phase.COMPLETENESS, path, message);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.ExportRecord;
import io.tallystick.bundle.Manifest;
import io.tallystick.tree.TreeHead;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a bundle says of itself, for reports; the phases say whether it holds.
 *
 * @param registry the registry's head at the window's end
 * @param counts entries by kind, over all chains
 * @param reasons refusals, gaps, source changes and ends by reason, over all chains
 * @param signers whose signatures verified, each key once, in the order they were met
 * @param retention as export.json promises
 */
public record BundleFacts(
        Optional<TreeHead> registry,
        SortedMap<String, Long> counts,
        SortedMap<String, Long> reasons,
        List<Signer> signers,
        Optional<ExportRecord.Retention> retention) {
    /** Nothing is known. */
    static final BundleFacts NONE = new BundleFacts(
            Optional.empty(), Collections.emptySortedMap(), Collections.emptySortedMap(), List.of(), Optional.empty());

    /**
     * A key of the trust root whose signature verified.
     *
     * @param algorithm as the trust root writes it
     * @param signatures how many of its signatures were met
     */
    public record Signer(String keyId, String algorithm, Instant notBefore, Instant notAfter, long signatures) {
        Signer plus(Signer other) {
            return new Signer(keyId, algorithm, notBefore, notAfter, signatures + other.signatures);
        }
    }

    public BundleFacts {
        counts = Collections.unmodifiableSortedMap(new TreeMap<>(counts));
        reasons = Collections.unmodifiableSortedMap(new TreeMap<>(reasons));
        signers = List.copyOf(signers);
    }

    static BundleFacts of(Documents documents, List<Signer> signers) {
        SortedMap<String, Long> counts = new TreeMap<>();
        SortedMap<String, Long> reasons = new TreeMap<>();
        documents.manifest().ifPresent(manifest -> manifest.chains().forEach(chain -> {
            chain.counts().forEach((kind, count) -> counts.merge(kind, count, BundleFacts::sum));
            chain.reasons().forEach((reason, count) -> reasons.merge(reason, count, BundleFacts::sum));
        }));
        return new BundleFacts(
                documents.manifest().map(Manifest::registry).map(Manifest.Registry::head),
                counts,
                reasons,
                signers,
                documents.export().map(ExportRecord::retention));
    }

    /** Of two maps of counts. */
    static void add(SortedMap<String, Long> total, SortedMap<String, Long> counts) {
        counts.forEach((name, count) -> total.merge(name, count, BundleFacts::sum));
    }

    /** Counts come from files and may be anything up to 2^53-1. */
    private static long sum(long a, long b) {
        return Math.min(a + b, (1L << 53) - 1);
    }
}

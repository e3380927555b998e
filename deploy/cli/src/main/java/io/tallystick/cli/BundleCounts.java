// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a tenant's committed bundles say of themselves. A folder without its {@code checkpoint} does not count.
 *
 * @param tenant tenant id
 * @param windows committed bundles
 * @param chains chains in the newest of them
 * @param kinds entries by kind
 * @param reasons refused entries by reason
 */
record BundleCounts(String tenant, int windows, int chains, Map<String, Long> kinds, Map<String, Long> reasons) {

    /** Reads the manifests of a tenant in a bucket. */
    static BundleCounts of(Path bucket, String tenant) {
        Map<String, Long> kinds = new TreeMap<>();
        Map<String, Long> reasons = new TreeMap<>();
        int chains = 0;
        List<Path> bundles = bundles(bucket, tenant);
        for (Path bundle : bundles) {
            Manifest manifest = manifest(bundle);
            chains = manifest.chains().size();
            for (Manifest.Chain chain : manifest.chains()) {
                chain.counts().forEach((kind, count) -> kinds.merge(kind, count, Long::sum));
                chain.reasons().forEach((reason, count) -> reasons.merge(reason, count, Long::sum));
            }
        }
        return new BundleCounts(tenant, bundles.size(), chains, kinds, reasons);
    }

    /** Committed bundles of a tenant, oldest first. */
    static List<Path> bundles(Path bucket, String tenant) {
        Path directory = bucket.resolve(BundleLayout.tenantDir(tenant));
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> found = Files.find(
                directory,
                3,
                (path, attributes) -> path.endsWith(BundleLayout.CHECKPOINT) && attributes.isRegularFile())) {
            return found.map(Path::getParent).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Manifest manifest(Path bundle) {
        try {
            return Manifest.parse(Files.readAllBytes(bundle.resolve(BundleLayout.MANIFEST)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (BundleException e) {
            throw new IllegalStateException(bundle + " has an unusable manifest: " + e.getMessage(), e);
        }
    }

    long accepted() {
        return kinds.getOrDefault("event", 0L);
    }

    long rejected() {
        return kinds.getOrDefault("rejected", 0L);
    }

    /** One line for people. */
    String sentence() {
        return String.format(
                Locale.ROOT,
                "%-8s %,d accepted, %d rejected %s, all sealed: %d chain%s in %d bundle%s",
                tenant,
                accepted(),
                rejected(),
                reasons,
                chains,
                chains == 1 ? "" : "s",
                windows,
                windows == 1 ? "" : "s");
    }
}

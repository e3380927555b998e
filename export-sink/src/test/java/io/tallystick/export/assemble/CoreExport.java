// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.tree.Hash;
import io.tallystick.trust.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Both steps of the export without Kafka: a script of windows, and what becomes of it in a store. */
public final class CoreExport {
    /** The chains of {@link #threeWindows}. */
    public static final ChainId ACME_0 = new ChainId("acme", 0);

    public static final ChainId ACME_3 = new ChainId("acme", 3);
    public static final ChainId GLOBEX_0 = new ChainId("globex", 0);

    /** A schema text that entries of the script name. */
    public static final byte[] SCHEMA = "{\"type\":\"string\"}".getBytes(UTF_8);

    static final Instant NOW = Instant.parse("2026-11-21T04:00:00.123Z");
    static final RetentionRules RULES = new RetentionRules(Set.of());
    static final DataFileWriter.Keeping KEEPING = RULES.dataFiles(SampleLedger::tenant, () -> NOW);

    private CoreExport() {}

    /** An entry and the chain it belongs to. */
    public record Appended(ChainId chain, StoredEntry entry) {}

    /** A window: its entries in order, and what the registry makes of it. */
    public record WindowScript(List<Appended> entries, SampleLedger.Sealed sealed) {}

    /**
     * Two tenants, three chains, three windows: in the second a chain is idle and another begins, in the third one tenant
     * is idle.
     */
    public static List<WindowScript> threeWindows(SampleLedger ledger, SchemaRef schema) {
        List<Appended> first = new ArrayList<>();
        first.add(new Appended(ACME_3, ledger.genesis(ACME_3)));
        first.add(new Appended(GLOBEX_0, ledger.genesis(GLOBEX_0)));
        for (int i = 0; i < 5; i++) {
            first.add(new Appended(ACME_3, ledger.event(ACME_3, "{\"n\":" + i + "}")));
        }
        first.add(new Appended(ACME_3, ledger.rejected(ACME_3, "{\"n\":")));
        first.add(new Appended(GLOBEX_0, ledger.avroEvent(GLOBEX_0, "\0\0\0\0\1\2x", schema)));
        WindowScript one = new WindowScript(first, ledger.seal());
        List<Appended> second = new ArrayList<>();
        second.add(new Appended(ACME_0, ledger.genesis(ACME_0)));
        second.add(new Appended(ACME_0, ledger.gap(ACME_0, 17)));
        second.add(new Appended(ACME_0, ledger.tooLarge(ACME_0, 5_000_000)));
        second.add(new Appended(GLOBEX_0, ledger.event(GLOBEX_0, "[\"\\u00e4\",1e2]")));
        WindowScript two = new WindowScript(second, ledger.seal());
        List<Appended> third = new ArrayList<>();
        third.add(new Appended(ACME_3, ledger.event(ACME_3, "null")));
        third.add(new Appended(ACME_0, ledger.event(ACME_0, "\"last\"")));
        return List.of(one, two, new WindowScript(third, ledger.seal()));
    }

    /** Exports the script from its beginning. */
    public static void run(ObjectStore store, Path scratch, List<WindowScript> script, SigningKey key)
            throws IOException {
        run(store, scratch, script, key, BundleLayout.DATA_BYTES_MAX);
    }

    public static void run(
            ObjectStore store, Path scratch, List<WindowScript> script, SigningKey key, long contentBytesMax)
            throws IOException {
        run(store, scratch, script, BundleKeys.always(key), contentBytesMax);
    }

    /** As {@link #run(ObjectStore, Path, List, SigningKey)}, with keys that follow each other. */
    static void run(ObjectStore store, Path scratch, List<WindowScript> script, BundleKeys keys) throws IOException {
        run(store, scratch, script, keys, BundleLayout.DATA_BYTES_MAX);
    }

    private static void run(
            ObjectStore store, Path scratch, List<WindowScript> script, BundleKeys keys, long contentBytesMax)
            throws IOException {
        SharedObjects shared = new SharedObjects(store);
        BundleWriter bundles = new BundleWriter(store, keys, new ExportRecord.Software("unknown", "0.1.0"), RULES);
        List<ChainState> states = List.of();
        Optional<Instant> begin = Optional.empty();
        for (WindowScript window : script) {
            try (PartitionWindow partition =
                    new PartitionWindow(scratch, contentBytesMax, Compressors.ofExporter(), begin, states)) {
                for (Appended appended : window.entries()) {
                    partition.append(appended.chain(), appended.entry());
                }
                List<ChainSegment> segments =
                        partition.end(window.sealed().window(), Map.of(), new DataFileWriter(store, KEEPING));
                shared.putRegistry(window.sealed().toCore(), Protection.NONE);
                for (TenantWindow tenant : tenants(window.sealed(), segments)) {
                    bundles.write(tenant, schema -> SCHEMA, NOW, () -> {});
                }
                states = segments.stream().map(ChainSegment::state).toList();
                begin = Optional.of(window.sealed().window().end());
            }
        }
    }

    /** What the script's windows give each tenant, window by window; the data files are stored. */
    public static List<TenantWindow> bundles(ObjectStore store, Path scratch, List<WindowScript> script)
            throws IOException {
        List<TenantWindow> bundles = new ArrayList<>();
        List<ChainState> states = List.of();
        Optional<Instant> begin = Optional.empty();
        for (WindowScript window : script) {
            try (PartitionWindow partition = new PartitionWindow(
                    scratch, BundleLayout.DATA_BYTES_MAX, Compressors.ofExporter(), begin, states)) {
                for (Appended appended : window.entries()) {
                    partition.append(appended.chain(), appended.entry());
                }
                List<ChainSegment> segments =
                        partition.end(window.sealed().window(), Map.of(), new DataFileWriter(store, KEEPING));
                bundles.addAll(tenants(window.sealed(), segments));
                states = segments.stream().map(ChainSegment::state).toList();
                begin = Optional.of(window.sealed().window().end());
            }
        }
        return bundles;
    }

    static List<TenantWindow> tenants(SampleLedger.Sealed sealed, List<ChainSegment> segments) {
        SortedMap<String, List<ChainSegment>> byTenant = segments.stream()
                .collect(Collectors.groupingBy(segment -> segment.chain().tenant(), TreeMap::new, Collectors.toList()));
        List<TenantWindow> tenants = new ArrayList<>();
        byTenant.forEach((tenant, chains) -> {
            Map<ChainId, Bytes> checkpoints = new HashMap<>(sealed.chainCheckpoints());
            checkpoints.keySet().removeIf(chain -> !chain.tenant().equals(tenant));
            tenants.add(new TenantWindow(SampleLedger.tenant(tenant), sealed.toCore(), chains, checkpoints));
        });
        return tenants;
    }

    /** Path to digest of every file below a directory. */
    public static SortedMap<String, Hash> digests(Path directory) throws IOException {
        SortedMap<String, Hash> digests = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                digests.put(directory.relativize(file).toString(), Hash.sha256(Files.readAllBytes(file)));
            }
        }
        return digests;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import static io.tallystick.export.assemble.CoreExport.ACME_0;
import static io.tallystick.export.assemble.CoreExport.ACME_3;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLine;
import io.tallystick.bundle.Dsse;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.RegistryProofs;
import io.tallystick.bundle.Sha256Sums;
import io.tallystick.bundle.Statement;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.store.DirectoryObjectStore;
import io.tallystick.export.store.MemoryObjectStore;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.Signatures;
import io.tallystick.trust.SigningKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both steps over a script of three windows: what is written, written again, and not overwritten. */
class BundleExportTest {
    private static final String ACME_1ST = "v1/tenant=acme/dt=2026-11-21/window_start=20261121T031500Z/";
    private static final String ACME_2ND = "v1/tenant=acme/dt=2026-11-21/window_start=20261121T033000Z/";
    private static final String GLOBEX_1ST = "v1/tenant=globex/dt=2026-11-21/window_start=20261121T031500Z/";
    private static final String GLOBEX_3RD = "v1/tenant=globex/dt=2026-11-21/window_start=20261121T034500Z/";

    @TempDir
    Path temp;

    private final SampleLedger ledger = new SampleLedger();
    private final List<CoreExport.WindowScript> script =
            CoreExport.threeWindows(ledger, new SchemaRef(7, Hash.sha256(CoreExport.SCHEMA)));
    private Path bucket;

    @BeforeEach
    void makeBucket() {
        bucket = temp.resolve("bucket");
    }

    private void export() throws IOException {
        export(DirectoryObjectStore.open(bucket), -1, FailingStore.Failure.FAILED);
    }

    private int export(ObjectStore to, int failAt, FailingStore.Failure failure) throws IOException {
        Path scratch = Files.createTempDirectory(temp, "scratch");
        try (FailingStore store = new FailingStore(to, failAt, failure)) {
            CoreExport.run(store, scratch, script, ledger.bundleKey());
            return store.puts();
        }
    }

    private byte[] read(String path) throws IOException {
        return Files.readAllBytes(bucket.resolve(path));
    }

    private byte[] content(String path) throws IOException {
        try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(read(path)))) {
            return in.readAllBytes();
        }
    }

    private Manifest manifest(String directory) throws IOException, BundleException {
        return Manifest.parse(read(directory + "manifest.json"));
    }

    @Test
    void writesTheFilesOfTheDesign() throws Exception {
        // When
        export();

        // Then
        SortedMap<String, Hash> files = CoreExport.digests(bucket);
        assertThat(files.keySet())
                .filteredOn(path -> path.startsWith(GLOBEX_1ST))
                .containsExactly(
                        GLOBEX_1ST + "SHA256SUMS",
                        GLOBEX_1ST + "bundle.dsse.json",
                        GLOBEX_1ST + "chain-0000-00000.ndjson.zst",
                        GLOBEX_1ST + "checkpoint",
                        GLOBEX_1ST + "checkpoints/chain-0000",
                        GLOBEX_1ST + "export.json",
                        GLOBEX_1ST + "manifest.json",
                        GLOBEX_1ST + "manifest.sig",
                        GLOBEX_1ST + "proofs/registry.json",
                        GLOBEX_1ST + "schemas/" + Hash.sha256(CoreExport.SCHEMA) + ".avsc");
        assertThat(files.keySet())
                .filteredOn(path -> path.startsWith("v1/registry"))
                .hasSize(6);
    }

    @Test
    void writesLinesWithTheEntriesBytesAndWhatTheyCommitTo() throws Exception {
        // When
        export();

        // Then
        String[] lines = new String(content(ACME_1ST + "chain-0003-00000.ndjson.zst"), UTF_8).split("\n", -1);
        assertThat(lines).hasSize(8);
        assertThat(lines[7]).isEmpty();
        assertThat(lines[0]).startsWith("{\"entry\":{\"chain\":\"acme/3\"").endsWith(",\"v\":1}}");
        assertThat(lines[1]).contains(",\"context\":{").contains(",\"payload\":{\"n\":0},\"salt\":\"");
        assertThat(lines[6]).contains(",\"payload64\":\"eyJuIjo=\",\"salt\":\"");
        for (int i = 0; i < 7; i++) {
            assertThat(BundleLine.parse(lines[i].getBytes(UTF_8)).entry().seq()).isEqualTo(i);
        }
    }

    @Test
    void leavesOutTheBytesOfAValueThatWasTooLarge() throws Exception {
        // When
        export();

        // Then
        String line = new String(content(ACME_2ND + "chain-0000-00000.ndjson.zst"), UTF_8).split("\n", -1)[2];
        assertThat(line).doesNotContain("\"payload64\"").contains(",\"salt\":\"");
    }

    @Test
    void describesEveryChainInTheManifest() throws Exception {
        // When
        export();

        // Then
        Manifest second = manifest(ACME_2ND);
        assertThat(second.chains()).extracting(Manifest.Chain::partition).containsExactly(0, 3);
        Manifest.Chain begun = second.chains().get(0);
        assertThat(begun.counts()).isEqualTo(new TreeMap<>(Map.of("gap", 1L, "genesis", 1L, "rejected", 1L)));
        assertThat(begun.reasons()).isEqualTo(new TreeMap<>(Map.of("source-retention", 1L, "value-too-large", 1L)));
        assertThat(begun.source()).isEqualTo(new Manifest.SourceSpan(0, 18));
        Manifest.Chain idle = second.chains().get(1);
        assertThat(idle.isIdle()).isTrue();
        assertThat(idle.source()).isEqualTo(new Manifest.SourceSpan(6, 6));
        assertThat(idle.size()).isEqualTo(7);
    }

    @Test
    void chainsManifestsOfATenantByTheirDigests() throws Exception {
        // When
        export();

        // Then
        assertThat(manifest(ACME_1ST).previous()).isEmpty();
        assertThat(manifest(ACME_2ND).previous()).contains(Hash.sha256(read(ACME_1ST + "manifest.json")));
    }

    @Test
    void writesABundleForAnIdleTenant() throws Exception {
        // When
        export();

        // Then
        assertThat(manifest(GLOBEX_3RD).data()).isEmpty();
        RegistryProofs proofs = RegistryProofs.parse(read(GLOBEX_3RD + "proofs/registry.json"));
        assertThat(proofs.heads()).isEmpty();
        assertThat(read(GLOBEX_3RD + "checkpoint"))
                .isEqualTo(read("v1/registry/dt=2026-11-21/window_start=20261121T034500Z/checkpoint"));
    }

    @Test
    void signsTheManifestAndAStatementOfAllFiles() throws Exception {
        // When
        export();

        // Then
        byte[] spki = ledger.bundleKey().spki();
        Signatures.verify(
                KeyAlgorithm.ECDSA_P256, spki, read(ACME_1ST + "manifest.json"), read(ACME_1ST + "manifest.sig"));
        Dsse envelope = Dsse.parse(read(ACME_1ST + "bundle.dsse.json"));
        Signatures.verify(
                KeyAlgorithm.ECDSA_P256, spki, envelope.pae(), envelope.sig().toByteArray());
        SortedMap<String, Hash> subjects =
                Statement.parse(envelope.payload().toByteArray()).subjects();
        SortedMap<String, Hash> found = CoreExport.digests(bucket.resolve(ACME_1ST));
        found.keySet().removeAll(List.of("bundle.dsse.json", "SHA256SUMS", "checkpoint"));
        assertThat(subjects).isEqualTo(found);
        found.put("bundle.dsse.json", Hash.sha256(read(ACME_1ST + "bundle.dsse.json")));
        assertThat(Sha256Sums.parse(read(ACME_1ST + "SHA256SUMS"))).isEqualTo(found);
    }

    @Test
    void beginsANewFileBeforeTheLineThatWouldPassTheLimit() throws Exception {
        // When
        try (DirectoryObjectStore store = DirectoryObjectStore.open(bucket)) {
            CoreExport.run(store, Files.createDirectory(temp.resolve("s")), script, ledger.bundleKey(), 2_000);
        }

        // Then
        List<Manifest.DataFile> data = manifest(ACME_1ST).data();
        assertThat(data).hasSizeGreaterThan(1).allSatisfy(file -> assertThat(file.bytes())
                .isLessThanOrEqualTo(2_000));
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (Manifest.DataFile file : data) {
            byte[] content = content(ACME_1ST + file.name() + ".zst");
            assertThat(Hash.sha256(content)).isEqualTo(file.sha256());
            joined.writeBytes(content);
        }
        assertThat(joined.toString(UTF_8).lines()).hasSize(7);
    }

    @Test
    void writesTheSameBytesIntoAnotherStore() throws Exception {
        // Given
        export();

        // When
        Path other = temp.resolve("other");
        export(DirectoryObjectStore.open(other), -1, FailingStore.Failure.FAILED);

        // Then
        assertThat(CoreExport.digests(other)).isEqualTo(CoreExport.digests(bucket));
    }

    @ParameterizedTest
    @EnumSource(FailingStore.Failure.class)
    void continuesToTheSameBytesAfterAFailureOfAnyPut(FailingStore.Failure failure) throws Exception {
        // Given
        MemoryObjectStore whole = new MemoryObjectStore();
        int puts = export(whole, -1, failure);
        SortedMap<String, Hash> expected = whole.digests();
        for (int failAt = 0; failAt < puts; failAt++) {
            MemoryObjectStore crashed = new MemoryObjectStore();
            int at = failAt;
            assertThatThrownBy(() -> export(crashed, at, failure)).isInstanceOf(IOException.class);
            requireCommittedBundlesAreWhole(crashed.digests(), expected);

            // When
            export(crashed, -1, failure);

            // Then
            assertThat(crashed.digests()).as("failed at put %d", failAt).isEqualTo(expected);
        }
    }

    private static void requireCommittedBundlesAreWhole(
            SortedMap<String, Hash> found, SortedMap<String, Hash> expected) {
        for (String path : found.keySet()) {
            if (path.contains("tenant=") && path.endsWith("/checkpoint")) {
                String directory = path.substring(0, path.length() - "checkpoint".length());
                expected.keySet().stream()
                        .filter(file -> file.startsWith(directory))
                        .forEach(file -> assertThat(found).containsKey(file));
            }
        }
    }

    @Test
    void adoptsADataFileOfAnotherCompressor() throws Exception {
        // Given
        String path = ACME_1ST + "chain-0003-00000.ndjson.zst";
        export();
        byte[] content = content(path);
        bucket = temp.resolve("other");
        Path file = bucket.resolve(path);
        Files.createDirectories(file.getParent());
        try (ZstdOutputStream out = new ZstdOutputStream(Files.newOutputStream(file), 9)) {
            out.write(content);
        }
        byte[] theirs = Files.readAllBytes(file);

        // When
        export();

        // Then
        assertThat(read(path)).isEqualTo(theirs);
        ExportRecord record = ExportRecord.parse(read(ACME_1ST + "export.json"));
        assertThat(record.files())
                .contains(
                        new ExportRecord.StoredFile("chain-0003-00000.ndjson.zst", theirs.length, Hash.sha256(theirs)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ACME_1ST + "chain-0003-00000.ndjson.zst",
                ACME_1ST + "checkpoints/chain-0003",
                ACME_1ST + "proofs/registry.json",
                ACME_1ST + "manifest.json",
                ACME_1ST + "manifest.sig",
                ACME_1ST + "export.json",
                ACME_1ST + "bundle.dsse.json",
                ACME_1ST + "SHA256SUMS",
                ACME_1ST + "checkpoint",
                "v1/registry/dt=2026-11-21/window_start=20261121T031500Z/leaves.ndjson",
                "v1/registry/dt=2026-11-21/window_start=20261121T031500Z/checkpoint"
            })
    void stopsAtAnObjectThatWasChanged(String path) throws Exception {
        // Given
        export();
        byte[] changed = read(path);
        changed[changed.length / 2] ^= 1;
        Files.write(bucket.resolve(path), changed);

        // When / Then
        assertThatThrownBy(this::export)
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining(path)
                .hasMessageContaining("Nothing was overwritten");
        assertThat(read(path)).isEqualTo(changed);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, -1})
    void stopsAtADataFileThatIsLongerOrShorter(int more) throws Exception {
        // Given
        export();
        String path = ACME_1ST + "chain-0003-00000.ndjson.zst";
        byte[] stored = read(path);
        byte[] content = content(path);
        if (more < 0) {
            Files.write(bucket.resolve(path), Arrays.copyOf(stored, stored.length - 5));
        } else {
            try (ZstdOutputStream out = new ZstdOutputStream(Files.newOutputStream(bucket.resolve(path)))) {
                out.write(content, 0, more == 0 ? content.length - 1 : content.length);
                out.write(new byte[more == 0 ? 0 : 100_000]);
            }
        }

        // When / Then
        assertThatThrownBy(this::export)
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining(path);
    }

    /** Stored forms of the right content that verifiers refuse. */
    private static byte[] unfit(String how, byte[] content) throws IOException {
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        byte[] skippable = {0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0};
        switch (how) {
            case "begins with a skippable frame" -> {
                stored.write(skippable);
                stored.write(Zstd.compress(content));
            }
            case "ends with a skippable frame" -> {
                stored.write(Zstd.compress(content));
                stored.write(skippable);
            }
            case "has a window of 16 MiB" -> {
                try (ZstdOutputStream out = new ZstdOutputStream(stored)) {
                    out.setLong(24);
                    out.write(content);
                }
            }
            case "is far longer than its content" -> {
                byte[] empty = Zstd.compress(new byte[0]);
                while (stored.size() <= 2 * content.length + 64 * 1024) {
                    stored.write(empty);
                }
                stored.write(Zstd.compress(content));
            }
            default -> throw new IllegalArgumentException(how);
        }
        return stored.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "begins with a skippable frame",
                "ends with a skippable frame",
                "has a window of 16 MiB",
                "is far longer than its content"
            })
    void stopsAtADataFileThatNoVerifierTakes(String how) throws Exception {
        // Given: the right content, before we store it
        String path = ACME_1ST + "chain-0003-00000.ndjson.zst";
        export();
        byte[] theirs = unfit(how, content(path));
        bucket = temp.resolve("other");
        Files.createDirectories(bucket.resolve(path).getParent());
        Files.write(bucket.resolve(path), theirs);

        // When / Then
        assertThatThrownBy(this::export)
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining(path)
                .hasMessageContaining("no verifier takes");
        assertThat(read(path)).isEqualTo(theirs);
    }

    @Test
    void stopsAtASignatureOfAnotherKey() throws Exception {
        // Given
        export();
        SigningKey other = KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom());
        Files.write(bucket.resolve(ACME_1ST + "manifest.sig"), other.sign(read(ACME_1ST + "manifest.json")));

        // When / Then
        assertThatThrownBy(this::export)
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("manifest.sig");
    }

    @Test
    void stopsAtAnEnvelopeAboutOtherFiles() throws Exception {
        // Given
        export();
        SortedMap<String, Hash> subjects = new TreeMap<>();
        subjects.put("manifest.json", Hash.ZERO);
        Bytes statement = Bytes.of(new Statement(subjects).encode());
        SigningKey key = ledger.bundleKey();
        byte[] sig = key.sign(Dsse.pae(Dsse.IN_TOTO, statement.toByteArray()));
        Files.write(
                bucket.resolve(ACME_1ST + "bundle.dsse.json"),
                new Dsse(Dsse.IN_TOTO, statement, key.keyId(), Bytes.of(sig)).encode());

        // When / Then
        assertThatThrownBy(this::export)
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("other files");
    }

    @Test
    void adoptsTheExportRecordOfAnEarlierRun() throws Exception {
        // Given
        export();
        ExportRecord ours = ExportRecord.parse(read(ACME_1ST + "export.json"));
        ExportRecord earlier = new ExportRecord(
                ours.files(), ours.retention(), new ExportRecord.Software("abc", "0.0.9"), ours.previousLock());
        for (String later : List.of("export.json", "bundle.dsse.json", "SHA256SUMS", "checkpoint")) {
            Files.delete(bucket.resolve(ACME_1ST + later));
        }
        Files.write(bucket.resolve(ACME_1ST + "export.json"), earlier.encode());

        // When
        export();

        // Then
        assertThat(read(ACME_1ST + "export.json")).isEqualTo(earlier.encode());
        assertThat(Sha256Sums.parse(read(ACME_1ST + "SHA256SUMS")))
                .containsEntry("export.json", Hash.sha256(earlier.encode()));
    }

    @Test
    void stopsWhereTheBundleBeforeIsMissing() throws Exception {
        // Given
        export();
        Files.delete(bucket.resolve(ACME_1ST + "checkpoint"));
        Files.delete(bucket.resolve(ACME_2ND + "checkpoint"));
        List<ChainSegment> second = segmentsOfSecondWindow();

        // When / Then
        TenantWindow acme = CoreExport.tenants(script.get(1).sealed(), second).get(0);
        try (DirectoryObjectStore store = DirectoryObjectStore.open(bucket)) {
            BundleWriter writer = new BundleWriter(
                    store,
                    BundleKeys.always(ledger.bundleKey()),
                    new ExportRecord.Software("unknown", "0.1.0"),
                    CoreExport.RULES);
            assertThatThrownBy(() -> writer.write(acme, schema -> CoreExport.SCHEMA, CoreExport.NOW, () -> {}))
                    .isInstanceOf(LedgerIntegrityException.class)
                    .hasMessageContaining("no complete bundle");
        }
    }

    @Test
    void refusesASegmentWithEntriesThatIsNotRegistered() throws Exception {
        // Given
        export();
        List<ChainSegment> second = segmentsOfSecondWindow();

        // When / Then: the third window does not register what the second one added
        assertThatThrownBy(() -> CoreExport.tenants(
                        new SampleLedger.Sealed(
                                script.get(2).sealed().window(),
                                script.get(2).sealed().previous(),
                                script.get(2).sealed().leaves(),
                                script.get(2).sealed().registry(),
                                script.get(2).sealed().checkpoint(),
                                Map.of()),
                        second))
                .isInstanceOf(LedgerIntegrityException.class);
    }

    private List<ChainSegment> segmentsOfSecondWindow() throws IOException {
        List<ChainState> states = List.of();
        List<ChainSegment> segments = List.of();
        for (CoreExport.WindowScript window : script.subList(0, 2)) {
            Path scratch = Files.createTempDirectory(temp, "scratch");
            try (DirectoryObjectStore store = DirectoryObjectStore.open(bucket);
                    PartitionWindow partition =
                            new PartitionWindow(scratch, 1 << 20, Compressors.ofExporter(), Optional.empty(), states)) {
                for (CoreExport.Appended appended : window.entries()) {
                    partition.append(appended.chain(), appended.entry());
                }
                segments = partition.end(
                        window.sealed().window(), Map.of(), new DataFileWriter(store, CoreExport.KEEPING));
                states = segments.stream().map(ChainSegment::state).toList();
            }
        }
        assertThat(segments).extracting(ChainSegment::chain).contains(ACME_0, ACME_3);
        return segments;
    }
}

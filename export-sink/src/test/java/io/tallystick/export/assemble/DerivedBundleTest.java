// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import static io.tallystick.export.assemble.CoreExport.ACME_0;
import static io.tallystick.export.assemble.CoreExport.ACME_3;
import static io.tallystick.export.assemble.CoreExport.GLOBEX_0;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStream;
import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Derivation;
import io.tallystick.bundle.Derivation.Shape;
import io.tallystick.bundle.Dsse;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.Sha256Sums;
import io.tallystick.bundle.Statement;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.assemble.CoreExport.Appended;
import io.tallystick.export.store.DirectoryObjectStore;
import io.tallystick.export.store.ForwardingStore;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import io.tallystick.verify.EvidenceArchive;
import io.tallystick.verify.ExitCode;
import io.tallystick.verify.Phase;
import io.tallystick.verify.PhaseVerdict;
import io.tallystick.verify.VerificationReport;
import io.tallystick.verify.Verifier;
import io.tallystick.verify.VerifyRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies that leave something out: they verify as their originals do, and no change to them goes unseen. */
class DerivedBundleTest {
    private static final Instant START = Instant.parse("2026-11-21T03:15:00Z");
    private static final String DATA = "chain-0003-00000.ndjson.zst";

    @TempDir
    private Path temp;

    private final SampleLedger ledger = new SampleLedger();
    private Path bucket;
    private Path out;
    private Path trustRoot;

    @BeforeEach
    void export() throws IOException {
        List<Appended> first = new ArrayList<>();
        first.add(new Appended(ACME_3, ledger.genesis(ACME_3)));
        first.add(new Appended(GLOBEX_0, ledger.genesis(GLOBEX_0)));
        for (int i = 0; i < 9; i++) {
            String type = i % 3 == 0 ? "payment" : "login";
            first.add(new Appended(
                    ACME_3,
                    ledger.event(ACME_3, type, Optional.of("user-" + i % 2), "{\"n\":" + i + ",\"card\":\"secret\"}")));
        }
        first.add(new Appended(ACME_3, ledger.rejected(ACME_3, "{\"n\":")));
        CoreExport.WindowScript one = new CoreExport.WindowScript(first, ledger.seal());
        SchemaRef schema = new SchemaRef(7, Hash.sha256(CoreExport.SCHEMA));
        List<Appended> second = new ArrayList<>();
        second.add(new Appended(ACME_0, ledger.genesis(ACME_0)));
        second.add(new Appended(ACME_0, ledger.avroEvent(ACME_0, "\0\0\0\0\7\2x", schema)));
        CoreExport.WindowScript two = new CoreExport.WindowScript(second, ledger.seal());
        List<Appended> third = new ArrayList<>();
        third.add(new Appended(ACME_3, ledger.event(ACME_3, "payment", Optional.of("user-0"), "null")));
        CoreExport.WindowScript three = new CoreExport.WindowScript(third, ledger.seal());
        bucket = temp.resolve("bucket");
        try (DirectoryObjectStore store = DirectoryObjectStore.open(bucket)) {
            CoreExport.run(
                    store, Files.createDirectory(temp.resolve("s")), List.of(one, two, three), ledger.bundleKey());
        }
        out = temp.resolve("out");
        trustRoot = Files.write(temp.resolve("trust-root.json"), ledger.trustRoot());
    }

    private static Derivation.Filter types(String... types) {
        return new Derivation.Filter(Optional.empty(), Optional.empty(), List.of(types), List.of());
    }

    private static Path window(Path root, int number) {
        return root.resolve("tenant=acme")
                .resolve(BundleLayout.windowDir(START.plus(Duration.ofMinutes(15L * number))));
    }

    private int derive(Shape shape, Derivation.Filter filter) throws IOException, BundleException {
        return derive(shape, filter, ledger.bundleKey());
    }

    private int derive(Shape shape, Derivation.Filter filter, SigningKey key) throws IOException, BundleException {
        Path scratch = Files.createTempDirectory(temp, "scratch");
        int lines = 0;
        try (DirectoryObjectStore store = DirectoryObjectStore.open(out)) {
            DerivedBundle writer = new DerivedBundle(
                    store, scratch, BundleKeys.always(key), new ExportRecord.Software("unknown", "0.1.0"));
            for (int number = 0; number < 3; number++) {
                lines += writer.write(window(bucket.resolve("v1"), number), shape.text(), shape, filter);
            }
        }
        return lines;
    }

    private VerificationReport verify(Path folder) {
        return Verifier.verify(
                VerifyRequest.of(folder).withTrustRoot(trustRoot).withRegistry(bucket.resolve("v1/registry")));
    }

    private VerificationReport verify(Shape shape) {
        return verify(out.resolve(shape.text()).resolve("tenant=acme"));
    }

    private Path copy(Shape shape) {
        return window(out.resolve(shape.text()), 0);
    }

    private static List<String> lines(Path data) throws IOException {
        try (InputStream in = new ZstdInputStream(Files.newInputStream(data))) {
            return new ArrayList<>(Arrays.asList(new String(in.readAllBytes(), UTF_8).split("\n")));
        }
    }

    /** An insider with the bundle key writes other lines, and a manifest of them. */
    private void forge(Path folder, String data, List<String> lines) throws Exception {
        byte[] content = (String.join("\n", lines) + "\n").getBytes(UTF_8);
        Files.write(folder.resolve(data), Zstd.compress(content));
        Manifest manifest = Manifest.parse(Files.readAllBytes(folder.resolve("manifest.json")));
        List<Manifest.DataFile> files = manifest.data().stream()
                .map(file -> (file.name() + ".zst").equals(data)
                        ? new Manifest.DataFile(file.name(), content.length, lines.size(), Hash.sha256(content))
                        : file)
                .toList();
        seal(
                folder,
                manifest.derive(manifest.derived().orElseThrow(), files, manifest.schemas())
                        .encode());
    }

    /** Signs what lies there. */
    private void seal(Path folder, byte[] manifest) throws Exception {
        Path again = temp.resolve("again-" + System.nanoTime());
        Seal seal = new Seal(ledger.bundleKey(), List.of());
        Files.write(folder.resolve("manifest.json"), manifest);
        List<String> own = List.of("manifest.sig", "export.json", "bundle.dsse.json", "SHA256SUMS", "checkpoint");
        try (DirectoryObjectStore store = DirectoryObjectStore.open(again);
                Stream<Path> walk = Files.walk(folder)) {
            BundleFolder made = new BundleFolder("x", store, Protection.NONE);
            for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
                String name = folder.relativize(file).toString();
                if (!own.contains(name)) {
                    made.put(name, Files.readAllBytes(file));
                }
            }
            made.put("manifest.sig", seal.manifestSignature(manifest));
            ExportRecord before = ExportRecord.parse(Files.readAllBytes(folder.resolve("export.json")));
            made.put(
                    "export.json",
                    new ExportRecord(made.files(), before.retention(), before.software(), Optional.empty()).encode());
            made.put("bundle.dsse.json", seal.envelope(made.digests()));
            made.put("SHA256SUMS", Sha256Sums.encode(made.digests()));
        }
        for (String name : own.subList(0, 4)) {
            Files.write(
                    folder.resolve(name), Files.readAllBytes(again.resolve("x").resolve(name)));
        }
    }

    private void requireFault(Shape shape, Phase phase, String message) {
        VerificationReport report = verify(shape);
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.FAILED);
        assertThat(report.bundles().get(0).phase(phase).faults())
                .as(report.text())
                .anySatisfy(fault -> assertThat(fault.toString()).contains(message));
    }

    @Test
    void aCompactCopyHasEveryEntryAndNothingElseAndVerifies() throws Exception {
        // When
        int lines = derive(Shape.COMPACT, Derivation.Filter.NONE);

        // Then
        VerificationReport report = verify(Shape.COMPACT);
        assertThat(lines).isEqualTo(14);
        assertThat(report.exitCode())
                .as(report.text())
                .isEqualTo(verify(bucket.resolve("v1/tenant=acme")).exitCode());
        assertThat(report.exitCode()).isZero();
        assertThat(lines(copy(Shape.COMPACT).resolve(DATA)))
                .hasSize(11)
                .allSatisfy(line -> assertThat(line).endsWith(",\"v\":1}}").doesNotContain("secret", "salt", "user-"));
        PhaseVerdict entries = report.bundles().get(0).phase(Phase.ENTRIES);
        assertThat(entries.verdict()).isEqualTo(PhaseVerdict.Verdict.NOT_CHECKED);
        assertThat(entries.reasons()).singleElement().asString().startsWith("commitments not checked");
        assertThat(report.bundles().get(0).phase(Phase.CHAINS).verdict()).isEqualTo(PhaseVerdict.Verdict.PASS);
        byte[] original = Files.readAllBytes(window(bucket.resolve("v1"), 0).resolve("manifest.json"));
        assertThat(copy(Shape.COMPACT).resolve("manifest.json"))
                .content()
                .contains("\"derived\":{\"filter\":{},\"from\":\"" + Hash.sha256(original) + "\",\"redactions\":[]}")
                .contains("\"shape\":\"compact\"")
                .doesNotContain("\"previous\":");
    }

    /** Of which no data file may be taken into memory whole. */
    private static ObjectStore streaming(Path directory) throws IOException {
        return new ForwardingStore(DirectoryObjectStore.open(directory)) {
            @Override
            public Optional<byte[]> read(ObjectName name, int bytesMax) throws IOException {
                assertThat(name.path()).doesNotEndWith(".zst");
                return super.read(name, bytesMax);
            }
        };
    }

    private void deriveAgain(ObjectStore store) throws IOException, BundleException {
        new DerivedBundle(
                        store,
                        Files.createTempDirectory(temp, "scratch"),
                        BundleKeys.always(ledger.bundleKey()),
                        new ExportRecord.Software("unknown", "0.1.0"))
                .write(window(bucket.resolve("v1"), 0), Shape.COMPACT.text(), Shape.COMPACT, Derivation.Filter.NONE);
    }

    @Test
    void aCopyThatIsResumedReadsWhatIsThereAsAStream() throws Exception {
        // Given
        derive(Shape.COMPACT, Derivation.Filter.NONE);
        SortedMap<String, Hash> before = CoreExport.digests(out);

        // When
        try (ObjectStore store = streaming(out)) {
            deriveAgain(store);
        }

        // Then
        assertThat(CoreExport.digests(out)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1, 200_000})
    void aCopyIsNotResumedOverOtherContent(int longer) throws Exception {
        // Given
        derive(Shape.COMPACT, Derivation.Filter.NONE);
        Path data = copy(Shape.COMPACT).resolve(DATA);
        byte[] stored = Files.readAllBytes(data);
        byte[] other = Arrays.copyOf(stored, stored.length + longer);
        other[other.length - 1] ^= 1;
        Files.write(data, other);

        // When / Then
        try (ObjectStore store = streaming(out)) {
            assertThatThrownBy(() -> deriveAgain(store))
                    .isInstanceOf(LedgerIntegrityException.class)
                    .hasMessageContaining("is there with other content");
        }
        assertThat(data).hasBinaryContent(other);
    }

    @Test
    void aFilteredCopyHasAPathForEveryLineAndVerifies() throws Exception {
        // When
        int lines = derive(Shape.FILTERED, types("payment"));

        // Then
        VerificationReport report = verify(Shape.FILTERED);
        assertThat(lines).isEqualTo(4);
        assertThat(report.exitCode()).as(report.text()).isZero();
        assertThat(lines(copy(Shape.FILTERED).resolve(DATA))).hasSize(3).allSatisfy(line -> assertThat(line)
                .contains("\"type\":\"payment\"", "secret"));
        try (Stream<Path> proofs = Files.list(copy(Shape.FILTERED).resolve("proofs"))) {
            assertThat(proofs.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "registry.json",
                            "chain-0003-1.tlog-proof",
                            "chain-0003-4.tlog-proof",
                            "chain-0003-7.tlog-proof");
        }
        assertThat(report.bundles().get(0).phase(Phase.ENTRIES).reasons())
                .containsExactly("commitments not checked of 8 entries that a filtered copy leaves out");
        assertThat(report.bundles().get(0).phase(Phase.TREES).verdict()).isEqualTo(PhaseVerdict.Verdict.PASS);
        assertThat(window(out.resolve("filtered"), 1).resolve("schemas")).doesNotExist();
    }

    @Test
    void timeAndSubjectFilterTooAndAllThatIsGivenMustBeMet() throws Exception {
        // Given: an entry a second
        Derivation.Filter filter = new Derivation.Filter(
                Optional.of(START.plusSeconds(4)),
                Optional.of(START.plusSeconds(9)),
                List.of("login", "logout"),
                List.of("user-1"));

        // When
        int lines = derive(Shape.FILTERED, filter);

        // Then: login events of user-1 are n = 1, 5, 7 at 3, 7 and 9 seconds
        assertThat(lines).isEqualTo(1);
        assertThat(lines(copy(Shape.FILTERED).resolve(DATA)))
                .singleElement()
                .asString()
                .contains("{\"n\":5,");
        assertThat(verify(Shape.FILTERED).exitCode()).isZero();
    }

    @Test
    void aFilterThatKeepsNothingStillShowsTheWindows() throws Exception {
        // When
        int lines = derive(Shape.FILTERED, types("no such type"));

        // Then
        assertThat(lines).isZero();
        assertThat(copy(Shape.FILTERED).resolve(DATA)).doesNotExist();
        assertThat(verify(Shape.FILTERED).exitCode()).isZero();
    }

    @Test
    void anInterruptedCopyIsFinishedToTheSameBytes() throws Exception {
        // Given
        derive(Shape.FILTERED, types("login"));
        Files.delete(copy(Shape.FILTERED).resolve("checkpoint"));
        Files.delete(copy(Shape.FILTERED).resolve("SHA256SUMS"));

        // When
        derive(Shape.FILTERED, types("login"));

        // Then
        assertThat(verify(Shape.FILTERED).exitCode()).isZero();
    }

    @Test
    void refusesACopyOfACopyAndAnOriginalThatWasTouched() throws Exception {
        // Given
        derive(Shape.COMPACT, Derivation.Filter.NONE);
        try (DirectoryObjectStore store = DirectoryObjectStore.open(temp.resolve("other"))) {
            DerivedBundle writer = new DerivedBundle(
                    store, temp, BundleKeys.always(ledger.bundleKey()), new ExportRecord.Software("unknown", "0.1.0"));

            // Then
            assertThatThrownBy(
                            () -> writer.write(copy(Shape.COMPACT), "filtered", Shape.FILTERED, Derivation.Filter.NONE))
                    .isInstanceOf(BundleException.class)
                    .hasMessageContaining("copy itself");
            Path data = window(bucket.resolve("v1"), 0).resolve(DATA);
            List<String> lines = lines(data);
            lines.set(2, lines.get(2).replace("secret", "public"));
            Files.write(data, Zstd.compress((String.join("\n", lines) + "\n").getBytes(UTF_8)));
            assertThatThrownBy(() -> writer.write(
                            window(bucket.resolve("v1"), 0), "compact", Shape.COMPACT, Derivation.Filter.NONE))
                    .isInstanceOf(BundleException.class)
                    .hasMessageContaining("not what the manifest says");
        }
    }

    /** What the lists of a filtered copy hold whose lines begin at an entry. */
    private static SortedMap<String, Hash> files(long firstSeq) {
        SortedMap<String, Hash> files = new TreeMap<>();
        Hash digest = Hash.sha256(new byte[0]);
        for (int i = 0; i < DerivedBundle.LINES_MAX; i++) {
            files.put(BundleLayout.lineProof(3, firstSeq + i), digest);
        }
        files.put(BundleLayout.MANIFEST, digest);
        files.put(BundleLayout.EXPORT, digest);
        return files;
    }

    @Test
    void theListsOfACopyAtTheLimitAreOnesTheVerifierTakes() throws Exception {
        // Given
        SortedMap<String, Hash> files = files(100_000);
        List<ExportRecord.StoredFile> stored = files.entrySet().stream()
                .map(file -> new ExportRecord.StoredFile(file.getKey(), 2_000, file.getValue()))
                .toList();

        // When
        DerivedBundle.requireListable(bucket, files);
        Path written = temp.resolve("listed");
        try (DirectoryObjectStore store = DirectoryObjectStore.open(written);
                BundleKeys keys = BundleKeys.always(ledger.bundleKey())) {
            BundleFolder folder = new BundleFolder("v1/x", store, Protection.NONE);
            folder.put(BundleLayout.DSSE, keys.seal(START).envelope(files));
        }

        // Then
        Dsse envelope = Dsse.parse(Files.readAllBytes(written.resolve("v1/x").resolve(BundleLayout.DSSE)));
        assertThat(Statement.parse(envelope.payload().toByteArray()).subjects()).isEqualTo(files);
        assertThat(Sha256Sums.encode(files)).hasSizeLessThan(BundleLayout.LIST_BYTES_MAX);
        ExportRecord record = new ExportRecord(
                stored,
                new ExportRecord.Retention("", 0, "none", START, false),
                new ExportRecord.Software("unknown", "0.1.0"),
                Optional.empty());
        assertThat(record.encode()).hasSizeLessThan(BundleLayout.LIST_BYTES_MAX);
    }

    @Test
    void aCopyWhoseListsTheVerifierWouldRefuseIsRefused() {
        // Given: the sequences of a chain that is as long as it can be
        SortedMap<String, Hash> files = files((1L << 53) - 1 - DerivedBundle.LINES_MAX);

        // Then
        assertThatThrownBy(() -> DerivedBundle.requireListable(bucket, files))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("narrower");
    }

    @Test
    void anEditedEntryOfACompactCopyIsSeen() throws Exception {
        // Given
        derive(Shape.COMPACT, Derivation.Filter.NONE);
        List<String> lines = lines(copy(Shape.COMPACT).resolve(DATA));
        lines.set(10, lines.get(10).replace("\"reason\":\"not-json\"", "\"reason\":\"not-utf8\""));
        forge(copy(Shape.COMPACT), DATA, lines);

        // Then
        requireFault(Shape.COMPACT, Phase.TREES, "frontier and entries give root");
    }

    @Test
    void swappedLinesOfACompactCopyAreSeen() throws Exception {
        // Given
        derive(Shape.COMPACT, Derivation.Filter.NONE);
        List<String> lines = lines(copy(Shape.COMPACT).resolve(DATA));
        lines.add(3, lines.remove(5));
        forge(copy(Shape.COMPACT), DATA, lines);

        // Then
        requireFault(Shape.COMPACT, Phase.CHAINS, "expected seq 3, found 5");
    }

    @Test
    void whatDoesNotBelongInALineOfACompactCopyIsSeen() throws Exception {
        // Given
        derive(Shape.COMPACT, Derivation.Filter.NONE);
        List<String> lines = lines(copy(Shape.COMPACT).resolve(DATA));
        lines.set(1, lines.get(1).replaceAll("\\}$", ",\"payload\":{\"n\":99}}"));
        forge(copy(Shape.COMPACT), DATA, lines);

        // Then
        requireFault(Shape.COMPACT, Phase.ENTRIES, "holds more than its entry");
    }

    @Test
    void anEditedPayloadOfAFilteredCopyIsSeen() throws Exception {
        // Given
        derive(Shape.FILTERED, types("payment"));
        List<String> lines = lines(copy(Shape.FILTERED).resolve(DATA));
        lines.set(0, lines.get(0).replace("secret", "public"));
        forge(copy(Shape.FILTERED), DATA, lines);

        // Then
        requireFault(Shape.FILTERED, Phase.ENTRIES, "payload or its salt was changed");
    }

    @Test
    void anEditedEntryOfAFilteredCopyIsSeen() throws Exception {
        // Given
        derive(Shape.FILTERED, types("payment"));
        List<String> lines = lines(copy(Shape.FILTERED).resolve(DATA));
        lines.set(1, lines.get(1).replace("\"id\":\"e-3\"", "\"id\":\"e-4\""));
        forge(copy(Shape.FILTERED), DATA, lines);

        // Then
        requireFault(Shape.FILTERED, Phase.TREES, "chain-0003-4.tlog-proof");
    }

    @Test
    void aLineThatWasTakenOutLeavesItsPathBehind() throws Exception {
        // Given
        derive(Shape.FILTERED, types("payment"));
        List<String> lines = lines(copy(Shape.FILTERED).resolve(DATA));
        lines.remove(1);
        forge(copy(Shape.FILTERED), DATA, lines);

        // Then
        requireFault(Shape.FILTERED, Phase.TREES, "3 paths of lines in proofs/, but 2 lines");
    }

    @Test
    void aLineWithoutItsPathIsSeen() throws Exception {
        // Given
        derive(Shape.FILTERED, types("payment"));
        Files.delete(copy(Shape.FILTERED).resolve("proofs/chain-0003-4.tlog-proof"));
        seal(copy(Shape.FILTERED), Files.readAllBytes(copy(Shape.FILTERED).resolve("manifest.json")));

        // Then
        requireFault(Shape.FILTERED, Phase.TREES, "chain-0003-4.tlog-proof is missing");
    }

    @Test
    void thePathOfAnotherLineIsSeen() throws Exception {
        // Given
        derive(Shape.FILTERED, types("payment"));
        Path proofs = copy(Shape.FILTERED).resolve("proofs");
        Files.write(
                proofs.resolve("chain-0003-4.tlog-proof"),
                Files.readAllBytes(proofs.resolve("chain-0003-1.tlog-proof")));
        seal(copy(Shape.FILTERED), Files.readAllBytes(copy(Shape.FILTERED).resolve("manifest.json")));

        // Then
        requireFault(Shape.FILTERED, Phase.TREES, "is of index 1");
    }

    @Test
    void aPathToAnotherCheckpointIsSeen() throws Exception {
        // Given: the same path, under the checkpoint of another window
        derive(Shape.FILTERED, types("payment"));
        Path proof = copy(Shape.FILTERED).resolve("proofs/chain-0003-4.tlog-proof");
        String own = Files.readString(copy(Shape.FILTERED).resolve("checkpoints/chain-0003"));
        String other = Files.readString(window(bucket.resolve("v1"), 2).resolve("checkpoints/chain-0003"));
        Files.writeString(proof, Files.readString(proof).replace(own, other));
        seal(copy(Shape.FILTERED), Files.readAllBytes(copy(Shape.FILTERED).resolve("manifest.json")));

        // Then
        requireFault(Shape.FILTERED, Phase.TREES, "another checkpoint");
    }

    @Test
    void linesOutOfOrderAndTwiceAreSeen() throws Exception {
        // Given
        derive(Shape.FILTERED, types("payment"));
        List<String> lines = lines(copy(Shape.FILTERED).resolve(DATA));
        forge(copy(Shape.FILTERED), DATA, List.of(lines.get(1), lines.get(0), lines.get(2)));

        // Then
        requireFault(Shape.FILTERED, Phase.CHAINS, "seq 1 is not in 5..10");
        forge(copy(Shape.FILTERED), DATA, List.of(lines.get(0), lines.get(1), lines.get(1)));
        requireFault(Shape.FILTERED, Phase.CHAINS, "seq 4 is not in 5..10");
    }

    @Test
    void aLineThatTheFilterDoesNotNameIsSeen() throws Exception {
        // Given
        derive(Shape.FILTERED, types("payment"));
        byte[] manifest = Files.readAllBytes(copy(Shape.FILTERED).resolve("manifest.json"));
        seal(
                copy(Shape.FILTERED),
                new String(manifest, UTF_8)
                        .replace("{\"types\":[\"payment\"]}", "{\"types\":[\"login\"]}")
                        .getBytes(UTF_8));

        // Then
        requireFault(Shape.FILTERED, Phase.ENTRIES, "does not meet the filter");
    }

    @Test
    void aCopyUnderTheNameOfItsOriginalIsSeen() throws Exception {
        // Given: an insider exchanges a bundle of the bucket
        derive(Shape.FILTERED, types("payment"));
        Path original = window(bucket.resolve("v1"), 0);
        Path kept = Files.move(original, temp.resolve("hidden"));
        Files.move(copy(Shape.FILTERED), original);

        // When
        VerificationReport report = verify(bucket.resolve("v1/tenant=acme"));

        // Then
        assertThat(kept).isDirectory();
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("under the name of its original");
    }

    private VerificationReport pack(Path from, Path to) throws IOException, BundleException {
        return EvidenceArchive.write(
                new EvidenceArchive.Evidence(from, "acme", Instant.MIN, Instant.MAX, trustRoot, List.of()), to);
    }

    @Test
    void copiesAreNotPackedUnderTheNamesOfOriginals() throws Exception {
        // Given
        derive(Shape.COMPACT, Derivation.Filter.NONE);
        Path zip = temp.resolve("evidence.zip");

        // Then
        assertThatThrownBy(() -> pack(out.resolve("compact"), zip))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("packed of originals");
        assertThat(zip).doesNotExist();
    }

    @Test
    void aCopyThatAnInsiderPutAmongOriginalsIsPackedAndSeen() throws Exception {
        // Given
        derive(Shape.COMPACT, Derivation.Filter.NONE);
        Path original = window(bucket.resolve("v1"), 0);
        Files.move(original, temp.resolve("hidden"));
        Files.move(copy(Shape.COMPACT), original);
        Path zip = temp.resolve("evidence.zip");

        // When
        VerificationReport packed = pack(bucket, zip);

        // Then
        assertThat(packed.exitCode()).as(packed.text()).isEqualTo(ExitCode.FAILED);
        assertThat(packed.text()).contains("under the name of its original");
        assertThat(zip).exists();
    }

    @Test
    void aCopyAmongOriginalsIsNotTakenForOne() throws Exception {
        // Given: as above, in a folder of another name
        derive(Shape.COMPACT, Derivation.Filter.NONE);
        Path folder = temp.resolve("mixed");
        for (int number = 0; number < 3; number++) {
            Path from = window(number == 0 ? out.resolve("compact") : bucket.resolve("v1"), number);
            Files.createDirectories(folder);
            Files.move(from, folder.resolve("w" + number));
        }

        // When
        VerificationReport report = verify(folder);

        // Then
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(report.text()).contains("of shape canonical, the bundle before of shape compact");
    }

    @Test
    void aCopySignedByAStrangerIsNotTrusted() throws Exception {
        // When
        derive(Shape.COMPACT, Derivation.Filter.NONE, KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom()));

        // Then
        assertThat(verify(Shape.COMPACT).exitCode()).isEqualTo(ExitCode.UNTRUSTED);
    }

    @Test
    void aMissingWindowOfCopiesIsIncomplete() throws Exception {
        // Given
        derive(Shape.COMPACT, Derivation.Filter.NONE);
        Files.move(window(out.resolve("compact"), 1), temp.resolve("gone"));

        // Then
        assertThat(verify(Shape.COMPACT).exitCode()).isEqualTo(ExitCode.INCOMPLETE);
    }

    @Test
    void aShapeThatIsNotKnownIsRefusedByName() throws Exception {
        // Given
        derive(Shape.COMPACT, Derivation.Filter.NONE);
        String manifest = Files.readString(copy(Shape.COMPACT).resolve("manifest.json"));
        seal(
                copy(Shape.COMPACT),
                manifest.replace("\"shape\":\"compact\"", "\"shape\":\"redacted\"")
                        .getBytes(UTF_8));

        // Then
        requireFault(Shape.COMPACT, Phase.STRUCTURE, "shape is 'redacted'");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.entry.ChainId;
import io.tallystick.export.assemble.BundleKeys;
import io.tallystick.export.assemble.BundleWriter;
import io.tallystick.export.assemble.ChainSegment;
import io.tallystick.export.assemble.Compressors;
import io.tallystick.export.assemble.DataFileWriter;
import io.tallystick.export.assemble.PartitionWindow;
import io.tallystick.export.assemble.RetentionRules;
import io.tallystick.export.assemble.SampleLedger;
import io.tallystick.export.assemble.SharedObjects;
import io.tallystick.export.assemble.TenantWindow;
import io.tallystick.export.fetch.BucketFetch;
import io.tallystick.export.fetch.Extent;
import io.tallystick.export.fetch.Fetched;
import io.tallystick.export.fetch.Narrowing;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.StoreListing;
import io.tallystick.export.store.s3.FaultyBucket;
import io.tallystick.verify.VerificationReport;
import io.tallystick.verify.Verifier;
import io.tallystick.verify.VerifyRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A window of more content than a data file holds goes into a bucket in parts, out of a heap that is a fraction of it. */
class LargeWindowIT {
    private static final String HEAP = "-Xmx64m";
    private static final long SEED = 9;
    private static final int EVENTS = 300;
    private static final int PAYLOAD_CHARACTERS = 930_000;
    private static final int PART_BYTES = 8 * 1024 * 1024;
    private static final int END_SECONDS_MAX = 240;
    private static final ChainId CHAIN = new ChainId("acme", 0);
    private static final String DIRECTORY = BundleLayout.bundleDir("acme", Instant.parse("2026-11-21T03:15:00Z")) + "/";

    @TempDir
    private Path temp;

    /** The exporter's process: endpoint of the bucket, scratch directory. */
    static final class Exporting {
        private Exporting() {}

        public static void main(String[] arguments) throws IOException {
            SampleLedger ledger = SampleLedger.seeded(SEED);
            Path scratch = Path.of(arguments[1]);
            RetentionRules rules = new RetentionRules(Set.of());
            Instant now = Instant.parse("2026-11-21T04:00:00Z");
            try (ObjectStore store = Stores.open(new ExportConfig(properties(arguments[0], scratch)).store());
                    PartitionWindow partition = new PartitionWindow(
                            scratch,
                            BundleLayout.DATA_BYTES_MAX,
                            Compressors.ofExporter(),
                            Optional.empty(),
                            List.of())) {
                partition.append(CHAIN, ledger.genesis(CHAIN));
                SplittableRandom random = new SplittableRandom(SEED);
                for (int i = 0; i < EVENTS; i++) {
                    partition.append(CHAIN, ledger.event(CHAIN, payload(random)));
                }
                SampleLedger.Sealed sealed = ledger.seal();
                List<ChainSegment> segments = partition.end(
                        sealed.window(),
                        Map.of(),
                        new DataFileWriter(store, rules.dataFiles(SampleLedger::tenant, () -> now)));
                new SharedObjects(store).putRegistry(sealed.toCore(), Protection.NONE);
                new BundleWriter(
                                store,
                                BundleKeys.always(ledger.bundleKey()),
                                new ExportRecord.Software("unknown", "0.1.0"),
                                rules)
                        .write(
                                new TenantWindow(
                                        SampleLedger.tenant("acme"),
                                        sealed.toCore(),
                                        segments,
                                        sealed.chainCheckpoints()),
                                schema -> {
                                    throw new IllegalStateException("no entry names a schema");
                                },
                                now,
                                () -> {});
            }
        }

        private static Map<String, String> properties(String endpoint, Path scratch) {
            Map<String, String> all = new HashMap<>();
            all.put("bootstrap.servers", "localhost:9092");
            all.put("schema.registry.url", "http://localhost:8081");
            all.put("ledger.origin", SampleLedger.ORIGIN);
            all.put("ledger.bundle.key.file", "bundle.pem");
            all.put("ledger.key.passphrase.file", "passphrase");
            all.put("ledger.export.store", "s3://evidence");
            all.put("ledger.export.lock.mode", "compliance");
            all.put("ledger.export.s3.endpoint", endpoint);
            all.put("ledger.export.s3.region", "us-east-1");
            all.put("ledger.export.s3.path.style", "true");
            all.put("ledger.export.s3.part.bytes", Integer.toString(PART_BYTES));
            all.put("ledger.export.scratch.directory", scratch.toString());
            return all;
        }

        /** Half of it is left when it is compressed. */
        private static String payload(SplittableRandom random) {
            byte[] text = new byte[PAYLOAD_CHARACTERS];
            for (int i = 0; i < text.length; i++) {
                text[i] = (byte) "0123456789abcdef".charAt(random.nextInt(16));
            }
            text[0] = '"';
            text[text.length - 1] = '"';
            return new String(text, StandardCharsets.ISO_8859_1);
        }
    }

    private void export(FaultyBucket bucket) throws Exception {
        Path log = temp.resolve("log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HEAP,
                        "-Daws.accessKeyId=double",
                        "-Daws.secretAccessKey=double",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Exporting.class.getName(),
                        bucket.endpoint().toString(),
                        Files.createDirectory(temp.resolve("scratch")).toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    }

    private VerificationReport verify(FaultyBucket bucket) throws Exception {
        Path trustRoot = Files.write(
                temp.resolve("trust-root.json"), SampleLedger.seeded(SEED).trustRoot());
        Path copy = Files.createDirectory(temp.resolve("copy"));
        try (StoreListing listing = bucket.reader()) {
            Fetched fetched = new BucketFetch(listing, (objects, objectsAll, bytes, bytesAll) -> {})
                    .into(copy, Extent.ALL, Narrowing.NONE)
                    .orElseThrow();
            assertThat(fetched.incomplete()).isZero();
        }
        return Verifier.verify(VerifyRequest.of(copy).withTrustRoot(trustRoot));
    }

    @Test
    void itIsStoredInPartsAndVerifies() throws Exception {
        try (FaultyBucket bucket = new FaultyBucket()) {
            // When
            export(bucket);

            // Then: 256 MiB of content in one file, which is half as large as it is stored, and the rest in another
            String first = DIRECTORY + "chain-0000-00000.ndjson.zst";
            assertThat(bucket.parts(first)).isGreaterThan(BundleLayout.DATA_BYTES_MAX / 2 / PART_BYTES);
            assertThat(bucket.puts(first)).isZero();
            assertThat(bucket.digests()).containsKey(DIRECTORY + "chain-0000-00001.ndjson.zst");
            assertThat(bucket.openUploads()).isZero();
            assertThat(bucket.reports()).isEmpty();
            VerificationReport report = verify(bucket);
            assertThat(report.exitCode()).as(report.text()).isZero();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.MemoryObjectStore;
import io.tallystick.export.store.ObjectLock;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.s3.FaultyBucket;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole exports into an S3 store that fails in every way it can. */
class S3ExportTest {
    private static final int ATTEMPTS_MAX = 100;

    @TempDir
    Path temp;

    private SampleLedger ledger;
    private List<CoreExport.WindowScript> script;

    @BeforeEach
    void setUp() throws Exception {
        ledger = new SampleLedger();
        script = CoreExport.threeWindows(ledger, new SchemaRef(7, Hash.sha256(CoreExport.SCHEMA)));
    }

    private void export(ObjectStore store) throws IOException {
        CoreExport.run(store, Files.createTempDirectory(temp, "scratch"), script, ledger.bundleKey());
    }

    private ExportRecord record(ObjectStore store, int window) throws Exception {
        String directory = BundleLayout.bundleDir("acme", start(window));
        return ExportRecord.parse(store.read(ObjectName.in(directory, BundleLayout.EXPORT), 100_000)
                .orElseThrow());
    }

    private Instant start(int window) {
        return script.get(window).sealed().window().start();
    }

    @RepeatedTest(2)
    void endsWithTheSameEvidenceWhateverFails(RepetitionInfo repetition) throws Exception {
        // Given
        long seed = Long.getLong("ledger.test.seed", 20261121L) + repetition.getCurrentRepetition();
        System.out.println("ledger.test.seed=" + (seed - repetition.getCurrentRepetition()));
        MemoryObjectStore smooth = new MemoryObjectStore();
        export(smooth);
        try (FaultyBucket bucket = new FaultyBucket(new Random(seed));
                ObjectStore store = bucket.open()) {
            // When: as the exporter does, from the beginning after each failure
            int attempts = 0;
            boolean done = false;
            while (!done && attempts++ < ATTEMPTS_MAX) {
                done = attempt(store);
            }

            // Then
            assertThat(done).isTrue();
            SortedMap<String, Hash> expected = withoutSignatures(smooth.digests());
            assertThat(withoutSignatures(bucket.digests())).isEqualTo(expected);
            assertThat(bucket.versionCount()).isEqualTo(smooth.digests().size());
            assertThat(bucket.reports()).isEmpty();
        }
    }

    private boolean attempt(ObjectStore store) {
        try {
            export(store);
            return true;
        } catch (IOException e) {
            return false; // what the step thread takes for a failure of the outside world
        }
    }

    /** Data and manifests are the same everywhere; locks, and signatures over what tells of them, are not. */
    private static SortedMap<String, Hash> withoutSignatures(SortedMap<String, Hash> digests) {
        digests.keySet()
                .removeIf(path -> path.endsWith(".sig")
                        || path.endsWith(BundleLayout.EXPORT)
                        || path.endsWith(BundleLayout.DSSE)
                        || path.endsWith(BundleLayout.SUMS));
        return digests;
    }

    @Test
    void tellsOfTheLockOfTheBundleBefore() throws Exception {
        // Given
        try (FaultyBucket bucket = new FaultyBucket();
                ObjectStore store = bucket.open()) {
            // When
            export(store);

            // Then
            ExportRecord first = record(store, 0);
            assertThat(first.previousLock()).isEmpty();
            assertThat(first.retention().mode()).isEqualTo("compliance");
            assertThat(record(store, 1).previousLock()).hasValueSatisfying(lock -> {
                assertThat(lock.mode()).isEqualTo("compliance");
                assertThat(lock.until()).isEqualTo(first.retention().until());
                assertThat(lock.versionId()).startsWith("v");
            });
        }
    }

    @Test
    void adoptsABundleThatWasWrittenUnderAnotherLock() throws Exception {
        // Given: export.json of a window tells of a lock as it was then
        try (FaultyBucket bucket = new FaultyBucket();
                ObjectStore store = bucket.open()) {
            export(store);
            SortedMap<String, Hash> before = bucket.digests();
            bucket.extendLocks(Instant.parse("2999-01-01T00:00:00Z"));

            // When
            export(store);

            // Then
            assertThat(bucket.digests()).isEqualTo(before);
        }
    }

    @Test
    void saysWhichBundleLostItsLock() throws Exception {
        // Given: a store that takes locks and forgets them
        try (FaultyBucket bucket = new FaultyBucket();
                ObjectStore store = bucket.open()) {
            export(store);
            bucket.forgetLocks();
            List<TenantWindow> windows = CoreExport.bundles(store, Files.createDirectory(temp.resolve("s")), script);
            TenantWindow second = windows.stream()
                    .filter(window -> window.tenant().tenant().equals("acme"))
                    .filter(window -> window.sealed().window().start().equals(start(1)))
                    .findFirst()
                    .orElseThrow();
            BundleWriter writer = new BundleWriter(
                    store,
                    BundleKeys.always(ledger.bundleKey()),
                    new ExportRecord.Software("unknown", "0.1.0"),
                    CoreExport.RULES);

            // When
            BundleWriter.Written written = writer.write(second, schema -> CoreExport.SCHEMA, CoreExport.NOW, () -> {});

            // Then
            assertThat(written.unprotected())
                    .hasValue(new BundleWriter.Unprotected(
                            ObjectName.in(BundleLayout.bundleDir("acme", start(0)), BundleLayout.MANIFEST),
                            BundleWriter.Lack.LOCK));
        }
    }

    /** The locks of a bundle that was written to where the credentials expired, and then again, under other rules or later. */
    private List<ObjectLock> redo(FaultyBucket bucket, RetentionRules first, RetentionRules second, Instant... now)
            throws Exception {
        String directory = BundleLayout.bundleDir("acme", start(0));
        try (ObjectStore store = bucket.open()) {
            List<TenantWindow> windows = CoreExport.bundles(store, Files.createDirectory(temp.resolve("s")), script);
            TenantWindow window = windows.stream()
                    .filter(TenantWindow::isFirst)
                    .filter(tenant -> tenant.tenant().tenant().equals("acme"))
                    .findFirst()
                    .orElseThrow();
            bucket.expireAt(directory + "/" + BundleLayout.EXPORT);
            assertThatThrownBy(() -> writer(store, first).write(window, schema -> CoreExport.SCHEMA, now[0], () -> {}))
                    .isInstanceOf(IOException.class);
            writer(store, second).write(window, schema -> CoreExport.SCHEMA, now[1], () -> {});
        }
        List<ObjectLock> locks = new ArrayList<>();
        for (String key : bucket.digests().keySet()) {
            if (key.startsWith(directory + "/")) {
                locks.add(bucket.lock(key));
            }
        }
        return locks;
    }

    private BundleWriter writer(ObjectStore store, RetentionRules rules) {
        return new BundleWriter(
                store, BundleKeys.always(ledger.bundleKey()), new ExportRecord.Software("unknown", "0.1.0"), rules);
    }

    @Test
    void whatIsWrittenAgainLaterIsLockedAsLongAsIsPromised() throws Exception {
        // Given: a window exported so late that its locks end a day from now, whenever that is
        Instant late = Instant.parse("2099-01-01T00:00:00Z");
        try (FaultyBucket bucket = new FaultyBucket();
                ObjectStore store = bucket.open()) {
            // When
            List<ObjectLock> locks =
                    redo(bucket, CoreExport.RULES, CoreExport.RULES, late, late.plus(Duration.ofHours(3)));

            // Then
            Instant promised = record(store, 0).retention().until();
            assertThat(promised).isEqualTo(late.plus(Duration.ofHours(27)));
            assertThat(locks).hasSizeGreaterThan(6).allSatisfy(lock -> {
                assertThat(lock.mode()).isEqualTo(LockMode.COMPLIANCE);
                assertThat(lock.until()).isEqualTo(promised);
            });
        }
    }

    @Test
    void whatIsWrittenAgainUnderALegalHoldIsHeldWhole() throws Exception {
        // Given
        RetentionRules held = new RetentionRules(Set.of("acme"));
        try (FaultyBucket bucket = new FaultyBucket();
                ObjectStore store = bucket.open()) {
            // When
            List<ObjectLock> locks = redo(bucket, CoreExport.RULES, held, CoreExport.NOW, CoreExport.NOW);

            // Then
            assertThat(record(store, 0).retention().legalHold()).isTrue();
            assertThat(locks).hasSizeGreaterThan(6).allSatisfy(lock -> assertThat(lock.legalHold())
                    .isTrue());
        }
    }

    @Test
    void leavesNoHalfBundleThatLooksWhole() throws Exception {
        // Given: credentials that expire in the middle of a window
        try (FaultyBucket bucket = new FaultyBucket();
                ObjectStore store = bucket.open()) {
            bucket.expireAt(BundleLayout.bundleDir("acme", start(1)) + "/" + BundleLayout.DSSE);

            // When / Then
            assertThatThrownBy(() -> export(store))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("ExpiredToken");
            assertThat(bucket.digests())
                    .doesNotContainKey(BundleLayout.bundleDir("acme", start(1)) + "/" + BundleLayout.CHECKPOINT);
            export(store);
            assertThat(bucket.digests())
                    .containsKey(BundleLayout.bundleDir("acme", start(1)) + "/" + BundleLayout.CHECKPOINT);
        }
    }
}

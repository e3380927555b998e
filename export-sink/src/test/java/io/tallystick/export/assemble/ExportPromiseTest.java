// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.bundle.ExportRecord.PreviousLock;
import io.tallystick.bundle.ExportRecord.Retention;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectLock;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.s3.FaultyBucket;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the export.json that an earlier attempt, or somebody else, stored does to the bundle around it. */
class ExportPromiseTest {
    private static final RetentionRules HELD = new RetentionRules(Set.of("acme"));
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    Path temp;

    private final SampleLedger ledger = new SampleLedger();
    private final List<CoreExport.WindowScript> script =
            CoreExport.threeWindows(ledger, new SchemaRef(7, Hash.sha256(CoreExport.SCHEMA)));
    private FaultyBucket bucket;

    @BeforeEach
    void open() throws IOException {
        bucket = new FaultyBucket();
    }

    @AfterEach
    void close() {
        bucket.close();
    }

    private Instant start(int window) {
        return script.get(window).sealed().window().start();
    }

    private Instant end(int window) {
        return script.get(window).sealed().window().end();
    }

    private String object(int window, String name) {
        return BundleLayout.bundleDir("acme", start(window)) + "/" + name;
    }

    /** Writes a bundle of acme, whose data files are stored before, as the rules of the day say. */
    private BundleWriter.Written write(ObjectStore store, int window, RetentionRules rules, long days)
            throws IOException {
        TenantWindow tenant = CoreExport.bundles(store, Files.createTempDirectory(temp, "scratch"), script).stream()
                .filter(found -> found.tenant().tenant().equals("acme"))
                .filter(found -> found.sealed().window().start().equals(start(window)))
                .findFirst()
                .orElseThrow();
        TenantDescriptor as = tenant.tenant();
        TenantDescriptor kept = new TenantDescriptor(
                as.tenant(),
                as.state(),
                as.topicIds(),
                as.blind(),
                as.revision(),
                as.policies(),
                as.transactional(),
                new TenantDescriptor.Retention("standard", days));
        return new BundleWriter(
                        store,
                        BundleKeys.always(ledger.bundleKey()),
                        new ExportRecord.Software("unknown", "0.1.0"),
                        rules)
                .write(
                        new TenantWindow(kept, tenant.sealed(), tenant.segments(), tenant.checkpoints()),
                        schema -> CoreExport.SCHEMA,
                        CoreExport.NOW,
                        () -> {});
    }

    private BundleWriter.Written write(ObjectStore store, int window) throws IOException {
        return write(store, window, CoreExport.RULES, 3650);
    }

    private ExportRecord stored(ObjectStore store, int window) throws Exception {
        return ExportRecord.parse(store.read(new ObjectName(object(window, BundleLayout.EXPORT)), 100_000)
                .orElseThrow());
    }

    /** The record that would be stored, were no other there. */
    private ExportRecord record(int window) throws Exception {
        try (FaultyBucket other = new FaultyBucket();
                ObjectStore store = other.open()) {
            for (int i = 0; i <= window; i++) {
                write(store, i);
            }
            return stored(store, window);
        }
    }

    private void plant(int window, ExportRecord record) {
        bucket.put(object(window, BundleLayout.EXPORT), record.encode());
    }

    private static ExportRecord with(ExportRecord record, Retention retention) {
        return new ExportRecord(record.files(), retention, record.software(), record.previousLock());
    }

    private static ExportRecord with(ExportRecord record, Optional<PreviousLock> lock) {
        return new ExportRecord(record.files(), record.retention(), record.software(), lock);
    }

    private void requireWholeBundle(int window, LockMode mode, Instant until, boolean held) throws IOException {
        List<String> objects = bucket.digests().keySet().stream()
                .filter(key -> key.startsWith(object(window, "")))
                .toList();
        assertThat(objects).contains(object(window, BundleLayout.CHECKPOINT)).hasSizeGreaterThan(7);
        for (String key : objects) {
            ObjectLock lock = bucket.lock(key);
            assertThat(lock.mode()).as(key).isEqualTo(mode);
            assertThat(lock.until()).as(key).isEqualTo(until);
            assertThat(lock.legalHold()).as(key).isEqualTo(held);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = LockMode.class,
            names = {"GOVERNANCE", "COMPLIANCE"})
    void theRestOfABundleIsKeptAsItsRecordPromisedUnderTheRulesOfThen(LockMode later) throws Exception {
        // Given: credentials expire just after the promise, and the operator makes everything weaker
        try (ObjectStore strict = bucket.open(LockMode.COMPLIANCE)) {
            bucket.expireAt(object(0, BundleLayout.DSSE));
            assertThatThrownBy(() -> write(strict, 0, HELD, 4000)).hasMessageContaining("ExpiredToken");
        }

        // When
        try (ObjectStore weak = bucket.open(later)) {
            write(weak, 0, CoreExport.RULES, 30);
        }

        // Then
        requireWholeBundle(0, LockMode.COMPLIANCE, end(0).plus(Duration.ofDays(4000)), true);
    }

    @Test
    void whatWasStoredBeforeALongerPromiseIsKeptAsLong() throws Exception {
        // Given
        Instant long0 = end(0).plus(Duration.ofDays(5000));
        plant(0, with(record(0), new Retention("theirs", 5000, "compliance", long0, true)));

        // When: what comes first is stored as today's rules say
        try (ObjectStore store = bucket.open()) {
            write(store, 0);
        }

        // Then
        requireWholeBundle(0, LockMode.COMPLIANCE, long0, true);
    }

    @Test
    void aPromiseOfLessThanTodaysRulesIsAdoptedAndTheRulesHold() throws Exception {
        // Given: the tenant's retention was 30 days when the window was first exported
        ExportRecord record = record(0);
        Retention less = new Retention("short", 30, "governance", end(0).plus(Duration.ofDays(30)), false);
        plant(0, with(record, less));

        // When
        try (ObjectStore store = bucket.open()) {
            write(store, 0);

            // Then
            assertThat(stored(store, 0).retention()).isEqualTo(less);
        }
        requireWholeBundle(0, LockMode.COMPLIANCE, record.retention().until(), false);
    }

    private static Stream<Retention> refused() {
        Instant end = Instant.parse("2026-11-21T03:30:00Z");
        return Stream.of(
                new Retention("standard", 0, "compliance", end, false),
                new Retention("standard", 0, "compliance", end.plus(DAY), false),
                new Retention("standard", 1, "compliance", end.plus(DAY).minusMillis(1), false),
                new Retention("standard", 3650, "compliance", end.plus(DAY), false),
                new Retention("standard", 3650, "eternal", end.plus(Duration.ofDays(3650)), false));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void aPromiseThatTheVerifierWouldRefuseIsNotSigned(Retention promise) throws Exception {
        // Given
        plant(0, with(record(0), promise));

        // When / Then
        requireRefused(0, "a promise");
    }

    private void requireRefused(int window, String why) throws IOException {
        try (ObjectStore store = bucket.open()) {
            assertThatThrownBy(() -> write(store, window))
                    .isInstanceOf(LedgerIntegrityException.class)
                    .hasMessageContaining(object(window, BundleLayout.EXPORT))
                    .hasMessageContaining(why)
                    .hasMessageContaining("Nothing was overwritten");
        }
        assertThat(bucket.digests()).doesNotContainKey(object(window, BundleLayout.DSSE));
    }

    @Test
    void theLockOfABundleThatDoesNotExistIsNotSigned() throws Exception {
        // Given
        plant(0, with(record(0), Optional.of(new PreviousLock(Hash.ZERO, "v1", "compliance", end(0)))));

        // When / Then
        requireRefused(0, "first window");
    }

    @Test
    void theLockOfAnotherBundleIsNotSigned() throws Exception {
        // Given
        ExportRecord record = record(1);
        PreviousLock lock = record.previousLock().orElseThrow();
        try (ObjectStore store = bucket.open()) {
            write(store, 0);
        }
        plant(1, with(record, Optional.of(new PreviousLock(Hash.ZERO, lock.versionId(), lock.mode(), lock.until()))));

        // When / Then
        requireRefused(1, "another bundle than the one before");
    }

    @ParameterizedTest
    @MethodSource("lies")
    void aLockThatTheStoreDoesNotReportSoIsNotSigned(String mode, Duration less) throws Exception {
        // Given
        ExportRecord record = record(1);
        PreviousLock lock = record.previousLock().orElseThrow();
        try (ObjectStore store = bucket.open()) {
            write(store, 0);
        }
        plant(
                1,
                with(
                        record,
                        Optional.of(new PreviousLock(
                                lock.manifest(),
                                lock.versionId(),
                                mode,
                                lock.until().minus(less)))));

        // When / Then
        requireRefused(1, "less than it promises");
    }

    private static Stream<Arguments> lies() {
        return Stream.of(
                Arguments.of("compliance", Duration.ofSeconds(1)),
                Arguments.of("governance", Duration.ZERO),
                Arguments.of("none", Duration.ZERO),
                Arguments.of("eternal", Duration.ZERO));
    }

    @Test
    void aLockThatTheStoreDidForgetIsToldAsItIs() throws Exception {
        // Given: the truth about the bundle before is no reason to stop
        try (ObjectStore store = bucket.open()) {
            write(store, 0);
            bucket.extendLocks(end(0).plus(DAY));
            bucket.expireAt(object(1, BundleLayout.DSSE));
            assertThatThrownBy(() -> write(store, 1)).hasMessageContaining("ExpiredToken");

            // When
            write(store, 1);

            // Then
            assertThat(stored(store, 1).previousLock())
                    .hasValueSatisfying(lock -> assertThat(lock.until()).isEqualTo(end(0).plus(DAY)));
        }
    }

    @Test
    void aRecordThatIsTooLargeIsRefusedAndNotTriedAgain() throws Exception {
        // Given
        bucket.put(object(0, BundleLayout.EXPORT), new byte[BundleLayout.LIST_BYTES_MAX + 100]);

        // When / Then
        requireRefused(0, "export.json");
    }

    @Test
    void aManifestBeforeThatIsNoneStopsTheExporter() throws Exception {
        // Given
        try (ObjectStore store = bucket.open()) {
            write(store, 0);
            bucket.remove(object(0, BundleLayout.MANIFEST));
            bucket.put(object(0, BundleLayout.MANIFEST), new byte[] {'{', '}'});

            // When / Then
            assertThatThrownBy(() -> write(store, 1))
                    .isInstanceOf(LedgerIntegrityException.class)
                    .hasMessageContaining("is not a manifest")
                    .hasMessageContaining("Find out who changed the object");
        }
    }

    @Test
    void saysWhereTheStoreForgotAHold() throws Exception {
        // Given: stored before the tenant was under a hold
        try (ObjectStore store = bucket.open()) {
            write(store, 0);

            // When
            BundleWriter.Written unheld = write(store, 1, HELD, 3650);
            BundleWriter.Written held = write(store, 2, HELD, 3650);

            // Then
            assertThat(unheld.unprotected())
                    .hasValue(new BundleWriter.Unprotected(
                            new ObjectName(object(0, BundleLayout.MANIFEST)), BundleWriter.Lack.LEGAL_HOLD));
            assertThat(held.unprotected()).isEmpty();
        }
    }
}

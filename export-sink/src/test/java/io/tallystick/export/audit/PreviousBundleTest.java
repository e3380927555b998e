// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.assemble.CoreExport;
import io.tallystick.export.assemble.SampleLedger;
import io.tallystick.export.store.DirectoryObjectStore;
import io.tallystick.export.store.ForwardingStore;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectLock;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a bundle may be gone: after its retention, as the bundle that follows it tells. */
class PreviousBundleTest {
    private static final Duration RETENTION = Duration.ofDays(3650);

    @TempDir
    Path temp;

    private final SampleLedger ledger = new SampleLedger();
    private final List<CoreExport.WindowScript> script =
            CoreExport.threeWindows(ledger, new SchemaRef(7, Hash.sha256(CoreExport.SCHEMA)));
    private ObjectStore store;

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private void export(Optional<Instant> lockedUntil) throws Exception {
        ObjectStore plain = DirectoryObjectStore.open(temp.resolve("bucket"));
        store = lockedUntil.isEmpty() ? plain : new Locked(plain, lockedUntil.get());
        CoreExport.run(store, Files.createDirectory(temp.resolve("scratch")), script, ledger.bundleKey());
        Files.write(temp.resolve("trust-root.json"), ledger.trustRoot());
    }

    private Finding audit(Instant now, String... held) throws IOException {
        SelfAudit audit = new SelfAudit(store, temp.resolve("trust-root.json"), temp.resolve("audit"), Set.of(held));
        return audit.audit(new BundleWalk.Target("acme", start(1)), now).orElseThrow();
    }

    private Instant start(int window) {
        return script.get(window).sealed().window().start();
    }

    private Path first() {
        return temp.resolve("bucket").resolve(BundleLayout.bundleDir("acme", start(0)));
    }

    private void removeFirst() throws IOException {
        try (Stream<Path> files = Files.walk(first())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void mayBeGoneOnceItsDaysAreOver() throws Exception {
        // Given
        export(Optional.empty());
        removeFirst();

        // When
        Finding finding = audit(start(1).plus(RETENTION).plusMillis(1));

        // Then
        assertThat(finding.isSound()).as(finding.report()).isTrue();
        assertThat(finding.previousDisposed()).isTrue();
    }

    @Test
    void mustBeThereToTheEndOfItsDays() throws Exception {
        // Given
        export(Optional.empty());
        removeFirst();

        // When
        Finding finding = audit(start(1).plus(RETENTION));

        // Then
        assertThat(finding.exitCode()).isEqualTo(1);
        assertThat(finding.previousDisposed()).isFalse();
        assertThat(finding.report()).contains("found none", "kept until " + start(1).plus(RETENTION));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1})
    void countsTheLockThatWasReadBackBeforeTheDays(long later) throws Exception {
        // Given: the lock lasts longer than promised
        Instant locked = start(1).plus(RETENTION).plus(RETENTION);
        export(Optional.of(locked));
        removeFirst();

        // When / Then
        assertThat(audit(locked.plusMillis(later)).isSound()).isEqualTo(later > 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"manifest.json", "checkpoint"})
    void mayBeGoneInPartOnceItsDaysAreOver(String name) throws Exception {
        // Given: a store removes one object after the other
        export(Optional.empty());
        Files.delete(first().resolve(name));

        // When / Then
        assertThat(audit(start(1).plus(RETENTION)).isSound()).isFalse();
        assertThat(audit(start(1).plus(RETENTION).plusMillis(1)).isSound()).isTrue();
    }

    @Test
    void mustBeThereUnderALegalHold() throws Exception {
        // Given
        export(Optional.empty());
        removeFirst();
        Instant over = start(1).plus(RETENTION).plusMillis(1);

        // When / Then
        assertThat(audit(over, "globex").isSound()).isTrue();
        assertThat(audit(over, "acme").report()).contains("legal hold");
        assertThat(audit(over, "acme").isSound()).isFalse();
    }

    @Test
    void mustNotBeAnotherAlsoWhenItsDaysAreOver() throws Exception {
        // Given
        export(Optional.empty());
        Files.write(first().resolve("manifest.json"), new byte[1]);

        // When
        Finding finding = audit(start(1).plus(RETENTION).plusMillis(1));

        // Then
        assertThat(finding.isSound()).isFalse();
        assertThat(finding.report()).contains("is not the bundle that comes before");
    }

    /** A store that reports this lock for everything. */
    private static final class Locked extends ForwardingStore {
        private final Instant until;

        Locked(ObjectStore store, Instant until) {
            super(store);
            this.until = until;
        }

        @Override
        public LockMode lockMode() {
            return LockMode.COMPLIANCE;
        }

        @Override
        public Optional<ObjectLock> lock(ObjectName name) {
            return Optional.of(new ObjectLock("v1", LockMode.COMPLIANCE, until, false));
        }
    }
}

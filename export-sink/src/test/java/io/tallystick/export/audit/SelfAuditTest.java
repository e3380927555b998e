// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Manifest;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.assemble.CoreExport;
import io.tallystick.export.assemble.SampleLedger;
import io.tallystick.export.store.Content;
import io.tallystick.export.store.DirectoryObjectStore;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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
import org.junit.jupiter.params.provider.ValueSource;

class SelfAuditTest {
    private static final Instant NOW = Instant.parse("2026-11-21T05:00:00Z");

    @TempDir
    Path temp;

    private final SampleLedger ledger = new SampleLedger();
    private final List<CoreExport.WindowScript> script =
            CoreExport.threeWindows(ledger, new SchemaRef(7, Hash.sha256(CoreExport.SCHEMA)));
    private Path bucket;
    private ObjectStore store;
    private SelfAudit audit;

    @BeforeEach
    void export() throws Exception {
        bucket = temp.resolve("bucket");
        store = DirectoryObjectStore.open(bucket);
        CoreExport.run(store, Files.createDirectory(temp.resolve("scratch")), script, ledger.bundleKey());
        Path trustRoot = Files.write(temp.resolve("trust-root.json"), ledger.trustRoot());
        audit = new SelfAudit(store, trustRoot, temp.resolve("audit"), Set.of());
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private BundleWalk.Target target(int window) {
        return new BundleWalk.Target("acme", start(window));
    }

    private Instant start(int window) {
        return script.get(window).sealed().window().start();
    }

    private Path file(int window, String name) {
        return bucket.resolve(BundleLayout.bundleDir("acme", start(window))).resolve(name);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void findsAStoredBundleSound(int window) throws Exception {
        // When
        Finding finding = audit.audit(target(window), NOW).orElseThrow();

        // Then
        assertThat(finding.isSound()).as(finding.report()).isTrue();
        assertThat(finding.manifest()).isEqualTo(Hash.sha256(Files.readAllBytes(file(window, "manifest.json"))));
        try (Stream<Path> left = Files.list(temp.resolve("audit"))) {
            assertThat(left).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"manifest.json", "manifest.sig", "export.json", "SHA256SUMS", "bundle.dsse.json", "checkpoint"})
    void noticesAChangedByte(String name) throws Exception {
        // Given
        byte[] bytes = Files.readAllBytes(file(1, name));
        bytes[bytes.length / 2] ^= 1;
        Files.write(file(1, name), bytes);

        // When
        Finding finding = audit.audit(target(1), NOW).orElseThrow();

        // Then
        assertThat(finding.isSound()).isFalse();
        assertThat(finding.json().toString()).contains("report");
    }

    @ParameterizedTest
    @ValueSource(strings = {"manifest.json", "SHA256SUMS", "chain-0000-00000.ndjson.zst", "proofs/registry.json"})
    void noticesALostObject(String name) throws Exception {
        // Given
        Files.delete(file(1, name));

        // When
        Finding finding = audit.audit(target(1), NOW).orElseThrow();

        // Then
        assertThat(finding.isSound()).isFalse();
    }

    @Test
    void noticesThatTheBundleBeforeIsGone() throws Exception {
        // Given
        Files.delete(file(0, "manifest.json"));

        // When
        Finding finding = audit.audit(target(1), NOW).orElseThrow();

        // Then
        assertThat(finding.exitCode()).isEqualTo(1);
        assertThat(finding.report()).contains("comes before", "none");
    }

    @Test
    void noticesThatTheBundleBeforeIsAnother() throws Exception {
        // Given
        Manifest second = Manifest.parse(Files.readAllBytes(file(1, "manifest.json")));
        Files.copy(file(2, "manifest.json"), file(0, "manifest.json"), StandardCopyOption.REPLACE_EXISTING);

        // When
        Finding finding = audit.audit(target(1), NOW).orElseThrow();

        // Then
        assertThat(finding.isSound()).isFalse();
        assertThat(finding.report()).contains(second.previous().orElseThrow().toString());
    }

    @Test
    void passesOverWhatIsNoCompleteBundle() throws Exception {
        // Given
        Files.delete(file(2, "checkpoint"));

        // When / Then
        assertThat(audit.audit(target(2), NOW)).isEmpty();
        assertThat(audit.audit(new BundleWalk.Target("nobody", start(0)), NOW)).isEmpty();
    }

    @Test
    void doesNotTakeAStoreThatFailsForABadBundle() throws Exception {
        // Given
        SelfAudit failing =
                new SelfAudit(new Failing(), temp.resolve("trust-root.json"), temp.resolve("audit"), Set.of());

        // When / Then
        assertThatThrownBy(() -> failing.audit(target(0), NOW)).isInstanceOf(IOException.class);
    }

    @Test
    void doesNotTakeALostTrustRootForABadBundle() throws Exception {
        // Given
        Files.delete(temp.resolve("trust-root.json"));

        // When / Then
        assertThatThrownBy(() -> audit.audit(target(0), NOW))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("trust-root.json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"signed\":{},\"signatures\":[]}"})
    void doesNotTakeAMalformedTrustRootForABadBundle(String text) throws Exception {
        // Given
        Files.writeString(temp.resolve("trust-root.json"), text);

        // When / Then
        assertThatThrownBy(() -> audit.audit(target(0), NOW))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the trust root");
    }

    @Test
    void readsNoMoreOfAManifestThanItMayHave() throws Exception {
        // Given: a manifest without end, as far as a file system goes
        try (FileChannel manifest = FileChannel.open(file(1, "manifest.json"), StandardOpenOption.WRITE)) {
            manifest.write(ByteBuffer.wrap(new byte[1]), BundleLayout.MANIFEST_BYTES_MAX + 1_000L);
        }
        byte[] beginning = new byte[BundleLayout.MANIFEST_BYTES_MAX + 1];
        try (InputStream in = Files.newInputStream(file(1, "manifest.json"))) {
            in.readNBytes(beginning, 0, beginning.length);
        }

        // When
        Finding finding = audit.audit(target(1), NOW).orElseThrow();

        // Then
        assertThat(finding.isSound()).isFalse();
        assertThat(finding.manifest()).isEqualTo(Hash.sha256(beginning));
    }

    private record Failing() implements ObjectStore {
        @Override
        public PutOutcome putIfAbsent(ObjectName name, Content content, Protection protection) throws IOException {
            throw new IOException("made to fail");
        }

        @Override
        public Optional<InputStream> open(ObjectName name) throws IOException {
            throw new IOException("made to fail");
        }

        @Override
        public void close() {}
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.assemble.CoreExport;
import io.tallystick.export.assemble.SampleLedger;
import io.tallystick.export.store.DirectoryObjectStore;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.SignedNote;
import io.tallystick.receipt.Cosigner;
import io.tallystick.receipt.Witness;
import io.tallystick.tree.Hash;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustPolicy;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A checkpoint key was compromised: what outside parties prove older is sound all the same, and nothing else. */
class AgeTest {
    private static final Instant COMPROMISED = Instant.parse("2026-11-21T06:00:00Z");
    private static final Instant NOW = Instant.parse("2026-11-22T00:00:00Z");

    @TempDir
    Path temp;

    private final SampleLedger ledger = new SampleLedger();
    private final List<CoreExport.WindowScript> script =
            CoreExport.threeWindows(ledger, new SchemaRef(7, Hash.sha256(CoreExport.SCHEMA)));
    private final Cosigner witness =
            Cosigner.of("witness.example.org/w1", KeyFile.generate(KeyAlgorithm.ED25519, new SecureRandom()));
    private Path bucket;
    private ObjectStore store;
    private SelfAudit audit;

    @BeforeEach
    void export() throws Exception {
        bucket = temp.resolve("bucket");
        store = DirectoryObjectStore.open(bucket);
        CoreExport.run(store, Files.createDirectory(temp.resolve("scratch")), script, ledger.bundleKey());
        TrustRoot first = TrustRoot.parse(ledger.trustRoot());
        TrustAnchors anchors = TrustAnchors.NONE.with(new TrustAnchors.Witness(witness.vkey()));
        TrustRoot second = ledger.signed(TrustRootDraft.following(first, first.issued())
                .withAnchors(anchors, TrustPolicy.NONE)
                .withKey(
                        ledger.checkpointKey().keyId(),
                        key -> key.with(KeyStatus.COMPROMISED, key.notAfter(), Optional.of(COMPROMISED))));
        Path trustRoot = Files.write(temp.resolve("trust-root.json"), second.encode());
        audit = new SelfAudit(store, trustRoot, temp.resolve("audit"), Set.of());
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private Instant start(int window) {
        return script.get(window).sealed().window().start();
    }

    private Finding audit(int window) throws IOException {
        return audit.audit(new BundleWalk.Target("acme", start(window)), NOW).orElseThrow();
    }

    private Path receipt(int window) throws Exception {
        long size = script.get(window).sealed().registry().size();
        Path folder = Files.createDirectories(bucket.resolve(BundleLayout.anchorsDir(start(window), size)));
        return folder.resolve(witness.witness().objectName());
    }

    private void cosign(int window, Instant time) throws Exception {
        SignedNote note =
                SignedNote.parse(script.get(window).sealed().checkpoint().toByteArray());
        String line = witness.cosign(Checkpoint.parse(note.text()), time).encode();
        Files.writeString(receipt(window), line, UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void findsSoundWhatIsProvenOlder(int window) throws Exception {
        // Given
        cosign(window, COMPROMISED.minusSeconds(1));

        // When
        Finding finding = audit(window);

        // Then
        assertThat(finding.isSound()).as(finding.report()).isTrue();
        assertThat(finding.report()).contains("compromised since " + COMPROMISED);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void findsSoundWhatALaterCheckpointProvesOlder(int window) throws Exception {
        // Given
        cosign(2, COMPROMISED.minusSeconds(1));

        // When
        Finding finding = audit(window);

        // Then
        assertThat(finding.isSound()).as(finding.report()).isTrue();
        assertThat(finding.report()).contains("later registry checkpoint");
    }

    @Test
    void failsWhatNobodyProvesOlder() throws Exception {
        // Given: an earlier checkpoint says nothing of a later one
        cosign(0, COMPROMISED.minusSeconds(1));

        // When / Then
        assertThat(audit(1).exitCode()).isEqualTo(1);
    }

    @Test
    void failsWhatIsProvenForATimeAfterTheCompromise() throws Exception {
        // Given
        cosign(1, COMPROMISED);
        cosign(2, COMPROMISED.plusSeconds(1));

        // When / Then
        assertThat(audit(1).exitCode()).isEqualTo(1);
    }

    @Test
    void failsWhereTheLeavesDoNotLeadToTheLaterCheckpoint() throws Exception {
        // Given
        cosign(2, COMPROMISED.minusSeconds(1));
        Files.delete(bucket.resolve(BundleLayout.registryDir(start(1))).resolve(BundleLayout.LEAVES));

        // When / Then
        assertThat(audit(0).exitCode()).isEqualTo(1);
    }

    @Test
    void failsAReceiptThatIsOfAnotherCheckpoint() throws Exception {
        // Given
        cosign(0, COMPROMISED.minusSeconds(1));
        Files.copy(receipt(0), receipt(1));

        // When / Then
        assertThat(audit(1).report()).contains(witness.witness().objectName());
        assertThat(audit(1).exitCode()).isEqualTo(1);
    }

    @Test
    void failsAReceiptThatIsTooLarge() throws Exception {
        // Given
        Files.write(receipt(1), new byte[Witness.SIZE_MAX + 1]);

        // When / Then
        assertThat(audit(1).exitCode()).isEqualTo(1);
    }
}

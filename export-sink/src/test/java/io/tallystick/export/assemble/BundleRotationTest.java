// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.bundle.Dsse;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.store.DirectoryObjectStore;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;
import io.tallystick.trust.TrustRootWatch;
import io.tallystick.verify.ExitCode;
import io.tallystick.verify.VerificationReport;
import io.tallystick.verify.Verifier;
import io.tallystick.verify.VerifyRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One bundle key takes over from another: what the exporter writes, and what the verifier makes of it. */
class BundleRotationTest {
    private static final String TENANT = "v1/tenant=acme";
    private static final String DAY = TENANT + "/dt=2026-11-21/window_start=20261121T";

    /** Ends of the three windows. */
    private static final Instant FIRST = Instant.parse("2026-11-21T03:30:00Z");

    private static final Instant SECOND = Instant.parse("2026-11-21T03:45:00Z");
    private static final Instant THIRD = Instant.parse("2026-11-21T04:00:00Z");

    @TempDir
    Path temp;

    private final SampleLedger ledger = new SampleLedger();
    private final List<CoreExport.WindowScript> script =
            CoreExport.threeWindows(ledger, new SchemaRef(7, Hash.sha256(CoreExport.SCHEMA)));
    private final SigningKey old = ledger.bundleKey();
    private final SigningKey fresh = KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom());

    /** The new key signs from the second window on; the old one may until the third. */
    private final TrustRoot root = ledger.rotated(fresh, SECOND, THIRD);

    private void export(BundleKeys keys) throws IOException {
        export(keys, script);
    }

    private void export(BundleKeys keys, List<CoreExport.WindowScript> windows) throws IOException {
        try (DirectoryObjectStore store = DirectoryObjectStore.open(temp.resolve("bucket"))) {
            CoreExport.run(store, Files.createTempDirectory(temp, "scratch"), windows, keys);
        }
    }

    private String signer(String window) throws Exception {
        return Dsse.parse(Files.readAllBytes(temp.resolve("bucket").resolve(DAY + window + "Z/bundle.dsse.json")))
                .keyid();
    }

    private VerificationReport verify(byte[] trustRoot) throws IOException {
        Path file = Files.write(temp.resolve("trust-root.json"), trustRoot);
        return Verifier.verify(
                VerifyRequest.of(temp.resolve("bucket").resolve(TENANT)).withTrustRoot(file));
    }

    @Test
    void newBundlesAreSignedByTheNewKeyAndOldOnesStand() throws Exception {
        // When
        export(BundleKeys.of(List.of(old, fresh), root));

        // Then
        assertThat(signer("031500")).isEqualTo(old.keyId());
        assertThat(signer("033000")).isEqualTo(fresh.keyId());
        assertThat(signer("034500")).isEqualTo(fresh.keyId());
        VerificationReport report = verify(root.encode());
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.VALID);
    }

    @Test
    void theOrderOfTheFilesChangesNothing() throws Exception {
        // When
        export(BundleKeys.of(List.of(fresh, old), root));

        // Then
        assertThat(signer("031500")).isEqualTo(old.keyId());
        assertThat(signer("033000")).isEqualTo(fresh.keyId());
    }

    @Test
    void oldBundlesVerifyAfterTheOldKeyIsRetired() throws Exception {
        // Given
        export(BundleKeys.of(List.of(old, fresh), root));

        // When
        TrustRoot retired = ledger.signed(TrustRootDraft.following(
                        root, root.key(old.keyId()).orElseThrow().notAfter())
                .withKey(old.keyId(), key -> key.with(KeyStatus.RETIRED, key.notAfter(), Optional.empty())));

        // Then
        VerificationReport report = verify(retired.encode());
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.VALID);
        assertThat(BundleKeys.of(List.of(old), retired).at(FIRST).keyId()).isEqualTo(old.keyId());
    }

    @Test
    void whoKnowsOnlyTheOldTrustRootDoesNotTakeTheNewKey() throws Exception {
        // When
        export(BundleKeys.of(List.of(old, fresh), root));

        // Then
        VerificationReport report = verify(ledger.trustRoot());
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.UNTRUSTED);
    }

    @Test
    void anExporterNotYetRestartedWritesValidBundlesDuringTheOverlap() throws Exception {
        // When
        export(BundleKeys.of(List.of(old), TrustRoot.parse(ledger.trustRoot())));

        // Then
        assertThat(signer("034500")).isEqualTo(old.keyId());
        VerificationReport report = verify(root.encode());
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.VALID);
    }

    @Test
    void aBundleBegunWithTheOldKeyIsCompletedWithTheNewOne() throws Exception {
        // Given
        export(BundleKeys.of(List.of(old), TrustRoot.parse(ledger.trustRoot())));
        for (String later : List.of("bundle.dsse.json", "SHA256SUMS", "checkpoint")) {
            Files.delete(temp.resolve("bucket").resolve(DAY + "034500Z/" + later));
        }

        // When
        export(BundleKeys.of(List.of(old, fresh), root));

        // Then
        assertThat(signer("033000")).isEqualTo(old.keyId());
        assertThat(signer("034500")).isEqualTo(fresh.keyId());
        VerificationReport report = verify(root.encode());
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.VALID);
    }

    @Test
    void theOldKeySignsNothingAfterItsLastWindow() throws Exception {
        // Given
        TrustRoot ended = ledger.rotated(fresh, FIRST, SECOND);

        // When / Then
        assertThatThrownBy(() -> export(BundleKeys.of(List.of(old), ended)))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("no bundle key may sign for the window that ends " + THIRD);
        export(BundleKeys.always(old));
        VerificationReport report = verify(ended.encode());
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("was valid only until");
    }

    /** It would be valid for the third window by what the exporter has read. */
    @Test
    void anExporterNotRestartedSignsNothingAfterTheOldKeysLastWindow() throws Exception {
        // Given
        Path file = Files.write(temp.resolve("installed.json"), ledger.trustRoot());
        List<String> told = new ArrayList<>();
        BundleKeys keys =
                BundleKeys.of(List.of(old), new TrustRootWatch(file, TrustRoot.parse(ledger.trustRoot()), told::add));
        assertThat(keys.at(THIRD)).isEqualTo(old);

        // When
        Files.write(file, ledger.rotated(fresh, FIRST, SECOND).encode());

        // Then
        assertThatThrownBy(() -> export(keys))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageStartingWith("restart: trust root version 2")
                .hasMessageContainingAll(old.keyId(), THIRD.toString());
        assertThat(keys.at(SECOND)).isEqualTo(old);
        assertThat(told).hasSize(1);
    }

    @Test
    void theNewKeySignsNothingBeforeItsFirstWindow() throws Exception {
        // When / Then
        assertThatThrownBy(() -> export(BundleKeys.of(List.of(fresh), root)))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining(FIRST.toString());
        export(BundleKeys.always(fresh));
        VerificationReport report = verify(root.encode());
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("is valid only from");
    }

    @Test
    void aStoredSignatureOfAKeyThatWasNotValidThenIsAFork() throws Exception {
        // Given
        export(BundleKeys.always(fresh), script.subList(0, 1));

        // When / Then
        assertThatThrownBy(() -> export(BundleKeys.of(List.of(old, fresh), root)))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("manifest.sig");
    }

    @Test
    void keysThatMayNotSignBundlesAreRefused() throws Exception {
        SigningKey stranger = KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom());
        TrustRoot compromised = ledger.signed(TrustRootDraft.following(root, root.issued())
                .withKey(old.keyId(), key -> key.with(KeyStatus.COMPROMISED, key.notAfter(), Optional.of(FIRST))));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> BundleKeys.of(List.of(old, stranger), root))
                .withMessageContainingAll(stranger.keyId(), "not listed for bundles");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BundleKeys.of(List.of(old), compromised))
                .withMessageContaining("compromised");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BundleKeys.always(KeyFile.generate(KeyAlgorithm.ED25519, new SecureRandom())))
                .withMessageContaining("ECDSA P-256");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BundleKeys.of(List.of(ledger.checkpointKey()), root))
                .withMessageContaining("not listed for bundles");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerKeysTest {
    private static final String ORIGIN = "ledger.example.com";

    @TempDir
    private Path directory;

    private LedgerKeys keys;

    @BeforeEach
    void makeHome() throws IOException {
        LedgerHome home = new LedgerHome(directory.resolve("ledger"));
        home.create();
        keys = LedgerKeys.of(LedgerKeys.defaults(home));
    }

    @Test
    void trustRootListsWhatWasMade() throws Exception {
        // When
        keys.createMissing(ORIGIN);

        // Then
        TrustRoot root = TrustRoot.parse(Files.readAllBytes(keys.trustRoot()));
        assertThat(root.ledger()).isEqualTo(ORIGIN);
        assertThat(root.keys(TrustRole.CHECKPOINT, ORIGIN + "/acme/0"))
                .extracting(key -> key.algorithm())
                .containsExactlyInAnyOrder(KeyAlgorithm.ED25519, KeyAlgorithm.ECDSA_P256);
        assertThat(root.keys(TrustRole.BUNDLE, ORIGIN)).hasSize(1);
    }

    @Test
    void secretsAreForTheirOwnerAlone() throws Exception {
        keys.createMissing(ORIGIN);

        for (Path secret : keys.signing()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                    .isEqualTo("rw-------");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keys.passphrase())))
                .isEqualTo("rw-------");
    }

    @Test
    void secondRunChangesNothing() throws Exception {
        // Given
        keys.createMissing(ORIGIN);
        byte[] before = Files.readAllBytes(keys.trustRoot());

        // When
        keys.createMissing(ORIGIN);

        // Then
        assertThat(Files.readAllBytes(keys.trustRoot())).isEqualTo(before);
    }

    @Test
    void runThatEndedHalfWayIsFinished() throws Exception {
        // Given
        keys.createMissing(ORIGIN);
        Files.delete(keys.trustRoot());
        byte[] key = Files.readAllBytes(keys.signing().get(0));

        // When
        keys.createMissing(ORIGIN);

        // Then
        assertThat(keys.fingerprint()).hasSize(64);
        assertThat(Files.readAllBytes(keys.signing().get(0))).isEqualTo(key);
    }

    @Test
    void missingKeyBesideATrustRootIsNotReplaced() throws Exception {
        // Given
        keys.createMissing(ORIGIN);
        Files.delete(keys.bundle().get(0));

        // When, Then
        assertThatThrownBy(() -> keys.createMissing(ORIGIN))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining(keys.bundle().get(0).toString());
    }

    private LedgerKeys with(String removed, Map<String, String> added) {
        Map<String, String> properties =
                new HashMap<>(LedgerKeys.defaults(new LedgerHome(directory.resolve("ledger"))));
        properties.remove(removed);
        properties.putAll(added);
        return LedgerKeys.of(properties);
    }

    @Test
    void keysInATokenAndRootKeysElsewhereNeedNoFilesBesideATrustRoot() throws Exception {
        keys.createMissing(ORIGIN);
        byte[] before = Files.readAllBytes(keys.trustRoot());
        LedgerKeys token = with(LedgerKeys.SIGNING_KEY_FILES, Map.of("ledger.signing.pkcs11.keys", "checkpoint"));
        LedgerKeys service = with(LedgerKeys.SIGNING_KEY_FILES, Map.of("ledger.signing.provider", "kms"));
        LedgerKeys rootless = with(LedgerKeys.ROOT_KEY_FILE, Map.of());

        token.createMissing(ORIGIN);
        service.createMissing(ORIGIN);
        rootless.createMissing(ORIGIN);

        assertThat(token.signing()).isEmpty();
        assertThat(service.signing()).isEmpty();
        assertThat(rootless.root()).isEmpty();
        assertThat(Files.readAllBytes(keys.trustRoot())).isEqualTo(before);
    }

    @Test
    void aFirstTrustRootIsNotMadeOfKeysThatAreElsewhere() {
        LedgerKeys token = with(LedgerKeys.SIGNING_KEY_FILES, Map.of("ledger.signing.pkcs11.keys", "checkpoint"));
        LedgerKeys rootless = with(LedgerKeys.ROOT_KEY_FILE, Map.of());

        for (LedgerKeys elsewhere : List.of(token, rootless)) {
            assertThatThrownBy(() -> elsewhere.createMissing(ORIGIN))
                    .isInstanceOfSatisfying(CommandException.class, failed -> assertThat(failed.remedy())
                            .contains("tally trust-root init"))
                    .hasMessageContaining("there is no " + keys.trustRoot());
        }
        assertThat(keys.passphrase()).doesNotExist();
        assertThat(keys.trustRoot()).doesNotExist();
    }

    @Test
    void unnamedBundleKeyIsAsked() {
        assertThatThrownBy(() -> with(LedgerKeys.BUNDLE_KEY_FILE, Map.of()))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining(LedgerKeys.BUNDLE_KEY_FILE);
    }

    @Test
    void unnamedKeyFileIsAsked() {
        assertThatThrownBy(() -> LedgerKeys.of(Map.of()))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining(LedgerKeys.SIGNING_KEY_FILES);
    }
}

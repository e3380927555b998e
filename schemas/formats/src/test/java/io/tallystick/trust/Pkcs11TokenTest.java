// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteSigners;
import io.tallystick.note.SignedNote;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.AuthProvider;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** The tests with a token run in the lane deploy/interop/pkcs11, which makes one with softhsm2. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class Pkcs11TokenTest {
    private static final String TOKEN = "TALLYSTICK_PKCS11_CONFIG";
    private static final String ORIGIN = "ledger.example.com";

    private static final String PIN_FILE = "TALLYSTICK_PKCS11_PIN_FILE";

    private static Pkcs11Token token() throws KeyException {
        return Pkcs11Token.open(Path.of(System.getenv(TOKEN)), Path.of(System.getenv(PIN_FILE)));
    }

    private static Path pin(Path directory, String pin) throws IOException {
        Path file = Files.writeString(directory.resolve("pin"), pin);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private static void signs(SigningKey key) {
        byte[] message = new Checkpoint(ORIGIN, new TreeHead(42, Hash.sha256())).text();
        byte[] signature = key.sign(message);
        assertThatCode(() -> Signatures.verify(KeyAlgorithm.ECDSA_P256, key.spki(), message, signature))
                .doesNotThrowAnyException();
    }

    @Test
    @EnabledIfEnvironmentVariable(named = TOKEN, matches = ".+", disabledReason = "needs a token: see the lane")
    void aTokensKeySignsCheckpointsThatVerifyWithItsPublicKey() throws Exception {
        SigningKey key = token().key("checkpoint");
        byte[] text = new Checkpoint(ORIGIN, new TreeHead(42, Hash.sha256())).text();

        SignedNote note = SignedNote.sign(text, List.of(NoteSigners.of(ORIGIN, key)));

        assertThatCode(() -> note.verify(List.of(NoteSigners.of(ORIGIN, key).verifier())))
                .doesNotThrowAnyException();
        assertThat(key.algorithm()).isEqualTo(KeyAlgorithm.ECDSA_P256);
        byte[] longest = new byte[SigningKey.MESSAGE_MAX];
        Signatures.verify(KeyAlgorithm.ECDSA_P256, key.spki(), longest, key.sign(longest));
    }

    @Test
    @EnabledIfEnvironmentVariable(named = TOKEN, matches = ".+", disabledReason = "needs a token: see the lane")
    void aKeyTheTokenHasNotOrOfAnotherKindIsRefused() throws Exception {
        Pkcs11Token token = token();

        assertThatExceptionOfType(KeyException.class)
                .isThrownBy(() -> token.key("nobody"))
                .withMessageContaining("nobody");
        assertThatExceptionOfType(KeyException.class).isThrownBy(() -> token.key("p384"));
    }

    @Test
    @EnabledIfEnvironmentVariable(named = TOKEN, matches = ".+", disabledReason = "needs a token: see the lane")
    void manyThreadsSignAtOnce() throws Exception {
        SigningKey key = token().key("checkpoint");
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                all.add(pool.submit(() -> signs(key)));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    /** Another user of the token in this process logs out, which ends the login of all. */
    @Test
    @EnabledIfEnvironmentVariable(named = TOKEN, matches = ".+", disabledReason = "needs a token: see the lane")
    void aKeyWhoseLoginEndedSignsAgain() throws Exception {
        SigningKey key = token().key("checkpoint");
        AuthProvider other = (AuthProvider) Security.getProvider("SunPKCS11").configure(System.getenv(TOKEN));
        signs(key);

        other.logout();

        signs(key);
        signs(key);
    }

    /** First, because a process logs in once: after that the token asks for no PIN. */
    @Test
    @Order(1)
    @EnabledIfEnvironmentVariable(named = TOKEN, matches = ".+", disabledReason = "needs a token: see the lane")
    void aTokenOpensOnlyWithItsPin(@TempDir Path directory) throws IOException {
        Path configuration = Path.of(System.getenv(TOKEN));
        Path wrong = pin(directory, "000000");

        assertThatExceptionOfType(KeyException.class)
                .isThrownBy(() -> Pkcs11Token.open(configuration, wrong))
                .withMessageContaining("cannot use the PKCS#11 token");
    }

    @Test
    void aConfigurationThatIsMissingOrNamesNoLibraryIsRefused(@TempDir Path directory) throws IOException {
        Path empty = Files.writeString(directory.resolve("token.cfg"), "");
        Path nowhere = Files.writeString(
                directory.resolve("nowhere.cfg"), "name = nowhere\nlibrary = " + directory.resolve("no.so") + "\n");

        Path pin = pin(directory, "1234");

        for (Path configuration : List.of(directory.resolve("missing.cfg"), empty, nowhere)) {
            assertThatExceptionOfType(KeyException.class)
                    .isThrownBy(() -> Pkcs11Token.open(configuration, pin))
                    .withMessageContaining("cannot use the PKCS#11 token");
        }
    }
}

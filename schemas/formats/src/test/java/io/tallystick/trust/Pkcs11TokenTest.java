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
import java.util.List;
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

    private static Pkcs11Token token() throws KeyException {
        return Pkcs11Token.open(
                Path.of(System.getenv(TOKEN)),
                System.getenv("TALLYSTICK_PKCS11_PIN").toCharArray());
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

    /** First, because a process logs in once: after that the token asks for no PIN. */
    @Test
    @Order(1)
    @EnabledIfEnvironmentVariable(named = TOKEN, matches = ".+", disabledReason = "needs a token: see the lane")
    void aTokenOpensOnlyWithItsPin() {
        Path configuration = Path.of(System.getenv(TOKEN));

        assertThatExceptionOfType(KeyException.class)
                .isThrownBy(() -> Pkcs11Token.open(configuration, "000000".toCharArray()))
                .withMessageContaining("cannot use the PKCS#11 token");
    }

    @Test
    void aConfigurationThatIsMissingOrNamesNoLibraryIsRefused(@TempDir Path directory) throws IOException {
        Path empty = Files.writeString(directory.resolve("token.cfg"), "");
        Path nowhere = Files.writeString(
                directory.resolve("nowhere.cfg"), "name = nowhere\nlibrary = " + directory.resolve("no.so") + "\n");

        for (Path configuration : List.of(directory.resolve("missing.cfg"), empty, nowhere)) {
            assertThatExceptionOfType(KeyException.class)
                    .isThrownBy(() -> Pkcs11Token.open(configuration, "1234".toCharArray()))
                    .withMessageContaining("cannot use the PKCS#11 token");
        }
    }
}

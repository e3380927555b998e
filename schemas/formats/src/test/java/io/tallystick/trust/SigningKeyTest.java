// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.tallystick.fixtures.RemoteKey;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSigner;
import io.tallystick.note.NoteSigners;
import io.tallystick.note.SignedNote;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link SigningKey} does, in memory and behind a service. A token's: {@link Pkcs11TokenTest}. */
class SigningKeyTest {
    private static final String ORIGIN = "ledger.example.com";
    private static final byte[] TEXT = new Checkpoint(ORIGIN, new TreeHead(42, Hash.sha256())).text();

    static Stream<Supplier<SigningKey>> keys() {
        return Stream.of(
                () -> new RemoteKey("remote"),
                () -> TestKeys.key(KeyAlgorithm.ECDSA_P256, "local"),
                () -> TestKeys.key(KeyAlgorithm.ED25519, "local"),
                () -> TestKeys.key(KeyAlgorithm.ML_DSA_44, "local"));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void theLongestMessageIsSignedAndVerifiesInItsForm(Supplier<SigningKey> keys) {
        SigningKey key = keys.get();
        byte[] longest = new byte[SigningKey.MESSAGE_MAX];

        byte[] sig = key.sign(longest);

        assertThatCode(() -> Signatures.verify(key.algorithm(), key.spki(), longest, sig))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @MethodSource("keys")
    void aClosedKeyRefusesToSign(Supplier<SigningKey> keys) {
        SigningKey key = keys.get();
        key.close();

        assertThatIllegalStateException().isThrownBy(() -> key.sign(TEXT));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void aNoteThatIsTooLongReachesNoKey(Supplier<SigningKey> keys) {
        SigningKey key = keys.get();
        byte[] text = new byte[SigningKey.MESSAGE_MAX + 1];

        assertThatIllegalArgumentException()
                .isThrownBy(() -> NoteSigners.of(ORIGIN, key).sign(text))
                .withMessageContaining("4096");
        if (key instanceof RemoteKey remote) {
            assertThat(remote.asked()).isZero();
        }
    }

    @Test
    void aServiceSignsCheckpointsAsAKeyFileDoes() throws NoteException {
        NoteSigner remote = NoteSigners.of(ORIGIN, new RemoteKey("one"));
        NoteSigner local = NoteSigners.of(ORIGIN, TestKeys.key(KeyAlgorithm.ECDSA_P256, "one"));

        SignedNote note = SignedNote.sign(TEXT, List.of(remote));

        assertThat(note.verify(List.of(local.verifier()))).hasSize(1);
        assertThat(note.encode())
                .isEqualTo(SignedNote.sign(TEXT, List.of(local)).encode());
    }

    @Test
    void aServiceThatIsAwaySaysSoAndSignsLater() {
        RemoteKey key = new RemoteKey("remote").failing(1);

        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> key.sign(TEXT));
        assertThat(key.asked()).isZero();
        byte[] sig = key.sign(TEXT);

        assertThatCode(() -> Signatures.verify(KeyAlgorithm.ECDSA_P256, key.spki(), TEXT, sig))
                .doesNotThrowAnyException();
    }

    @Test
    void whatAServiceGivesIsNoSignatureUntilItIsDer() {
        RemoteKey key = new RemoteKey("remote").withoutConversion();
        byte[] raw = key.sign(TEXT);

        assertThat(raw).hasSize(64);
        assertThatExceptionOfType(InvalidSignatureException.class)
                .isThrownBy(() -> Signatures.verify(KeyAlgorithm.ECDSA_P256, key.spki(), TEXT, raw));
    }
}

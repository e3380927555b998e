// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.fixtures.TestKeys;
import io.tallystick.fixtures.TestSeed;
import io.tallystick.note.NoteException.Fault;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.TrustRoot;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignedNoteTest {
    private static final String ORIGIN = "ledger.example.com/acme/3";
    private static final Checkpoint CHECKPOINT =
            new Checkpoint(ORIGIN, new TreeHead(13, Hash.sha256(new byte[] {1, 2, 3})));
    private static final NoteSigner ED25519 = NoteSigners.of(ORIGIN, TestKeys.checkpointEd25519());
    private static final NoteSigner P256 = NoteSigners.of(ORIGIN, TestKeys.checkpointP256());

    @Test
    void aCheckpointWithTwoAlgorithmsVerifiesWithEitherAndWithBoth() throws NoteException {
        // Given
        SignedNote note = SignedNote.parse(
                SignedNote.sign(CHECKPOINT.text(), List.of(ED25519, P256)).encode());

        // Then
        assertThat(note.verify(List.of(P256.verifier()))).containsExactly(P256.verifier());
        assertThat(note.verify(List.of(ED25519.verifier()))).containsExactly(ED25519.verifier());
        assertThat(note.verify(List.of(P256.verifier(), ED25519.verifier())))
                .containsExactly(ED25519.verifier(), P256.verifier());
        assertThat(Checkpoint.parse(note.text())).isEqualTo(CHECKPOINT);
    }

    @Test
    void signingTwiceGivesTheSameBytes() throws NoteException {
        // When
        byte[] once = SignedNote.sign(CHECKPOINT.text(), List.of(ED25519, P256)).encode();
        byte[] again =
                SignedNote.sign(CHECKPOINT.text(), List.of(ED25519, P256)).encode();

        // Then
        assertThat(once).isEqualTo(again);
    }

    @Test
    void theEcdsaKeyIdDoesNotDependOnTheNameAndTheEd25519KeyIdDoes() {
        // Given
        NoteVerifier otherP256 =
                NoteSigners.of("other", TestKeys.checkpointP256()).verifier();
        NoteVerifier otherEd25519 =
                NoteSigners.of("other", TestKeys.checkpointEd25519()).verifier();

        // Then
        assertThat(otherP256.keyId()).isEqualTo(P256.verifier().keyId());
        assertThat(otherEd25519.keyId()).isNotEqualTo(ED25519.verifier().keyId());
    }

    @Test
    void vkeysComeBack() throws NoteException {
        for (KeyAlgorithm algorithm : List.of(KeyAlgorithm.ED25519, KeyAlgorithm.ECDSA_P256)) {
            // Given
            byte[] spki = TestKeys.key(algorithm, "vkey").spki();

            // When
            NoteVerifier verifier = NoteVerifiers.parseVkey(NoteVerifiers.vkey(ORIGIN, algorithm, spki));

            // Then
            assertThat(verifier)
                    .hasToString(NoteVerifiers.of(ORIGIN, algorithm, spki).toString());
        }
    }

    @Test
    void aStrangersSignatureIsNotABadOne() throws NoteException {
        // Given
        SignedNote note = SignedNote.sign(CHECKPOINT.text(), List.of(P256));
        NoteVerifier stranger = NoteSigners.of(ORIGIN, TestKeys.key(KeyAlgorithm.ECDSA_P256, "stranger"))
                .verifier();

        // Then
        fails(Fault.NO_KNOWN_KEY, () -> note.verify(List.of(stranger)));
        fails(Fault.NO_KNOWN_KEY, () -> note.verify(List.of()));
    }

    @Test
    void oneBadSignatureOfAKnownKeyFailsTheNoteWhateverElseSigned() throws NoteException {
        // Given
        NoteSignature lent = P256.sign("another text\n".getBytes(StandardCharsets.UTF_8));
        SignedNote note = SignedNote.of(CHECKPOINT.text(), List.of(ED25519.sign(CHECKPOINT.text()), lent));

        // Then
        fails(Fault.BAD_SIGNATURE, () -> note.verify(List.of(ED25519.verifier(), P256.verifier())));
        assertThat(note.verify(List.of(ED25519.verifier()))).hasSize(1);
    }

    @Test
    void anyFlippedBitFailsTheNote() throws NoteException {
        // Given
        Random random = TestSeed.random("anyFlippedBitFailsTheNote");
        byte[] note = SignedNote.sign(CHECKPOINT.text(), List.of(ED25519, P256)).encode();
        List<NoteVerifier> known = List.of(ED25519.verifier(), P256.verifier());
        for (int at = 0; at < note.length; at++) {
            byte[] flipped = note.clone();
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            int position = at;

            // Then: refused, or only one of two lines is left that says whose it is.
            assertThat(signers(flipped, known)).as("byte %s", position).isLessThan(2);
        }
    }

    private static int signers(byte[] note, List<NoteVerifier> known) {
        try {
            return SignedNote.parse(note).verify(known).size();
        } catch (NoteException e) {
            return 0;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "\n\n",
                "text\n",
                "text\n\n",
                "text\n\n\n",
                "text\n— a AAAAAAA=\n",
                "\n— a AAAAAAA=\n",
                "text\n\n— a AAAAAAA=",
                "text\n\n— a AAAAAAA=\n\n",
                "text\n\n- a AAAAAAA=\n",
                "text\n\n—a AAAAAAA=\n",
                "text\n\n—  AAAAAAA=\n",
                "text\n\n— AAAAAAA=\n",
                "text\n\n— a  AAAAAAA=\n",
                "text\n\n— a b AAAAAAA=\n",
                "text\n\n— a+b AAAAAAA=\n",
                "text\n\n— a\n",
                "text\n\n— a \n",
                "text\n\n— a AAAAAA==\n",
                "text\n\n— a AAAAAAB=\n",
                "text\n\n— a AAAAAAA\n",
                "text\n\n— a AAAAAAA= \n",
                "text\n\n— a AAAA_-A=\n",
                "text\n\n— a AAAAAAA=\r\n",
                "te\rxt\n\n— a AAAAAAA=\n",
                "te\txt\n\n— a AAAAAAA=\n"
            })
    void refusesWhatIsNotANote(String note) {
        fails(Fault.MALFORMED, () -> SignedNote.parse(note.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void acceptsTheSmallestSignatureLine() throws NoteException {
        assertThat(SignedNote.parse("text\n\n— a AAAAAAA=\n".getBytes(StandardCharsets.UTF_8))
                        .signatures())
                .containsExactly(new NoteSignature("a", 0, new byte[1]));
    }

    @Test
    void acceptsAHundredLinesAndRefusesOneMore() throws NoteException {
        // Given
        NoteSignature line = P256.sign(CHECKPOINT.text());

        // Then
        SignedNote full = SignedNote.of(CHECKPOINT.text(), Collections.nCopies(100, line));
        assertThat(SignedNote.parse(full.encode()).verify(List.of(P256.verifier())))
                .hasSize(1);
        fails(Fault.MALFORMED, () -> SignedNote.of(CHECKPOINT.text(), Collections.nCopies(101, line)));
        fails(Fault.MALFORMED, () -> SignedNote.of(CHECKPOINT.text(), List.of()));
    }

    @Test
    void acceptsSixtyFourKibibytesAndRefusesOneByteMore() throws NoteException {
        // Given
        String tail = "\n— a AAAAAAA=\n";
        int textLength = SignedNote.SIZE_MAX - tail.getBytes(StandardCharsets.UTF_8).length;
        String text = "x".repeat(textLength - 1) + "\n";

        // Then
        assertThat(SignedNote.parse((text + tail).getBytes(StandardCharsets.UTF_8))
                        .text())
                .hasSize(textLength);
        fails(Fault.MALFORMED, () -> SignedNote.parse(("x" + text + tail).getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a\n1\n",
                "a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nextension\n",
                "a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
                "\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
                "a\n\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
                "a\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
                "a\n+1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
                "a\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
                "a\n1 \nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
                "a\n\u0661\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
                "a\n9223372036854775808\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
                "a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
                "a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
                "a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
                "a\n1\nAAAA\n"
            })
    void refusesWhatIsNotACheckpoint(String text) {
        fails(Fault.MALFORMED, () -> Checkpoint.parse(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void acceptsTheLargestTreeSize() throws NoteException {
        // Given
        Checkpoint largest = new Checkpoint("a", new TreeHead(Long.MAX_VALUE, Hash.ZERO));

        // Then
        assertThat(Checkpoint.parse(largest.text())).isEqualTo(largest);
    }

    @Test
    void anOriginIsOneLine() {
        for (String origin : List.of("", "a\nb", "a\tb", "\ud800")) {
            assertThatIllegalArgumentException().isThrownBy(() -> new Checkpoint(origin, TreeHead.EMPTY));
        }
    }

    @Test
    void anMlDsaLineStandsOnCheckpointsOnly() {
        NoteSigner signer = NoteSigners.of(ORIGIN, TestKeys.key(KeyAlgorithm.ML_DSA_44, "a"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> signer.sign("no checkpoint\n".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void trustedKeysVerifyUnderTheNameOfTheOrigin() throws NoteException {
        // Given
        TrustRoot root = TestKeys.trustRoot("ledger.example.com");
        SignedNote note = SignedNote.sign(CHECKPOINT.text(), List.of(ED25519, P256));

        // When
        List<TrustedVerifier> verified = TrustedVerifier.verify(note, TrustedVerifier.forOrigin(root, ORIGIN));

        // Then
        assertThat(verified)
                .map(TrustedVerifier::algorithm)
                .containsExactly(KeyAlgorithm.ED25519, KeyAlgorithm.ECDSA_P256);
        assertThat(verified.get(1).key().keyId())
                .isEqualTo(TestKeys.checkpointP256().keyId());
        assertThat(TrustedVerifier.forOrigin(root, "elsewhere.example.com/acme/3"))
                .isEmpty();
        assertThat(TrustedVerifier.forOrigin(root, "ledger.example.community")).isEmpty();
    }

    private static void fails(Fault fault, ThrowingCallable attempt) {
        assertThatExceptionOfType(NoteException.class).isThrownBy(attempt).satisfies(e -> assertThat(e.fault())
                .isEqualTo(fault));
    }
}

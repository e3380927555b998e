// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.PublicKeys;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.StrictBase64;
import io.tallystick.vectors.Vectors;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MlDsaLineTest {
    private static final String ORIGIN = "ledger.example.com/acme/3";
    private static final Checkpoint CHECKPOINT = new Checkpoint(ORIGIN, new TreeHead(42, Hash.sha256()));
    private static final SigningKey KEY = TestKeys.key(KeyAlgorithm.ML_DSA_44, "checkpoint");
    private static final Instant SIGNED = Instant.parse("2026-11-21T12:15:01Z");

    private final JsonNode vector = Vectors.json("note/mldsa44-cosignature.json");

    private static NoteVerifier verifier() {
        return NoteVerifiers.of(ORIGIN, KeyAlgorithm.ML_DSA_44, KEY.spki());
    }

    private NoteVerifier witness() throws NoteException {
        return NoteVerifiers.parseVkey(vector.get("witness_vkey").textValue());
    }

    private NoteSignature line() throws NoteException {
        return NoteSignature.parse(vector.get("signature_line").textValue().strip());
    }

    @Test
    void thePublishedFormVerifies() throws NoteException {
        byte[] body = vector.get("checkpoint_body").textValue().getBytes(UTF_8);

        witness().verify(body, line().signature());

        assertThat(line().keyId()).isEqualTo(witness().keyId());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ledger.example/log2\n20852163", "ledger.example/log\n20852164", "other\n1"})
    void anotherOriginOrSizeDoesNot(String lines) throws NoteException {
        String body = vector.get("checkpoint_body").textValue();
        byte[] other = (lines + "\n" + body.split("\n", -1)[2] + "\n").getBytes(UTF_8);
        byte[] signature = line().signature();
        NoteVerifier witness = witness();

        assertThatExceptionOfType(NoteException.class).isThrownBy(() -> witness.verify(other, signature));
    }

    @Test
    void anotherTimeOrNameDoesNot() throws NoteException {
        byte[] body = vector.get("checkpoint_body").textValue().getBytes(UTF_8);
        byte[] later = line().signature();
        later[7]++;
        NoteVerifier witness = witness();
        String vkey = vector.get("witness_vkey").textValue();
        byte[] typed = StrictBase64.decode(vkey.split("\\+", 3)[2]);
        NoteVerifier renamed = NoteVerifiers.of(
                "witness.example/w2",
                KeyAlgorithm.ML_DSA_44,
                PublicKeys.mlDsa44Spki(Arrays.copyOfRange(typed, 1, typed.length)));
        byte[] genuine = line().signature();

        assertThatExceptionOfType(NoteException.class).isThrownBy(() -> witness.verify(body, later));
        assertThatExceptionOfType(NoteException.class).isThrownBy(() -> renamed.verify(body, genuine));
    }

    @Test
    void aLineMadeHereVerifiesAndStatesItsTime() throws NoteException {
        SignedNote note = SignedNote.sign(CHECKPOINT.text(), List.of(NoteSigners.of(ORIGIN, KEY, SIGNED)));

        assertThat(SignedNote.parse(note.encode()).verify(List.of(verifier()))).hasSize(1);
        byte[] signature = note.signatures().get(0).signature();
        assertThat(signature).hasSize(8 + 2420);
        assertThat(ByteBuffer.wrap(signature).getLong()).isEqualTo(SIGNED.getEpochSecond());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8, 2420, 2427, 2429})
    void aSignatureOfAnotherLengthIsInvalid(int length) {
        assertThatExceptionOfType(NoteException.class)
                .isThrownBy(() -> verifier().verify(CHECKPOINT.text(), new byte[length]))
                .matches(e -> e.fault() == NoteException.Fault.BAD_SIGNATURE);
    }

    @Test
    void aTextThatIsNoCheckpointIsInvalid() {
        assertThatExceptionOfType(NoteException.class)
                .isThrownBy(() -> verifier().verify("three\nlines\nonly\n".getBytes(UTF_8), new byte[2428]));
    }

    @Test
    void aVerifierKeyOfAnotherLengthIsRefusedBeforeItIsUsed() {
        byte[] typed = new byte[1 + 1311];
        typed[0] = 6;
        String vkey = ORIGIN + "+00000000+" + StrictBase64.encode(typed);

        assertThatExceptionOfType(NoteException.class)
                .isThrownBy(() -> NoteVerifiers.parseVkey(vkey))
                .withMessageContaining("1312");
    }

    @Test
    void theVerifierKeyTextLeadsBackToTheKey() throws NoteException {
        String vkey = NoteVerifiers.vkey(ORIGIN, KeyAlgorithm.ML_DSA_44, KEY.spki());

        assertThat(NoteVerifiers.parseVkey(vkey).keyId()).isEqualTo(verifier().keyId());
    }

    @Test
    void aNameTooLongForTheFormIsRefused() {
        String name = "a".repeat(256);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> NoteSigners.of(name, KEY, SIGNED).sign(CHECKPOINT.text()));
    }
}

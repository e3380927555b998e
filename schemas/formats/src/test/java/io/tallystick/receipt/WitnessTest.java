// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import static io.tallystick.receipt.Receipts.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.KeyNames;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSignature;
import io.tallystick.note.NoteSigners;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.note.SignedNote;
import io.tallystick.receipt.ReceiptException.Fault;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.StrictBase64;
import io.tallystick.vectors.Vectors;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WitnessTest {
    private static final String NAME = "witness.example/w1";
    private static final Instant TIME = Instant.parse("2026-11-21T03:15:04Z");
    private static final Checkpoint CHECKPOINT = Receipts.checkpoint(4).checkpoint();

    /** A note with a log's and a witness' signature, made apart from this code: seeds 00..1f and 20..3f. */
    private static final String WORKED =
            """
            ledger.example/t/acme
            3
            PbZ2Ze6owm3jQWaMHTGZ9h3kt4CoKFaaiYzkjCjZMfM=

            \u2014 ledger.example/t/acme pXHKisqYd9K5mUZ3T9lXf7FfjwbZEOP34sXc3hfhoUbiS2ExCK+MglMcFWGdAF3PUkTPUy9icKV3nJGlf0MUuTi8iwQ=
            \u2014 witness.example/w1 IDJKvgAAAABlU/EAQSZgKklPuRuvTe9BV1nXaAvrSYxhjdL3VJB9aWqyqhh+q5uiY1CzQ3WF6vwjD0FEYqNUHN+mPn76HRAqvc34Bw==
            """;

    private static final String WORKED_VKEY =
            "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";

    private static SigningKey key(KeyAlgorithm algorithm) {
        return TestKeys.key(algorithm, "witness");
    }

    private static Cosigner cosigner() {
        return Cosigner.of(NAME, key(KeyAlgorithm.ED25519));
    }

    private static byte[] line(NoteSignature signature) {
        return signature.encode().getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @EnumSource(names = {"ED25519", "ML_DSA_44"})
    void cosignatureOfEitherTypeProvesItsTime(KeyAlgorithm algorithm) throws Exception {
        // Given
        Cosigner cosigner = Cosigner.of(NAME, key(algorithm));

        // When
        byte[] object = line(cosigner.cosign(CHECKPOINT, TIME));

        // Then
        Witness witness = Witness.parse(cosigner.vkey());
        Receipt receipt = witness.verify(object, CHECKPOINT);
        assertThat(receipt.party()).isEqualTo(NAME);
        assertThat(receipt.existedBy()).isEqualTo(Optional.of(TIME));
        assertThat(witness.objectName()).matches("cosignature-[0-9a-f]{8}");
        assertThat(object.length).isLessThanOrEqualTo(Witness.SIZE_MAX);
    }

    @Test
    void ed25519CosignatureIsThatOfTheWorkedExample() throws Exception {
        // Given
        SignedNote note = SignedNote.parse(WORKED.getBytes(StandardCharsets.UTF_8));
        byte[] seed = HexFormat.of().parseHex("202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f");
        Cosigner cosigner = Cosigner.of(NAME, TestKeys.ed25519(seed));
        Checkpoint checkpoint = Checkpoint.parse(note.text());

        // When
        NoteSignature made = cosigner.cosign(checkpoint, Instant.ofEpochSecond(1_700_000_000));

        // Then
        assertThat(cosigner.vkey()).isEqualTo(WORKED_VKEY);
        assertThat(made).isEqualTo(note.signatures().get(1));
        assertThat(Witness.parse(WORKED_VKEY).verify(made, checkpoint).existedBy())
                .contains(Instant.ofEpochSecond(1_700_000_000));
    }

    @Test
    void mlDsaCosignatureIsThatOfTheVector() throws Exception {
        // Given
        JsonNode vector = Vectors.json("receipt/witness/mldsa44-cosignature.json");
        Checkpoint checkpoint = Checkpoint.parse(bytes(vector, "checkpoint_body"));
        Witness witness = Witness.parse(vector.get("witness_vkey").textValue());
        long time = vector.get("timestamp").longValue();

        // When
        byte[] object = (vector.get("signature_line").textValue() + "\n").getBytes(StandardCharsets.UTF_8);

        // Then
        assertThat(witness.verify(object, checkpoint).existedBy()).contains(Instant.ofEpochSecond(time));
        assertThat(CosignatureType.ML_DSA_44.message(NAME, time, checkpoint))
                .asHexString()
                .isEqualToIgnoringCase(vector.get("signed_message_hex").textValue());
        TreeHead head = checkpoint.head();
        refused(
                Fault.INVALID,
                "does not verify",
                () -> witness.verify(object, new Checkpoint("ledger.example/other", head)));
        refused(
                Fault.INVALID,
                "does not verify",
                () -> witness.verify(
                        object, new Checkpoint(checkpoint.origin(), new TreeHead(head.size() + 1, head.root()))));
    }

    private static byte[] bytes(JsonNode node, String member) {
        return node.get(member).textValue().getBytes(StandardCharsets.UTF_8);
    }

    static Stream<JsonNode> vkeys() {
        return Vectors.stream(
                Vectors.json("note/formats-vkeys-cosignature.json").get("cosig_vkeys"));
    }

    @ParameterizedTest
    @MethodSource("vkeys")
    void publishedVerifierKeysAreReadOrRefused(JsonNode vector) throws NoteException {
        // Given
        String vkey = vector.get("vkey").textValue();

        // Then
        if (vector.get("wantErr").booleanValue() || vector.has("note")) {
            // The one with a note carries an id that is not its key's, which the publisher does not check.
            assertThatThrownBy(() -> Witness.parse(vkey)).isInstanceOf(NoteException.class);
        } else {
            assertThat(Witness.parse(vkey).name()).isEqualTo(vkey.substring(0, vkey.indexOf('+')));
        }
    }

    @Test
    void plainEd25519KeyStandsForTheCosigningKeyOfTheSameBytes() throws Exception {
        // Given
        SigningKey key = key(KeyAlgorithm.ED25519);
        String plain = NoteVerifiers.vkey(NAME, KeyAlgorithm.ED25519, key.spki());

        // When
        Witness witness = Witness.parse(plain);

        // Then
        assertThat(witness.keyId()).isEqualTo(cosigner().witness().keyId());
        assertThat(plain).doesNotContain(HexFormat.of().toHexDigits(witness.keyId()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
            })
    void keyOfSmallOrderIsNoWitness(String hex) {
        // Given
        byte[] key = HexFormat.of().parseHex(hex);
        byte[] typed = ByteBuffer.allocate(33).put((byte) 4).put(key).array();
        int id = KeyNames.named(NAME, (byte) 4, key);

        // Then
        assertThatThrownBy(() ->
                        Witness.parse(NAME + "+" + HexFormat.of().toHexDigits(id) + "+" + StrictBase64.encode(typed)))
                .isInstanceOf(NoteException.class);
    }

    @Test
    void ecdsaKeyCosignsNothing() {
        assertThatThrownBy(() -> Cosigner.of(NAME, key(KeyAlgorithm.ECDSA_P256)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cosignatureOfAnotherCheckpointIsRefused() {
        byte[] object = line(cosigner().cosign(CHECKPOINT, TIME));
        refused(Fault.INVALID, "does not verify over this checkpoint", () -> cosigner()
                .witness()
                .verify(object, Receipts.checkpoint(5).checkpoint()));
    }

    @Test
    void cosignatureByAnotherKeyOrNameIsOfAnotherWitness() {
        Cosigner other = Cosigner.of("witness.example/w2", key(KeyAlgorithm.ED25519));
        Cosigner key = Cosigner.of(NAME, TestKeys.key(KeyAlgorithm.ED25519, "other"));
        for (Cosigner stranger : new Cosigner[] {other, key}) {
            byte[] object = line(stranger.cosign(CHECKPOINT, TIME));
            refused(Fault.OTHER_SUBJECT, "not by", () -> cosigner().witness().verify(object, CHECKPOINT));
        }
    }

    @Test
    void changedTimeIsRefused() {
        // Given
        NoteSignature made = cosigner().cosign(CHECKPOINT, TIME);
        byte[] earlier = made.signature();
        earlier[7]--;

        // Then
        refused(Fault.INVALID, "does not verify", () -> cosigner()
                .witness()
                .verify(new NoteSignature(NAME, made.keyId(), earlier), CHECKPOINT));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE, 253_402_300_800L, Long.MAX_VALUE})
    void timeThatIsNoneIsRefused(long seconds) {
        // Given
        byte[] message = CosignatureType.ED25519.message(NAME, seconds, CHECKPOINT);
        byte[] sig = key(KeyAlgorithm.ED25519).sign(message);
        byte[] timed = ByteBuffer.allocate(72).putLong(seconds).put(sig).array();
        Witness witness = cosigner().witness();

        // Then
        refused(
                Fault.MALFORMED,
                "without a usable time",
                () -> witness.verify(new NoteSignature(NAME, witness.keyId(), timed), CHECKPOINT));
    }

    @Test
    void lengthOtherThanThatOfTheTypeIsRefused() {
        // Given
        Witness witness = cosigner().witness();
        byte[] timed = cosigner().cosign(CHECKPOINT, TIME).signature();

        // Then
        for (int length : new int[] {1, 64, 71, 73, 2428}) {
            refused(
                    Fault.MALFORMED,
                    "a cosignature of " + length + " bytes",
                    () -> witness.verify(
                            new NoteSignature(NAME, witness.keyId(), Arrays.copyOf(timed, length)), CHECKPOINT));
        }
    }

    @Test
    void plainSignatureOfTheSameKeyIsNoCosignature() throws Exception {
        // Given
        SignedNote note = SignedNote.sign(CHECKPOINT.text(), List.of(NoteSigners.of(NAME, key(KeyAlgorithm.ED25519))));
        byte[] object = line(note.signatures().get(0));

        // Then
        refused(Fault.OTHER_SUBJECT, "not by", () -> cosigner().witness().verify(object, CHECKPOINT));
    }

    @Test
    void objectThatIsNotOneLineIsRefused() {
        // Given
        String line = cosigner().cosign(CHECKPOINT, TIME).encode();
        Witness witness = cosigner().witness();

        // Then
        for (String text : new String[] {
            "",
            "\n",
            line + line,
            line.trim(),
            "\n" + line,
            line.replace("\n", "\r\n"),
            line.substring(1),
            "\u00ff\n",
            line.replace("=", ""),
            line.replaceAll("[A-Za-z0-9+/=]{100}", ""),
            " ".repeat(Witness.SIZE_MAX) + line
        }) {
            refused(Fault.MALFORMED, "", () -> witness.verify(text.getBytes(StandardCharsets.UTF_8), CHECKPOINT));
        }
        refused(Fault.MALFORMED, "", () -> witness.verify(new byte[] {(byte) 0xff, '\n'}, CHECKPOINT));
    }

    @Test
    void namesOfReceiptsAreTakenApart() {
        assertThat(ReceiptNames.parse("cosignature-0a1b2c3d"))
                .contains(new ReceiptNames.Parsed(ReceiptNames.Form.COSIGNATURE, "0a1b2c3d"));
        assertThat(ReceiptNames.parse("tsa1.tsr"))
                .contains(new ReceiptNames.Parsed(ReceiptNames.Form.TIMESTAMP, "tsa1"));
        assertThat(ReceiptNames.parse("log2025-1.rekor.json"))
                .contains(new ReceiptNames.Parsed(ReceiptNames.Form.REKOR, "log2025-1"));
        assertThat(ReceiptNames.parse("local.log.json"))
                .contains(new ReceiptNames.Parsed(ReceiptNames.Form.LOCAL_LOG, "local"));
        for (String name : new String[] {
            "",
            "cosignature-",
            "cosignature-0A1B2C3D",
            "cosignature-0a1b2c3d4",
            ".tsr",
            "-.tsr",
            "a/b.tsr",
            "a.TSR",
            "a.json",
            "a.log",
            "..log.json",
            "a\n.tsr"
        }) {
            assertThat(ReceiptNames.parse(name)).as(name).isEmpty();
        }
    }
}

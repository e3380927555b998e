// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.note.NoteException.Fault;
import io.tallystick.trust.SigningKey;
import io.tallystick.vectors.Vectors;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class NoteVectorsTest {
    private static final JsonNode GO = Vectors.json("note/golang-signed-note.json");
    private static final JsonNode C2SP = Vectors.json("note/c2sp-examples.json");
    private static final JsonNode BODIES = Vectors.json("note/formats-checkpoint-body.json");
    private static final JsonNode CHECKPOINTS = Vectors.json("note/formats-signed-checkpoint.json");
    private static final JsonNode GO_TREE = Vectors.json("note/golang-sumdb-tree.json");
    private static final JsonNode VKEYS = Vectors.json("note/formats-vkeys-cosignature.json");

    @TestFactory
    Stream<DynamicTest> goNotesOpenAsPublished() {
        return Vectors.stream(GO.get("open"))
                .map(test -> DynamicTest.dynamicTest(test.get("name").textValue(), () -> {
                    // Given
                    byte[] note = base64(test.get("note_b64"));
                    List<NoteVerifier> known = vkeys(test.get("verifiers"));
                    String expected = test.get("expect").textValue();

                    // Then
                    if (expected.equals("ok")) {
                        SignedNote parsed = SignedNote.parse(note);
                        assertThat(parsed.encode()).isEqualTo(note);
                        assertThat(parsed.verify(known)).map(Object::toString).isEqualTo(texts(test.get("verified")));
                    } else {
                        assertThatExceptionOfType(NoteException.class)
                                .isThrownBy(() -> SignedNote.parse(note).verify(known))
                                .satisfies(e -> assertThat(e.fault()).isEqualTo(goFault(expected)));
                    }
                }));
    }

    private static Fault goFault(String expected) {
        return switch (expected) {
            case "malformed" -> Fault.MALFORMED;
            case "unverified" -> Fault.NO_KNOWN_KEY;
            case "invalid-signature" -> Fault.BAD_SIGNATURE;
            case "error" -> Fault.AMBIGUOUS_KEY;
            default -> throw new IllegalArgumentException(expected);
        };
    }

    @TestFactory
    Stream<DynamicTest> goNotesAreSignedByteForByteAsPublished() {
        return Vectors.stream(GO.get("sign"))
                .map(test -> DynamicTest.dynamicTest(test.get("name").textValue(), () -> {
                    // Given
                    List<NoteSigner> signers = List.of(skey(test.get("skey").textValue()));
                    byte[] text = base64(test.get("text_b64"));

                    // Then
                    if (test.has("want_error")) {
                        assertThatExceptionOfType(NoteException.class).isThrownBy(() -> SignedNote.sign(text, signers));
                    } else {
                        assertThat(SignedNote.sign(text, signers).encode())
                                .isEqualTo(base64(test.get("want_note_b64")));
                    }
                }));
    }

    @Test
    void goVkeysAreReadAndWrittenAgain() throws NoteException {
        for (String vkey : texts(GO.get("vkeys_good"))) {
            assertThat(vkey).startsWith(NoteVerifiers.parseVkey(vkey) + "+");
        }
    }

    @Test
    void goVkeysWithAWrongKeyOrTypeAreRefused() {
        Vectors.stream(GO.get("vkeys_bad"))
                .filter(bad -> bad.has("vkey"))
                .forEach(bad -> refusedVkey(bad.get("vkey").textValue()));
    }

    @Test
    void everyProperPartAndEveryChangedByteOfAVkeyIsRefused() {
        for (String vkey : texts(GO.get("vkeys_good"))) {
            for (int begin = 0; begin < vkey.length(); begin++) {
                for (int end = begin; end <= vkey.length(); end++) {
                    if (end - begin < vkey.length()) {
                        refusedVkey(vkey.substring(begin, end));
                    }
                }
                char changed = (char) (vkey.charAt(begin) + 1);
                refusedVkey(vkey.substring(0, begin) + changed + vkey.substring(begin + 1));
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> vkeysOfOtherToolsAreReadIfTheirTypeIsOursAndRefusedOtherwise() {
        return Vectors.stream(VKEYS.get("cosig_vkeys"))
                .map(test -> DynamicTest.dynamicTest(test.get("name").textValue(), () -> {
                    String vkey = test.get("vkey").textValue();
                    boolean plainEd25519 = test.get("name").textValue().contains("convert from algEd25519");
                    if (plainEd25519) {
                        assertThat(vkey).startsWith(NoteVerifiers.parseVkey(vkey) + "+");
                    } else {
                        // Either broken, or of the types 0x04 and 0x06, which only witnesses use.
                        refusedVkey(vkey);
                    }
                }));
    }

    @Test
    void theExampleOfTheSpecificationVerifies() throws NoteException {
        // Given
        JsonNode example = C2SP.get("signed_note").get(0);
        SignedNote note = SignedNote.parse(utf8(example.get("note")));

        // When
        List<NoteVerifier> verified =
                note.verify(List.of(NoteVerifiers.parseVkey(example.get("vkey").textValue())));

        // Then
        assertThat(verified).hasSize(1);
    }

    @Test
    void theTextMayHoldEmptyLines() throws NoteException {
        // When
        SignedNote note = SignedNote.parse(utf8(C2SP.get("signed_note").get(1).get("note")));

        // Then
        assertThat(new String(note.text(), StandardCharsets.UTF_8).split("\n", -1))
                .hasSize(5);
        assertThat(note.signatures()).hasSize(1);
    }

    @Test
    void theCosignedExampleIsACheckpointWithTwoLines() throws NoteException {
        // When
        SignedNote note =
                SignedNote.parse(utf8(C2SP.get("checkpoint_and_cosignature").get("note")));

        // Then
        assertThat(note.signatures()).hasSize(2);
        assertThat(Checkpoint.parse(note.text()).head().size()).isEqualTo(20852163);
    }

    @TestFactory
    Stream<DynamicTest> checkpointBodiesAreReadOrRefused() {
        return Vectors.stream(BODIES.get("cases"))
                .map(test -> DynamicTest.dynamicTest(test.get("desc").textValue(), () -> {
                    byte[] body = utf8(test.get("body"));
                    JsonNode want = test.get("want");
                    boolean ours = !want.isNull()
                            && want.get("rest").textValue().isEmpty()
                            && base64(want.get("hash_b64")).length == 32;
                    assertThat(ours).as("no published body has a 32-byte root").isFalse();
                    // The rest is refused here too: roots of another length, extension lines, or broken anyway.
                    assertThatExceptionOfType(NoteException.class).isThrownBy(() -> Checkpoint.parse(body));
                }));
    }

    @TestFactory
    Stream<DynamicTest> signedCheckpointsHaveTheNumberOfKnownSignaturesPublished() {
        return Vectors.stream(CHECKPOINTS.get("parse"))
                .map(test -> DynamicTest.dynamicTest(test.get("desc").textValue(), () -> {
                    // Given
                    List<NoteVerifier> known = new ArrayList<>();
                    for (String name : List.of("log", "known1", "known2")) {
                        known.add(NoteVerifiers.parseVkey(
                                CHECKPOINTS.get("keys").get(name).textValue()));
                    }
                    byte[] note = utf8(test.get("note"));
                    int wanted = test.get("wantSigs").intValue();

                    // Then
                    if (wanted == 0) {
                        assertThatExceptionOfType(NoteException.class)
                                .isThrownBy(() -> SignedNote.parse(note).verify(known));
                    } else {
                        assertThat(SignedNote.parse(note).verify(known)).hasSize(wanted);
                    }
                }));
    }

    @Test
    void aTreeOfTheGoChecksumDatabaseIsACheckpointOfItsOrigin() throws NoteException {
        // Given
        JsonNode tree = GO_TREE.get("format_tree");
        byte[] text = utf8(tree.get("want"));

        // When
        Checkpoint checkpoint = Checkpoint.parse(text);

        // Then
        assertThat(checkpoint.origin()).isEqualTo("go.sum database tree");
        assertThat(checkpoint.head().size()).isEqualTo(tree.get("size").longValue());
        assertThat(checkpoint.head().root().bytes()).isEqualTo(base64(tree.get("root")));
        assertThat(checkpoint.text()).isEqualTo(text);
    }

    /** Another origin is for the caller to refuse: it is the name of another log. */
    @Test
    void treesOfTheGoChecksumDatabaseWithABrokenLineAreRefused() throws NoteException {
        JsonNode bad = GO_TREE.get("bad_trees");
        assertThat(Checkpoint.parse(utf8(bad.get(0))).origin()).isEqualTo("not-go.sum database tree");
        refusedText(utf8(bad.get(1)), "not a decimal number");
        refusedText(utf8(bad.get(2)), "root is not base64 of 32 bytes");
        assertThat(bad).hasSize(3);
    }

    private static void refusedText(byte[] text, String words) {
        assertThatExceptionOfType(NoteException.class)
                .isThrownBy(() -> Checkpoint.parse(text))
                .withMessageContaining(words);
    }

    @Test
    void realCheckpointsOfOtherLogsVerify() throws NoteException {
        int seen = 0;
        for (JsonNode test : CHECKPOINTS.get("real")) {
            if (test.has("vkey") && test.get("expect").textValue().equals("verifies") && !isType5(test)) {
                // When
                SignedNote note = SignedNote.parse(utf8(test.get("note")));
                List<NoteVerifier> verified = note.verify(
                        List.of(NoteVerifiers.parseVkey(test.get("vkey").textValue())));

                // Then
                assertThat(verified).hasSize(1);
                assertThat(Checkpoint.parse(note.text()).origin())
                        .isEqualTo(test.get("origin").textValue());
                seen++;
            }
        }
        assertThat(seen).isEqualTo(3);
    }

    @Test
    void realCheckpointsWithAWrongKeyOrSignatureAreRefused() throws NoteException {
        int seen = 0;
        for (JsonNode test : CHECKPOINTS.get("real")) {
            if (test.has("vkey") && !test.get("expect").textValue().equals("verifies") && !isType5(test)) {
                NoteVerifier verifier;
                try {
                    verifier = NoteVerifiers.parseVkey(test.get("vkey").textValue());
                } catch (NoteException e) {
                    assertThat(e.fault()).isEqualTo(Fault.MALFORMED);
                    continue;
                }
                SignedNote note = SignedNote.parse(utf8(test.get("note")));
                assertThatExceptionOfType(NoteException.class)
                        .isThrownBy(() -> note.verify(List.of(verifier)))
                        .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.NO_KNOWN_KEY));
                seen++;
            }
        }
        assertThat(seen).isPositive();
    }

    @Test
    void aTreeHeadSignatureOfType5IsNoTypeOfOurs() {
        Vectors.stream(CHECKPOINTS.get("real"))
                .filter(test -> test.has("vkey") && isType5(test))
                .forEach(test -> refusedVkey(test.get("vkey").textValue()));
    }

    private static boolean isType5(JsonNode test) {
        return test.get("vkey").textValue().contains("+BTB");
    }

    private static void refusedVkey(String vkey) {
        assertThatExceptionOfType(NoteException.class)
                .as(vkey)
                .isThrownBy(() -> NoteVerifiers.parseVkey(vkey))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.MALFORMED));
    }

    @Test
    void signersNeedANameThatCanStandInALine() {
        try (SigningKey key = TestKeys.checkpointP256()) {
            for (String name : List.of("", "a b", "a+b", "a\nb", "a\u00a0b", "a\u2003b", "a\u0085b", "\ud800")) {
                assertThatIllegalArgumentException().isThrownBy(() -> NoteSigners.of(name, key));
            }
        }
    }

    private static NoteSigner skey(String text) {
        String[] parts = text.split("\\+", 5);
        byte[] typed = Base64.getDecoder().decode(parts[4]);
        return NoteSigners.of(parts[2], TestKeys.ed25519(Arrays.copyOfRange(typed, 1, typed.length)));
    }

    private static List<NoteVerifier> vkeys(JsonNode array) throws NoteException {
        List<NoteVerifier> verifiers = new ArrayList<>();
        for (String vkey : texts(array)) {
            verifiers.add(NoteVerifiers.parseVkey(vkey));
        }
        return verifiers;
    }

    private static List<String> texts(JsonNode array) {
        return Vectors.stream(array).map(JsonNode::textValue).toList();
    }

    private static byte[] base64(JsonNode text) {
        return Base64.getDecoder().decode(text.textValue());
    }

    private static byte[] utf8(JsonNode text) {
        return text.textValue().getBytes(StandardCharsets.UTF_8);
    }
}

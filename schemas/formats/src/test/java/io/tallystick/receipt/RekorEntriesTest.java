// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonParser;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteVerifier;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.note.SignedNote;
import io.tallystick.tree.Hash;
import io.tallystick.tree.ProofException;
import io.tallystick.tree.Proofs;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.InvalidSignatureException;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.PublicKeys;
import io.tallystick.trust.Signatures;
import io.tallystick.vectors.Vectors;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Entries of Sigstore's logs taken apart: trees of up to 1.5 billion leaves, signatures of P-256 and Ed25519 keys. */
class RekorEntriesTest {
    private static final JsonNode ENTRIES =
            Vectors.json("receipt/rekor/entries.json").get("entries");

    private interface Check {
        void run(JsonNode entry) throws Exception;
    }

    private static Stream<DynamicTest> each(String part, Check check) {
        return Vectors.stream(ENTRIES)
                .filter(entry -> entry.has(part))
                .map(entry -> DynamicTest.dynamicTest(
                        entry.get("file").textValue().replaceFirst(".*/", ""), () -> check.run(entry)));
    }

    private static byte[] base64(JsonNode text) {
        return Base64.getDecoder().decode(text.textValue());
    }

    private static TreeHead head(JsonNode inclusion) {
        return new TreeHead(inclusion.get("tree_size").longValue(), Hash.of(base64(inclusion.get("root"))));
    }

    @Test
    void theFileHasBothOutcomesOfEachKind() {
        assertThat(each("inclusion", entry -> {})).hasSize(21);
        assertThat(each("set", entry -> {})).hasSize(16);
        for (String valid : List.of("true", "false")) {
            assertThat(Vectors.stream(ENTRIES))
                    .anySatisfy(entry -> assertThat(
                                    entry.path("inclusion").path("valid").asText())
                            .isEqualTo(valid))
                    .anySatisfy(entry ->
                            assertThat(entry.path("set").path("valid").asText()).isEqualTo(valid))
                    .anySatisfy(entry -> assertThat(entry.path("checkpoint_signatures")
                                    .path(0)
                                    .path("verifies_with_log_key")
                                    .asText())
                            .isEqualTo(valid));
        }
    }

    @TestFactory
    Stream<DynamicTest> aLeafIsInItsTreeIfItIsTheOneThatWasLogged() {
        return each("inclusion", entry -> {
            // Given
            JsonNode inclusion = entry.get("inclusion");
            Hash leaf = Rfc6962.leafHash(base64(entry.get("leaf_b64")));
            List<Hash> proof = Vectors.stream(inclusion.get("hashes"))
                    .map(hash -> Hash.of(base64(hash)))
                    .toList();
            long index = inclusion.get("leaf_index").longValue();

            // Then
            if (inclusion.get("valid").booleanValue()) {
                assertThatCode(() -> Proofs.verifyInclusion(head(inclusion), index, leaf, proof))
                        .doesNotThrowAnyException();
            } else {
                assertThatExceptionOfType(ProofException.class)
                        .isThrownBy(() -> Proofs.verifyInclusion(head(inclusion), index, leaf, proof))
                        .withMessageContaining("inclusion");
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> aCheckpointVerifiesWithTheLogsKeyIfTheLogSignedIt() {
        return each("checkpoint", entry -> {
            // Given
            SignedNote note =
                    SignedNote.parse(entry.get("checkpoint").textValue().getBytes(StandardCharsets.UTF_8));
            byte[] spki = base64(entry.get("log_public_key_spki_b64"));
            JsonNode signature = entry.get("checkpoint_signatures").get(0);
            NoteVerifier key = NoteVerifiers.of(signature.get("name").textValue(), PublicKeys.algorithm(spki), spki);

            // Then
            if (signature.get("verifies_with_log_key").booleanValue()) {
                assertThat(note.verify(List.of(key))).containsExactly(key);
            } else {
                assertThatExceptionOfType(NoteException.class)
                        .isThrownBy(() -> note.verify(List.of(key)))
                        .satisfies(e -> assertThat(e.fault()).isEqualTo(NoteException.Fault.BAD_SIGNATURE));
            }
            String plain = new String(note.text(), StandardCharsets.UTF_8).replaceFirst("Timestamp: [0-9]+\n", "");
            assertThat(Checkpoint.parse(plain.getBytes(StandardCharsets.UTF_8)).head())
                    .isEqualTo(head(entry.get("inclusion")));
        });
    }

    @TestFactory
    Stream<DynamicTest> aSignedEntryTimestampIsOverTheCanonicalForm() {
        return each("set", entry -> {
            // Given
            JsonNode set = entry.get("set");
            byte[] signed = base64(set.get("signed_jcs_b64"));
            byte[] spki = base64(entry.get("log_public_key_spki_b64"));
            byte[] signature = base64(set.get("signature_b64"));

            // When
            byte[] canonical = Jcs.encode(JsonParser.parse(signed, 4));

            // Then
            assertThat(canonical).isEqualTo(signed);
            if (set.get("valid").booleanValue()) {
                assertThatCode(() -> Signatures.verify(KeyAlgorithm.ECDSA_P256, spki, canonical, signature))
                        .doesNotThrowAnyException();
            } else {
                assertThatExceptionOfType(InvalidSignatureException.class)
                        .isThrownBy(() -> Signatures.verify(KeyAlgorithm.ECDSA_P256, spki, canonical, signature));
            }
        });
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.vectors.Vectors;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class WycheproofTest {
    @Test
    void ed25519SignaturesAreAcceptedOrRefusedAsPublished() {
        assertThat(disagreements("ed25519_test.json", KeyAlgorithm.ED25519, 151))
                .isEmpty();
    }

    @Test
    void ecdsaP256SignaturesAreAcceptedOrRefusedAsPublished() {
        assertThat(disagreements("ecdsa_secp256r1_sha256_test.json", KeyAlgorithm.ECDSA_P256, 484))
                .isEmpty();
    }

    @Test
    void mlDsa44SignaturesAreAcceptedOrRefusedAsPublished() {
        assertThat(disagreements("mldsa_44_verify_test.json", KeyAlgorithm.ML_DSA_44, 180))
                .isEmpty();
    }

    private static List<String> disagreements(String file, KeyAlgorithm algorithm, int tests) {
        JsonNode vectors = Vectors.json("wycheproof/" + file);
        List<String> disagreements = new ArrayList<>();
        int seen = 0;
        for (JsonNode group : vectors.get("testGroups")) {
            for (JsonNode test : group.get("tests")) {
                seen++;
                // A context is no part of what the ledger signs: such a signature must not verify here.
                boolean wanted = test.get("result").textValue().equals("valid")
                        && (!test.has("ctx") || test.get("ctx").textValue().isEmpty());
                if (verifies(algorithm, group, test) != wanted) {
                    disagreements.add(test.get("tcId") + " " + test.get("comment"));
                }
            }
        }
        assertThat(seen).isEqualTo(tests);
        return disagreements;
    }

    private static boolean verifies(KeyAlgorithm algorithm, JsonNode group, JsonNode test) {
        if (group.get("publicKeyDer").isNull()) {
            return false;
        }
        try {
            Signatures.verify(algorithm, hex(group.get("publicKeyDer")), hex(test.get("msg")), hex(test.get("sig")));
            return true;
        } catch (InvalidSignatureException e) {
            return false;
        }
    }

    private static byte[] hex(JsonNode text) {
        return HexFormat.of().parseHex(text.textValue());
    }
}

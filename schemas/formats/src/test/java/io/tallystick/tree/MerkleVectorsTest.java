// SPDX-License-Identifier: Apache-2.0
package io.tallystick.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.vectors.Vectors;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class MerkleVectorsTest {
    private static final JsonNode REFERENCE = Vectors.json("merkle/rfc6962-reference.json");

    @Test
    void allPublishedProofCasesAreThere() {
        assertThat(Vectors.jsonFiles("merkle/transparency-dev")).hasSize(196);
    }

    @TestFactory
    Stream<DynamicTest> inclusionCasesAreAcceptedOrRefusedAsPublished() {
        return Vectors.jsonFiles("merkle/transparency-dev/inclusion").stream().map(file -> {
            JsonNode test = Vectors.json(file);
            return DynamicTest.dynamicTest(
                    file.getFileName() + " " + test.get("desc"),
                    () -> check(
                            test,
                            () ->
                                    // Given and When in one: a hash of another length cannot even be made.
                                    Proofs.verifyInclusion(
                                            head(test, "treeSize", "root"),
                                            test.get("leafIdx").longValue(),
                                            hash(test.get("leafHash")),
                                            proof(test))));
        });
    }

    @TestFactory
    Stream<DynamicTest> consistencyCasesAreAcceptedOrRefusedAsPublished() {
        return Vectors.jsonFiles("merkle/transparency-dev/consistency").stream().map(file -> {
            JsonNode test = Vectors.json(file);
            return DynamicTest.dynamicTest(
                    file.getFileName() + " " + test.get("desc"),
                    () -> check(
                            test,
                            () -> Proofs.verifyConsistency(
                                    head(test, "size1", "root1"), head(test, "size2", "root2"), proof(test))));
        });
    }

    private static void check(JsonNode test, ThrowingCallable verification) {
        if (test.get("wantErr").booleanValue()) {
            assertThatThrownBy(verification).isInstanceOfAny(ProofException.class, IllegalArgumentException.class);
        } else {
            assertThatCode(verification).doesNotThrowAnyException();
        }
    }

    private static TreeHead head(JsonNode test, String size, String root) {
        return new TreeHead(test.get(size).longValue(), rootOfAnyLength(test.get(root)));
    }

    private static List<Hash> proof(JsonNode test) {
        return Vectors.stream(test.get("proof")).map(MerkleVectorsTest::hash).toList();
    }

    /** Some cases about equal sizes have texts for roots; hashes of them are equal exactly if they are. */
    private static Hash rootOfAnyLength(JsonNode base64) {
        byte[] root = base64.isNull() ? new byte[0] : Base64.getDecoder().decode(base64.textValue());
        return root.length == Hash.LENGTH ? Hash.of(root) : Hash.sha256(root);
    }

    private static Hash hash(JsonNode base64) {
        return Hash.of(base64.isNull() ? new byte[0] : Base64.getDecoder().decode(base64.textValue()));
    }

    @Test
    void referenceLeavesHashAsPublished() {
        // When
        List<Hash> computed = Vectors.stream(REFERENCE.get("leaves"))
                .map(leaf -> Rfc6962.leafHash(HexFormat.of().parseHex(leaf.textValue())))
                .toList();

        // Then
        assertThat(computed).isEqualTo(hexes(REFERENCE.get("leaf_hashes")));
    }

    @Test
    void referenceTreesHaveThePublishedRoots() {
        // Given
        List<Hash> leaves = hexes(REFERENCE.get("leaf_hashes"));
        List<Hash> roots = hexes(REFERENCE.get("roots"));

        for (int size = 0; size <= leaves.size(); size++) {
            // When
            CompactRange range = SlowTree.range(leaves.subList(0, size));

            // Then
            assertThat(range.head()).isEqualTo(new TreeHead(size, roots.get(size)));
            assertThat(SlowTree.root(leaves.subList(0, size))).isEqualTo(roots.get(size));
        }
    }

    @Test
    void referenceInclusionProofsAreMadeAndVerified() throws ProofException {
        List<Hash> leaves = hexes(REFERENCE.get("leaf_hashes"));
        for (JsonNode test : REFERENCE.get("inclusion")) {
            // Given
            int leaf = test.get("leaf").intValue();
            TreeExtension tree = new TreeExtension(
                    CompactRange.EMPTY, leaves.subList(0, test.get("size").intValue()));

            // When
            List<Hash> proof = tree.inclusionProof(leaf);

            // Then
            assertThat(proof).isEqualTo(hexes(test.get("proof")));
            Proofs.verifyInclusion(tree.head(), leaf, leaves.get(leaf), proof);
        }
    }

    @Test
    void referenceConsistencyProofsAreMadeAndVerified() throws ProofException {
        List<Hash> leaves = hexes(REFERENCE.get("leaf_hashes"));
        for (JsonNode test : REFERENCE.get("consistency")) {
            // Given
            int size1 = test.get("size1").intValue();
            CompactRange base = SlowTree.range(leaves.subList(0, size1));
            TreeExtension tree = new TreeExtension(
                    base, leaves.subList(size1, test.get("size2").intValue()));

            // When
            List<Hash> proof = tree.consistencyProof();

            // Then
            assertThat(proof).isEqualTo(hexes(test.get("proof")));
            Proofs.verifyConsistency(base.head(), tree.head(), proof);
        }
    }

    private static List<Hash> hexes(JsonNode array) {
        return Vectors.stream(array).map(hex -> Hash.parseHex(hex.textValue())).toList();
    }
}

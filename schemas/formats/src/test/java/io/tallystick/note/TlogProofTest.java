// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.tree.Hash;
import io.tallystick.vectors.Vectors;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlogProofTest {
    private static final JsonNode VECTORS = Vectors.json("note/formats-tlog-proof.json");
    private static final String HASH = "rzFuy5Go7nrpkhBwKy1HWPMM3eO/YePY54fXRoH5Cm4=";
    private static final String HEAD = "c2sp.org/tlog-proof@v1\n";

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @TestFactory
    Stream<DynamicTest> publishedProofsAreWrittenAndReadByteForByte() {
        return Vectors.stream(VECTORS.get("marshal"))
                .map(test -> DynamicTest.dynamicTest(test.get("name").textValue(), () -> {
                    // Given
                    List<Hash> path = Vectors.stream(test.get("hashes"))
                            .map(hash -> Hash.of(Base64.getDecoder().decode(hash.textValue())))
                            .toList();
                    long index = test.get("index").longValue();
                    byte[] checkpoint = utf8(test.get("checkpoint").textValue());

                    // When
                    TlogProof proof = test.has("extra_utf8")
                            ? TlogProof.withExtra(
                                    index,
                                    path,
                                    checkpoint,
                                    utf8(test.get("extra_utf8").textValue()))
                            : TlogProof.of(index, path, checkpoint);

                    // Then
                    byte[] want = utf8(test.get("want").textValue());
                    assertThat(proof.encode()).isEqualTo(want);
                    TlogProof read = TlogProof.parse(want);
                    assertThat(read.encode()).isEqualTo(want);
                    assertThat(read.index()).isEqualTo(index);
                    assertThat(read.path()).isEqualTo(path);
                    assertThat(read.checkpoint()).isEqualTo(checkpoint);
                    assertThat(read.extra().isPresent()).isEqualTo(test.has("extra_utf8"));
                }));
    }

    @TestFactory
    Stream<DynamicTest> publishedFaultsAreRefused() {
        return Vectors.stream(VECTORS.get("errors"))
                .map(test -> DynamicTest.dynamicTest(
                        test.get("name").textValue(),
                        () -> refused(test.get("proof").textValue())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "c2sp.org/tlog-proof@v1",
                "c2sp.org/tlog-proof@v1\r\nindex 0\n\ncheckpoint\n",
                "c2sp.org/tlog-proof@v2\nindex 0\n\ncheckpoint\n",
                HEAD + "index 0\n",
                HEAD + "index 0\n\n",
                HEAD + "index 00\n\ncheckpoint\n",
                HEAD + "index 01\n\ncheckpoint\n",
                HEAD + "index +1\n\ncheckpoint\n",
                HEAD + "index \n\ncheckpoint\n",
                HEAD + "index 9223372036854775808\n\ncheckpoint\n",
                HEAD + "index 99999999999999999999\n\ncheckpoint\n",
                HEAD + "index 0 \n\ncheckpoint\n",
                HEAD + "Index 0\n\ncheckpoint\n",
                HEAD + "index 0\nindex 0\n\ncheckpoint\n",
                HEAD + "index 0\nextra YQ==\n\ncheckpoint\n",
                HEAD + "extra YQ==\nextra YQ==\nindex 0\n\ncheckpoint\n",
                HEAD + "extra YQ\nindex 0\n\ncheckpoint\n",
                HEAD + "extra YR==\nindex 0\n\ncheckpoint\n",
                HEAD + "index 0\n" + HASH,
                HEAD + "index 0\n" + HASH + "\n",
                HEAD + "index 0\n " + HASH + "\n\ncheckpoint\n",
                HEAD + "index 0\nrzFuy5Go7nrpkhBwKy1HWPMM3eO/YePY54fXRoH5Cm5=\n\ncheckpoint\n",
                HEAD + "index 0\nrzFuy5Go7nrpkhBwKy1HWPMM3eO/YePY54fXRoH5Cm4\n\ncheckpoint\n",
                HEAD + "index 0\nYQ==\n\ncheckpoint\n",
            })
    void everyOtherFormIsRefused(String text) {
        refused(text);
    }

    @Test
    void aPathHasAtMost63Hashes() throws NoteException {
        // Given
        String text = HEAD + "index 0\n" + (HASH + "\n").repeat(63) + "\ncheckpoint\n";

        // Then
        assertThat(TlogProof.parse(utf8(text)).path()).hasSize(63);
        refused(HEAD + "index 0\n" + (HASH + "\n").repeat(64) + "\ncheckpoint\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TlogProof.of(0, Collections.nCopies(64, Hash.ZERO), utf8("c\n")));
    }

    @Test
    void whatIsTooLargeIsRefused() {
        refused(HEAD + "index 0\n\n" + "x".repeat(SignedNote.SIZE_MAX + 1));
        refused(HEAD + "extra " + "AAAA".repeat(TlogProof.EXTRA_MAX / 3 + 2) + "\nindex 0\n\ncheckpoint\n");
        refused("x".repeat(TlogProof.SIZE_MAX + 1));
        assertThatIllegalArgumentException().isThrownBy(() -> TlogProof.of(-1, List.of(), utf8("c\n")));
        assertThatIllegalArgumentException().isThrownBy(() -> TlogProof.of(0, List.of(), new byte[0]));
    }

    private static void refused(String text) {
        assertThatExceptionOfType(NoteException.class)
                .as(text)
                .isThrownBy(() -> TlogProof.parse(utf8(text)))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(NoteException.Fault.MALFORMED));
    }
}

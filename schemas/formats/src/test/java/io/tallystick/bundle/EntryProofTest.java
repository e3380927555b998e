// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.entry.Bytes;
import io.tallystick.note.TlogProof;
import io.tallystick.tree.Hash;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntryProofTest {
    private static final byte[] CHAIN_NOTE = Golden.utf8("chain note\n");
    private static final byte[] REGISTRY_NOTE = Golden.utf8("registry note\n");
    private static final RegistryLeaf.Window LEAF =
            new RegistryLeaf.Window(2, Instant.parse("2026-11-21T03:15:00Z"), 0, Instant.parse("2026-11-21T03:00:00Z"));
    private static final List<String> LINES = Golden.lines("lines.ndjson");

    private static EntryProof proof(String line, List<EntryProof.Anchor> anchors) throws BundleException {
        return new EntryProof(
                BundleLine.parse(Golden.utf8(line)),
                TlogProof.of(1, List.of(Hash.ZERO), CHAIN_NOTE),
                TlogProof.of(0, List.of(Hash.ZERO, Hash.ZERO), REGISTRY_NOTE),
                TlogProof.of(2, List.of(Hash.ZERO), REGISTRY_NOTE),
                LEAF,
                Hash.sha256(),
                anchors);
    }

    private static EntryProof.Anchor anchor(String name) {
        return new EntryProof.Anchor(name, Bytes.utf8("content of " + name));
    }

    private static String text() throws BundleException {
        return new String(
                proof(LINES.get(1), List.of(anchor("cosignature-00aa11bb"), anchor("tsa-1.tsr")))
                        .encode(),
                StandardCharsets.UTF_8);
    }

    @Test
    void linesOfEveryKindAreReadAsTheyWereWritten() throws BundleException {
        for (String line : LINES) {
            // Given
            byte[] bytes = proof(line, List.of(anchor("a"), anchor("b.tsr"))).encode();

            // When
            EntryProof read = EntryProof.parse(bytes);

            // Then
            assertThat(read.encode()).isEqualTo(bytes);
            assertThat(read.line().encode()).isEqualTo(Golden.utf8(line));
            assertThat(read.chain().checkpoint()).isEqualTo(CHAIN_NOTE);
            assertThat(read.anchors()).containsExactly(anchor("a"), anchor("b.tsr"));
            assertThat(read.windowLeaf()).isEqualTo(LEAF);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tallystick/proof/v1|tallystick/proof/v2|format is 'tallystick/proof/v2'",
                "\"format\":|\"Format\":|format",
                "{\"anchors\":|{ \"anchors\":|canonical form",
                "\"anchors\":[|\"also\":1,\"anchors\":[|also",
                "\"blind\":\"e|\"blind\":\"E|64 lower-case hex",
                "\"name\":\"tsa-1.tsr\"|\"name\":\"a\"|not ascending",
                "\"name\":\"tsa-1.tsr\"|\"name\":\"cosignature-00aa11bb\"|not ascending",
                "\"name\":\"tsa-1.tsr\"|\"name\":\"../tsa\"|not the name of an anchor",
                "\"name\":\"tsa-1.tsr\"|\"name\":\".tsr\"|not the name of an anchor",
                "\"name\":\"tsa-1.tsr\"|\"name\":\"t\\u0000\"|not the name of an anchor",
                "\"name\":\"tsa-1.tsr\"|\"name\":\"tsa-1.tsr\",\"x\":1|x",
                "{\"content\":\"|{\"content\":\"!|anchor content",
                "\"line\":\"{|\"line\":\"x{|expected the line's start",
                "\\\"v\\\":1}|\\\"v\\\":2}|no entry",
                "c2sp.org/tlog-proof@v1\\nindex 1|c2sp.org/tlog-proof@v2\\nindex 1|proof: chain",
                "c2sp.org/tlog-proof@v1\\nindex 0|c2sp.org/tlog-proof@v1\\nextra YQ==\\nindex 0|head has an extra line",
                "\\nindex 2\\n|\\nindex two\\n|proof: window",
                "\\n\\nregistry note|\\n\\nother note|different checkpoints",
                "\"kind\":\"window\"|\"kind\":\"head\"|kind",
                "\"chains\":2|\"chains\":-2|chains",
                "\"end\":\"2026-11-21T03:15|\"end\":\"2026-11-21T02:15|window leaf from",
            })
    void everyOtherFormIsRefused(String old, String replacement, String message) throws BundleException {
        // Given
        String text = text();
        int at = text.indexOf(old);
        assertThat(at).as(old).isNotNegative();
        String changed = text.substring(0, at) + replacement + text.substring(at + old.length());

        // Then
        assertThatExceptionOfType(BundleException.class)
                .isThrownBy(() -> EntryProof.parse(Golden.utf8(changed)))
                .withMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[]", "null", "1", "{\"format\":\"tallystick/proof/v1\"}", "{\"format\":1}"})
    void otherDocumentsAreRefused(String text) {
        assertThatExceptionOfType(BundleException.class).isThrownBy(() -> EntryProof.parse(Golden.utf8(text)));
    }

    @Test
    void bytesBehindTheDocumentAndCutOnesAreRefused() throws BundleException {
        // Given
        String text = text();

        // Then
        for (String changed : List.of(text + "\n", text + "{}", text.substring(0, text.length() - 1))) {
            assertThatExceptionOfType(BundleException.class).isThrownBy(() -> EntryProof.parse(Golden.utf8(changed)));
        }
    }

    @Test
    void limitsAreKept() throws BundleException {
        // Given
        List<EntryProof.Anchor> many = new ArrayList<>();
        for (int i = 0; i <= EntryProof.ANCHORS_MAX; i++) {
            many.add(anchor(String.format("a-%03d", i)));
        }
        byte[] large = new byte[EntryProof.BYTES_MAX + 1];

        // Then
        assertThat(proof(LINES.get(1), many.subList(1, many.size())).anchors()).hasSize(EntryProof.ANCHORS_MAX);
        assertThatIllegalArgumentException().isThrownBy(() -> proof(LINES.get(1), many));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EntryProof.Anchor("a", Bytes.of(new byte[EntryProof.ANCHOR_BYTES_MAX + 1])));
        assertThatExceptionOfType(BundleException.class)
                .isThrownBy(() -> EntryProof.parse(large))
                .withMessageContaining("the limit is");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.tree.Hash;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The smaller documents of a bundle: export record, envelope, statement, sums, registry proofs. */
class DocumentsTest {
    /** Decodes, and gives back what encodes again. */
    private static byte[] again(String name, byte[] bytes) throws BundleException {
        return switch (name) {
            case "export.json" -> ExportRecord.parse(bytes).encode();
            case "bundle.dsse.json" -> Dsse.parse(bytes).encode();
            case "statement.json" -> Statement.parse(bytes).encode();
            case "SHA256SUMS" -> Sha256Sums.encode(Sha256Sums.parse(bytes));
            case "registry.json" -> RegistryProofs.parse(bytes).encode();
            default -> throw new IllegalArgumentException(name);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"export.json", "bundle.dsse.json", "statement.json", "SHA256SUMS", "registry.json"})
    void goldenDocumentsDecodeAndEncodeToTheSameBytes(String name) throws BundleException {
        assertThat(again(name, Golden.bytes(name))).isEqualTo(Golden.bytes(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"export.json", "bundle.dsse.json", "statement.json", "registry.json"})
    void everyTruncationIsRefused(String name) {
        // Given
        byte[] whole = Golden.bytes(name);

        // When, Then
        for (int length = 0; length < whole.length; length += 5) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> again(name, cut)).isInstanceOf(BundleException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"export.json", "bundle.dsse.json", "statement.json", "SHA256SUMS", "registry.json"})
    void documentOverTheLimitIsRefusedBeforeItIsParsed(String name) {
        // Given
        byte[] huge = new byte
                [(name.equals("registry.json") ? BundleLayout.PROOFS_BYTES_MAX : BundleLayout.LIST_BYTES_MAX) + 1];

        // When, Then
        assertThatThrownBy(() -> again(name, huge))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("limit");
    }

    @ParameterizedTest(name = "{0}: {1} -> {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "export.json|\"name\":\"manifest.json\"|\"name\":\"../manifest.json\"",
                "export.json|\"name\":\"manifest.json\"|\"name\":\"manifest.sig\"",
                "export.json|\"bytes\":|\"bytes\":-",
                "export.json|\"days\":30|\"days\":30.5",
                "export.json|\"legalHold\":false|\"legalHold\":\"false\"",
                "export.json|\"class\":\"standard\"|\"class\":\"stan\\u0000dard\"",
                "export.json|\"mode\":\"none\",|\"mode\":\"none\",\"x\":1,",
                "export.json|\"commit\":\"0123abc\",|\"commit\":\"0123abc\",\"host\":\"a\",",
                "export.json|\"retention\":|\"previousLock\":{},\"retention\":",
                "export.json|.000Z|Z",
                "bundle.dsse.json|\"payloadType\"|\"payloadtype\"",
                "bundle.dsse.json|\"payload\":\"|\"payload\":\"=",
                "bundle.dsse.json|\"payload\":\"|\"payload\":\"-",
                "bundle.dsse.json|\"signatures\":[|\"signatures\":[{\"keyid\":\"\",\"sig\":\"\"},",
                "bundle.dsse.json|\"keyid\":\"|\"keyid\":\"0",
                "bundle.dsse.json|\"sig\":\"|\"sig\":\"-",
                "statement.json|in-toto.io/Statement/v1|in-toto.io/Statement/v0.1",
                "statement.json|evidence-bundle/v1|evidence-bundle/v2",
                "statement.json|\"predicate\":{}|\"predicate\":null",
                "statement.json|\"predicate\":{}|\"predicate\":{\"a\":1}",
                "statement.json|\"name\":\"manifest.json\"|\"name\":\"/manifest.json\"",
                "statement.json|\"name\":\"manifest.json\"|\"name\":\"manifest.sig\"",
                "statement.json|\"digest\":{\"sha256\"|\"digest\":{\"sha512\"",
                "statement.json|\"digest\":{\"sha256\"|\"digest\":{\"md5\":\"\",\"sha256\"",
                "registry.json|\"v\":1,\"window\":{\"index\"|\"v\":2,\"window\":{\"index\"",
                "registry.json|\"chain\":\"acme/3\"|\"chain\":\"acme/0\"",
                "registry.json|\"chain\":\"acme/3\"|\"chain\":\"acme/03\"",
                "registry.json|\"chain\":\"acme/3\"|\"chain\":\"acme\"",
                "registry.json|\"consistency\":[|\"consistency\":[\"zz\",",
                "registry.json|\"kind\":\"window\"|\"kind\":\"head\"",
                "registry.json|\"previousSize\":7|\"previousSize\":0",
                "registry.json|\"previousSize\":7|\"previousSize\":11",
                "registry.json|\"first\":7|\"first\":6",
                "registry.json|\"size\":11|\"size\":12",
            })
    void changedDocumentIsRefused(String name, String old, String replacement) {
        // Given
        byte[] changed = Golden.changed(Golden.text(name), old, replacement);

        // When, Then
        assertThatThrownBy(() -> again(name, changed)).isInstanceOf(BundleException.class);
    }

    @Test
    void exportRecordKeepsThePreviousLock() throws BundleException {
        // Given
        String text = Golden.text("export.json")
                .replace(
                        "\"retention\":",
                        "\"previousLock\":{\"manifest\":\"" + Hash.ZERO
                                + "\",\"mode\":\"COMPLIANCE\",\"until\":\"2027-01-01T00:00:00.000Z\",\"versionId\":\"3/L4\"},"
                                + "\"retention\":");

        // When
        ExportRecord export = ExportRecord.parse(Golden.utf8(text));

        // Then
        assertThat(export.previousLock().orElseThrow().versionId()).isEqualTo("3/L4");
        assertThat(export.encode()).isEqualTo(Golden.utf8(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "\n",
                "0 a\n",
                "%s a\n",
                "%s *a\n",
                "%s  a",
                "%s  a\r\n",
                "%S  a\n",
                "%s  ../a\n",
                "%s  /a\n",
                "%s  \n",
                "\\%s  a\n",
                "%s  b\n%s  a\n",
                "%s  a\n%s  a\n",
                "%s  a\n\n",
                "%s  a\\nb\n"
            })
    void sumsThatAreNotAsWrittenAreRefused(String text) {
        // Given
        String digest = Hash.sha256().toString();
        byte[] bytes = Golden.utf8(text.replace("%s", digest).replace("%S", digest.toUpperCase(Locale.ROOT)));

        // When, Then
        assertThatThrownBy(() -> Sha256Sums.parse(bytes)).isInstanceOf(BundleException.class);
    }

    @Test
    void sumsAreInByteOrderOfThePath() {
        // Given
        SortedMap<String, Hash> digests = new TreeMap<>();
        for (String path :
                new String[] {"manifest.json", "SHA", "chain-0000-00000.ndjson.zst", "checkpoints/chain-0000"}) {
            digests.put(path, Hash.ZERO);
        }

        // When
        String text = new String(Sha256Sums.encode(digests), StandardCharsets.US_ASCII);

        // Then
        assertThat(text.lines().map(line -> line.substring(66)))
                .containsExactly("SHA", "chain-0000-00000.ndjson.zst", "checkpoints/chain-0000", "manifest.json");
        digests.put("../x", Hash.ZERO);
        assertThatThrownBy(() -> Sha256Sums.encode(digests)).isInstanceOf(IllegalArgumentException.class);
    }
}

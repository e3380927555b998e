// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.bundle.BundleException;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InspectorTest {
    @TempDir
    static Path temp;

    private static Path bundle;
    private static Path leaves;

    @BeforeAll
    static void writeBucket() throws IOException {
        Scenario scenario = Scenario.write(temp, 3);
        bundle = scenario.ledger.bucket.resolve(Scenario.path("acme", 0));
        leaves = scenario.ledger.bucket.resolve("v1/registry").resolve(TestLedger.window(Scenario.START));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "manifest.json|\"tenant\": \"acme\"",
                "export.json|\"legalHold\": false",
                "bundle.dsse.json|payload type application/vnd.in-toto+json",
                "proofs/registry.json|\"chain\": \"acme/3\"",
                "checkpoint|origin ledger.example.com",
                "checkpoints/chain-0003|origin ledger.example.com/acme/3",
                "chain-0000-00000.ndjson.zst|{\"amount\":12345678901234567890,\"note\":\"first\"}",
            })
    void everyObjectOfABundleCanBeShown(String name, String part) throws Exception {
        // When
        String shown = Inspector.file(bundle.resolve(name), 2);

        // Then
        assertThat(shown).contains(part).endsWith("\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "manifest.json",
                "export.json",
                "bundle.dsse.json",
                "proofs/registry.json",
                "checkpoint",
                "checkpoints/chain-0003"
            })
    void documentsAreShownWithTheDigestThatOthersNameThemBy(String name) throws Exception {
        // When
        String shown = Inspector.file(bundle.resolve(name), 1);

        // Then
        byte[] content = Files.readAllBytes(bundle.resolve(name));
        assertThat(shown).endsWith("\nsha256 " + SlowTree.hex(SlowTree.sha256(content)) + "\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "manifest.json|manifest",
                "export.json|export",
                "proofs/registry.json|registry",
                "checkpoint|checkpoint",
                "checkpoints/chain-0003|checkpoint",
                "bundle.dsse.json|envelope"
            })
    void programsGetEveryObjectAsOneOfJson(String name, String kind) throws Exception {
        // When
        String shown = Inspector.json(bundle.resolve(name), 1);

        // Then
        JsonObject object = JsonParser.parseObject(Text.bytes(shown.strip()), 64);
        assertThat(object.string("kind")).isEqualTo(kind);
        assertThat(object.string("sha256"))
                .isEqualTo(SlowTree.hex(SlowTree.sha256(Files.readAllBytes(bundle.resolve(name)))));
        assertThat(object.object("content").members()).isNotEmpty();
        assertThat(shown).endsWith("}\n").doesNotContain("}\n{");
    }

    @Test
    void programsGetALineAsItIsStored() throws Exception {
        // When
        String shown = Inspector.json(bundle.resolve(Scenario.DATA), 2);

        // Then
        assertThat(shown)
                .contains("\"payload\":{\"amount\":12345678901234567890,\"note\":\"first\"}")
                .containsPattern("\"kind\":\"line\",\"leafHash\":\"[0-9a-f]{64}\"}\n$");
        assertThatThrownBy(() -> Inspector.json(bundle.resolve("SHA256SUMS"), 1))
                .isInstanceOf(BundleException.class);
    }

    @Test
    void leafIsShownWithItsHash() throws Exception {
        // When
        String shown = Inspector.file(leaves.resolve("leaves.ndjson"), 1);

        // Then
        byte[] leaf =
                Text.bytes(Files.readAllLines(leaves.resolve("leaves.ndjson")).get(0));
        assertThat(shown).contains("\"kind\": \"head\"", "leaf hash " + SlowTree.hex(SlowTree.leaf(leaf)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHA256SUMS", "manifest.sig"})
    void whatHasNoFormOfItsOwnIsRefused(String name) {
        assertThatThrownBy(() -> Inspector.file(bundle.resolve(name), 1)).isInstanceOf(BundleException.class);
    }

    @Test
    void lineThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> Inspector.file(bundle.resolve(Scenario.DATA), 7))
                .isInstanceOf(NoSuchEntryException.class)
                .hasMessageContaining("has 6 lines, no line 7");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryLeafTest {
    private static final List<String> LEAVES = Golden.lines("leaves.ndjson");

    @Test
    void goldenLeavesDecodeAndEncodeToTheSameBytes() throws BundleException {
        for (String leaf : LEAVES) {
            assertThat(RegistryLeaf.parse(Golden.utf8(leaf)).encode()).isEqualTo(Golden.utf8(leaf));
        }
        assertThat(RegistryLeaf.parse(Golden.utf8(LEAVES.get(LEAVES.size() - 1))))
                .isInstanceOfSatisfying(RegistryLeaf.Window.class, window -> assertThat(window.chains())
                        .isEqualTo(LEAVES.size() - 1L));
    }

    /** Digests computed with {@code printf … | sha256sum}. */
    @Test
    void commitmentsAreThoseOfTheShell() {
        // When
        String chain = RegistryLeaf.chainId("ledger.example.com/acme/3").toString();
        String head = RegistryLeaf.headCommitment(
                        new byte[32],
                        Golden.utf8("ledger.example.com/acme/3\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"))
                .toString();

        // Then
        assertThat(chain).isEqualTo("2cd14f467a79fccad1d205a08795d3c223d96acd76dee84921cf0a8d0bb4995e");
        assertThat(head).isEqualTo("0ea652cc5cf4e6d1d8a461e00574b7fda0a44af69f964490e79c706e018009b7");
    }

    @Test
    void blindOfAnotherLengthIsRefused() {
        for (int length : new int[] {0, 31, 33}) {
            assertThatThrownBy(() -> RegistryLeaf.headCommitment(new byte[length], new byte[0]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "{\"chain\":\"|{\"chain\":\"A",
                "{\"chain\"|{ \"chain\"",
                "\"kind\":\"head\"|\"kind\":\"tail\"",
                "\"kind\":\"head\"|\"kind\":\"window\"",
                "\"v\":1|\"v\":2",
                "\"v\":1|\"u\":1,\"v\":1",
                "\"v\":1|\"v\":1,\"v\":1",
                ".000Z|Z",
                "\"window\":|\"Window\":",
            })
    void changedHeadIsRefused(String old, String replacement) {
        // Given
        byte[] changed = Golden.changed(LEAVES.get(0), old, replacement);

        // When, Then
        assertThatThrownBy(() -> RegistryLeaf.parse(changed)).isInstanceOf(BundleException.class);
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "\"chains\":3|\"chains\":-3",
                "\"chains\":3|\"chains\":3.0",
                "\"chains\":3|\"chains\":9007199254740991",
                "\"kind\":\"window\"|\"kind\":\"head\"",
                "\"first\":7,|\"first\":7,\"open\":[1],",
                "04:00:00|03:00:00",
                "\"v\":1|\"v\":0",
            })
    void changedWindowLeafIsRefused(String old, String replacement) {
        // Given
        byte[] changed = Golden.changed(LEAVES.get(3), old, replacement);

        // When, Then
        assertThatThrownBy(() -> RegistryLeaf.parse(changed)).isInstanceOf(BundleException.class);
    }
}

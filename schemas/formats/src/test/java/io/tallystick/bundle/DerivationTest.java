// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.bundle.Derivation.Filter;
import io.tallystick.bundle.Derivation.Shape;
import io.tallystick.tree.Hash;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DerivationTest {
    private static final Hash FROM = Hash.sha256("an original".getBytes(UTF_8));
    private static final Filter SOME = new Filter(
            Optional.of(Instant.parse("2026-11-21T03:00:00Z")),
            Optional.of(Instant.parse("2026-11-21T03:10:00.5Z")),
            List.of("login", "logout"),
            List.of("user-1"));

    private Manifest original;

    @BeforeEach
    void read() throws BundleException {
        original = Manifest.parse(Golden.bytes("manifest-first.json"));
    }

    private String copy(Shape shape, Filter filter) {
        return new String(
                original.derive(new Derivation(shape, FROM, filter), original.data(), original.schemas())
                        .encode(),
                UTF_8);
    }

    @Test
    void aCopysManifestSaysWhatItIsOfAndReadsBack() throws Exception {
        for (Filter filter : List.of(SOME, Filter.NONE)) {
            // When
            String text = copy(Shape.FILTERED, filter);

            // Then
            Manifest parsed = Manifest.parse(text.getBytes(UTF_8));
            assertThat(parsed.derived()).contains(new Derivation(Shape.FILTERED, FROM, filter));
            assertThat(parsed.isOf(Shape.FILTERED)).isTrue();
            assertThat(parsed.isOf(Shape.COMPACT)).isFalse();
            assertThat(parsed.chains()).isEqualTo(original.chains());
        }
        assertThat(copy(Shape.FILTERED, SOME))
                .contains("\"derived\":{\"filter\":{\"from\":\"2026-11-21T03:00:00.000Z\",\"subjects\":[\"user-1\"],"
                        + "\"to\":\"2026-11-21T03:10:00.500Z\",\"types\":[\"login\",\"logout\"]},\"from\":\"" + FROM
                        + "\",\"redactions\":[]}")
                .contains("\"shape\":\"filtered\"");
    }

    @Test
    void aFilteredCopyMayHaveFewerLinesAndNoOtherMay() {
        // Given
        List<Manifest.DataFile> fewer = new ArrayList<>();
        for (Manifest.DataFile file : original.data()) {
            fewer.add(new Manifest.DataFile(file.name(), file.bytes(), file.lines() - 1, file.sha256()));
        }
        List<Manifest.DataFile> more = new ArrayList<>();
        for (Manifest.DataFile file : original.data()) {
            more.add(new Manifest.DataFile(file.name(), file.bytes(), file.lines() + 1, file.sha256()));
        }
        Derivation filtered = new Derivation(Shape.FILTERED, FROM, SOME);
        Derivation compact = new Derivation(Shape.COMPACT, FROM, Filter.NONE);

        // Then
        assertThat(original.derive(filtered, fewer, List.of()).data()).isEqualTo(fewer);
        assertThat(original.derive(filtered, List.of(), List.of()).data()).isEmpty();
        assertThatThrownBy(() -> original.derive(filtered, more, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> original.derive(compact, fewer, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "\"shape\":\"filtered\"|\"shape\":\"canonical\"|unknown member 'derived'",
                "\"shape\":\"filtered\"|\"shape\":\"compact\"|a filter on a copy of shape compact",
                "\"shape\":\"filtered\"|\"shape\":\"redacted\"|shape",
                "\"shape\":\"filtered\"|\"shape\":\"FILTERED\"|shape",
                "\"redactions\":[]|\"redactions\":[\"/payload/card\"]|redactions",
                "\"redactions\":[]|\"redactions\":{}|redactions",
                "\"redactions\":[]}|\"redactions\":[],\"x\":1}|unknown member 'x'",
                "\"types\":[\"login\",\"logout\"]|\"types\":[\"logout\",\"login\"]|ascending",
                "\"types\":[\"login\",\"logout\"]|\"types\":[\"login\",\"login\"]|ascending",
                "\"types\":[\"login\",\"logout\"]|\"types\":[]|canonical form",
                "\"types\":[\"login\",\"logout\"]|\"types\":\"login\"|types",
                "\"types\":|\"kinds\":|unknown member 'kinds'",
                "\"from\":\"2026-11-21T03:00:00.000Z\"|\"from\":\"2026-11-21T03:00:00Z\"|from",
                "\"filter\":{|\"filtre\":{|derived",
                "\"origin\":|\"previous\":\"x\",\"origin\":|manifest",
            })
    void refusesEveryOtherForm(String old, String replacement, String message) {
        // Given
        String text = copy(Shape.FILTERED, SOME);
        int at = text.indexOf(old);
        assertThat(at).as(old).isNotNegative();
        String changed = text.substring(0, at) + replacement + text.substring(at + old.length());

        // When / Then
        assertThatThrownBy(() -> Manifest.parse(changed.getBytes(UTF_8)))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aCopyHasNoPrevious() {
        assertThatThrownBy(() -> new Manifest(
                        original.origin(),
                        original.tenant(),
                        original.window(),
                        original.blind(),
                        original.transactional(),
                        Optional.of(FROM),
                        original.registry(),
                        original.chains(),
                        original.data(),
                        original.schemas(),
                        Optional.of(new Derivation(Shape.COMPACT, FROM, Filter.NONE))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("previous");
    }

    @Test
    void refusesATimeThatNoEntryCanHave() {
        assertThatThrownBy(() -> new Filter(
                        Optional.of(Instant.parse("2026-11-21T03:00:00.0001Z")),
                        Optional.empty(),
                        List.of(),
                        List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void pathsOfLinesHaveOneNameEach() {
        assertThat(BundleLayout.lineProof(3, 17)).isEqualTo("proofs/chain-0003-17.tlog-proof");
        assertThat(BundleLayout.parseLineProof("proofs/chain-0003-17.tlog-proof"))
                .contains(new BundleLayout.LineName(3, 17));
        assertThat(BundleLayout.isPath(BundleLayout.lineProof(9_999, (1L << 53) - 1)))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "proofs/chain-0003-017.tlog-proof",
                "proofs/chain-3-17.tlog-proof",
                "proofs/chain-0003-.tlog-proof",
                "proofs/chain-0003--1.tlog-proof",
                "proofs/chain-0003-17.tlog-proof/x",
                "x/proofs/chain-0003-17.tlog-proof",
                "proofs/chain-0003-99999999999999999.tlog-proof",
                "proofs/registry.json"
            })
    void otherNamesAreNotTheirs(String name) {
        assertThat(BundleLayout.parseLineProof(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{\"entry\":}", "{\"entry\":{\"v\":1}}", "{\"entry\":{\"a\":1,\"v\":1}} ", "[1]"})
    void aCompactLineIsAnEntryInItsBraces(String line) {
        assertThatThrownBy(() -> CompactLine.parse(line.getBytes(UTF_8))).isInstanceOf(BundleException.class);
    }
}

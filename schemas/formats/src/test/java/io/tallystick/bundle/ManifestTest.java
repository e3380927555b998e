// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.tallystick.tree.Hash;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
    @ParameterizedTest
    @ValueSource(strings = {"manifest.json", "manifest-first.json"})
    void goldenManifestsDecodeAndEncodeToTheSameBytes(String name) throws BundleException {
        // When
        Manifest manifest = Manifest.parse(Golden.bytes(name));

        // Then
        assertThat(manifest.encode()).isEqualTo(Golden.bytes(name));
        assertThat(manifest.tenant()).isEqualTo("acme");
        assertThat(manifest.chains()).hasSize(2);
    }

    @Test
    void membersSayWhatTheyAreCalled() throws BundleException {
        // When
        Manifest manifest = Manifest.parse(Golden.bytes("manifest-first.json"));

        // Then
        Manifest.Chain chain = manifest.chains().get(0);
        assertThat(manifest.window().start()).isEqualTo(Instant.parse("2026-11-21T03:00:00Z"));
        assertThat(manifest.previous()).isEmpty();
        assertThat(chain.counts()).containsEntry("event", 3L).containsEntry("rejected", 2L);
        assertThat(chain.reasons()).containsOnlyKeys("not-json", "null-value");
        assertThat(chain.source()).isEqualTo(new Manifest.SourceSpan(0, 5));
        assertThat(chain.sourceEnd()).hasValue(9);
        assertThat(manifest.filesOf(chain)).singleElement().satisfies(file -> assertThat(file.lines())
                .isEqualTo(6));
    }

    @Test
    void filesOfEachOfTenThousandChainsAreFoundWithoutAScan() throws BundleException {
        // Given: every other chain is idle, the others have two files
        Manifest small = Manifest.parse(Golden.bytes("manifest-first.json"));
        List<Manifest.Chain> chains = new ArrayList<>();
        List<Manifest.DataFile> data = new ArrayList<>();
        for (int partition = 0; partition < BundleLayout.CHAINS_MAX; partition++) {
            boolean idle = partition % 2 == 1;
            chains.add(chain(partition, idle));
            for (int number = 0; number < 2 && !idle; number++) {
                data.add(new Manifest.DataFile(BundleLayout.dataFile(partition, number), 100, 1, Hash.ZERO));
            }
        }
        Manifest manifest = new Manifest(
                small.origin(),
                small.tenant(),
                small.window(),
                small.blind(),
                false,
                Optional.empty(),
                small.registry(),
                chains,
                data,
                List.of());

        // When, Then: a scan of 10,000 files for each of 10,000 chains would be 10^8 names
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            for (int again = 0; again < 20; again++) {
                for (Manifest.Chain chain : chains) {
                    int first = chain.partition() / 2 * 2;
                    assertEquals(chain.isIdle() ? List.of() : data.subList(first, first + 2), manifest.filesOf(chain));
                }
            }
        });
    }

    private static Manifest.Chain chain(int partition, boolean idle) {
        return new Manifest.Chain(
                partition,
                idle ? 2 : 0,
                2,
                Hash.ZERO,
                idle ? List.of(Hash.ZERO) : List.of(),
                Hash.ZERO,
                Hash.ZERO,
                new Manifest.SourceSpan(idle ? 1 : 0, 1),
                OptionalLong.empty(),
                Optional.empty(),
                idle ? new TreeMap<>() : new TreeMap<>(Map.of("genesis", 1L, "event", 1L)),
                new TreeMap<>(),
                0);
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "\"format\":\"tallystick/bundle/v1\"|\"format\":\"tallystick/bundle/v2\"|format",
                "\"shape\":\"canonical\"|\"shape\":\"redacted\"|shape",
                "\"shape\":\"canonical\",||shape",
                "\"transactional\":false|\"transactional\":0|transactional",
                "\"transactional\":false|\"transactional\":false,\"x\":1|unknown member 'x'",
                "\"tenant\":\"acme\"|\"tenant\":\"Acme\"|tenant",
                "\"tenant\":\"acme\"|\"tenant\":\"../acme\"|tenant",
                "\"origin\":\"ledger.example.com\"|\"origin\":\"ledger example\"|origin",
                "\"origin\":\"ledger.example.com\"|\"origin\":\"ledger+example\"|origin",
                "{\"blind\":\"|{\"blind\":\"A|blind",
                "\"partition\":0,|\"partition\":3,|chains are not ascending",
                "\"partition\":3,|\"partition\":10000,|partition",
                "\"size\":6|\"size\":7|counts",
                "\"size\":6|\"size\":6.0|size",
                "\"size\":6|\"size\":6e0|size",
                "\"size\":6|\"size\":-6|size",
                "\"size\":6|\"size\":9007199254740992|size",
                "\"size\":6|\"size\":\"6\"|size",
                "\"size\":6|\"size\":null|size",
                "\"firstSeq\":0|\"firstSeq\":1|frontier",
                "\"genesis\":1,\"rejected\":2|\"genesis\":2,\"rejected\":1|genesis",
                "\"event\":3|\"event\":0|count",
                "\"event\":3|\"evenu\":3|unknown kind",
                "\"not-json\":1,|'' |reasons",
                "\"asOf\":\"2026-11-21T03:00:00.000Z\",|'' |sourceEnd and asOf",
                "2026-11-21T03:15:00.000Z|2026-11-21T03:15:00Z|window",
                "2026-11-21T03:15:00.000Z|2026-11-21T03:07:00.000Z|not a window",
                "2026-11-21T03:15:00.000Z|2026-11-21T03:15:00.001Z|not a window",
                "\"lines\":6|\"lines\":5|5 lines for 6 entries",
                "\"lines\":6|\"lines\":0|lines",
                "chain-0000-00000.ndjson|chain-0000-00001.ndjson|hole before",
                "chain-0000-00000.ndjson|chain-0001-00000.ndjson|lines for 6 entries",
                "chain-0000-00000.ndjson|chain-0004-00000.ndjson|ascending",
                "chain-0000-00000.ndjson|../0000-00000.ndjson|not a data file",
                "\"previousSize\":0|\"previousSize\":4|registry",
                "\"schemas\":[]|\"schemas\":[\"00\"]|schemas",
                "\"chains\":[|\"chains\":[7,|chains",
            })
    void changedManifestIsRefused(String old, String replacement, String message) {
        // Given
        byte[] changed =
                Golden.changed(Golden.text("manifest-first.json"), old, replacement == null ? "" : replacement.strip());

        // When, Then
        assertThatThrownBy(() -> Manifest.parse(changed))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining(message);
    }

    @Test
    void otherSpellingsOfTheSameManifestAreRefused() {
        // Given
        String text = Golden.text("manifest-first.json");
        String origin = "\"origin\":\"ledger.example.com\"";
        for (byte[] other : new byte[][] {
            Golden.utf8(" " + text),
            Golden.utf8(text + "\n"),
            Golden.utf8("\ufeff" + text),
            Golden.changed(text, "{\"blind\"", "{ \"blind\""),
            Golden.changed(text, origin, "\"origin\":\"ledger\\u002eexample.com\""),
            Golden.changed(text, origin + ",", "")
        }) {
            // When, Then
            assertThatThrownBy(() -> Manifest.parse(other)).isInstanceOf(BundleException.class);
        }
    }

    @Test
    void manifestWithoutAnyOneMemberIsRefused() {
        // Given
        String text = Golden.text("manifest.json");
        for (String member : new String[] {"blind", "chains", "data", "format", "origin", "registry", "tenant"}) {
            byte[] without = Golden.changed(text, "\"" + member + "\":", "\"zz" + member + "\":");

            // When, Then
            assertThatThrownBy(() -> Manifest.parse(without)).as(member).isInstanceOf(BundleException.class);
        }
    }

    @Test
    void everyTruncationIsRefused() {
        // Given
        byte[] whole = Golden.bytes("manifest.json");

        // When, Then
        for (int length = 0; length < whole.length; length += 7) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> Manifest.parse(cut)).isInstanceOf(BundleException.class);
        }
    }

    @Test
    void manifestOverTheLimitIsRefusedBeforeItIsParsed() {
        // Given
        byte[] huge = new byte[BundleLayout.MANIFEST_BYTES_MAX + 1];

        // When, Then
        assertThatThrownBy(() -> Manifest.parse(huge)).hasMessageContaining("the limit is 67108864");
    }

    @Test
    void windowMustDivideTheDayAndLieOnItsGrid() {
        Instant start = Instant.parse("2026-11-21T03:15:00Z");
        assertThat(new Manifest.Window(start, start.plusSeconds(900)).start()).isEqualTo(start);
        assertThatThrownBy(() -> new Manifest.Window(start, start)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Manifest.Window(start, start.minusSeconds(900)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Manifest.Window(start.plusSeconds(10), start.plusSeconds(910)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Manifest.Window(start, start.plusSeconds(7)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

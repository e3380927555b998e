// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.entry.Bytes;
import io.tallystick.entry.Commitments;
import io.tallystick.entry.Kind;
import io.tallystick.entry.Salt;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BundleLineTest {
    private static final List<String> LINES = Golden.lines("lines.ndjson");
    /** An event with context and JSON payload. */
    private static final String EVENT = LINES.get(1);

    private static BundleLine parse(String line) throws BundleException {
        return BundleLine.parse(Golden.utf8(line));
    }

    @Test
    void goldenLinesOfEveryKindDecodeAndEncodeToTheSameBytes() throws BundleException {
        EnumSet<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (String text : LINES) {
            // When
            BundleLine line = parse(text);

            // Then
            assertThat(line.encode()).isEqualTo(Golden.utf8(text));
            kinds.add(line.entry().kind());
        }
        assertThat(kinds).isEqualTo(EnumSet.allOf(Kind.class));
    }

    @Test
    void whatALineCarriesOpensTheCommitmentsOfItsEntry() throws BundleException {
        for (String text : LINES) {
            // When
            BundleLine line = parse(text);

            // Then
            line.payload().ifPresent(opening -> opening.bytes().ifPresent(bytes -> assertThat(
                            Commitments.payload(opening.salt(), bytes.toByteArray()))
                    .isEqualTo(BundleLine.payloadOf(line.entry()).orElseThrow().commit())));
            line.context().ifPresent(opening -> assertThat(Commitments.context(
                            opening.salt(), opening.bytes().orElseThrow().toByteArray()))
                    .isEqualTo(BundleLine.contextOf(line.entry()).orElseThrow().commit()));
        }
    }

    @Test
    void lineFromItsPartsIsTheGoldenLine() throws BundleException {
        for (String text : LINES) {
            // Given
            BundleLine golden = parse(text);

            // When
            BundleLine made = BundleLine.of(golden.entryBytes(), golden.context(), golden.payload());

            // Then
            assertThat(made.encode()).isEqualTo(Golden.utf8(text));
        }
    }

    @Test
    void payloadOfAValueThatWasTooLargeIsLeftOutAndItsSaltKept() throws BundleException {
        // Given
        BundleLine golden = parse(LINES.get(LINES.size() - 1));
        Salt salt = golden.payload().orElseThrow().salt();

        // When
        BundleLine made = BundleLine.of(
                golden.entryBytes(),
                Optional.empty(),
                Optional.of(new BundleLine.Opening(Optional.of(Bytes.of(new byte[2_000])), salt)));

        // Then
        assertThat(made.encode()).isEqualTo(golden.encode());
        assertThat(new String(made.encode(), StandardCharsets.UTF_8))
                .doesNotContain("payload64")
                .endsWith(",\"salt\":\"" + salt + "\"}");
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "{\"entry\":|{\"Entry\":",
                "{\"entry\":|{ \"entry\":",
                ",\"v\":1}|,\"v\":2}",
                ",\"v\":1}|,\"u\":0,\"v\":1}",
                ",\"kind\":\"event\"|,\"kind\":\"Event\"",
                ",\"context\":|,\"context64\":",
                "\"actor\":\"alice\"|\"actor\":\"alice\",\"zz\":1",
                "\"actor\":\"alice\"|\"actor\": \"alice\"",
                "\"actor\":\"alice\"|\"actor\":\"\\u0061lice\"",
                ",\"contextSalt\":\"|,\"contextSalt\":\"A",
                ",\"contextSalt\":|,\"contextsalt\":",
                ",\"payload\":{\"amount|,\"payload64\":{\"amount",
                ",\"payload\":{\"amount|,\"payload\":{\"amount\":1,\"amount",
                ",\"payload\":{\"amount|,\"payload\": {\"amount",
                ",\"payload\":{\"amount|,\"payload\":[{\"amount",
                "\"first\"}|\"first\"},{}",
                "\"first\"}|\"fir\\ud800st\"}",
                "\"first\"}|\"fir\tst\"}",
                "\"first\"}|\"first\",\"$sealed\":1}",
                ",\"salt\":\"|,\"salt\":\"F",
                ",\"salt\":\"|,\"pepper\":\"",
                ",\"salt\":\"|,\"salt\": \"",
            })
    void changedLineIsRefused(String old, String replacement) {
        // Given
        byte[] changed = Golden.changed(EVENT, old, replacement);

        // When, Then
        assertThatThrownBy(() -> BundleLine.parse(changed)).isInstanceOf(BundleException.class);
    }

    @Test
    void bytesBehindTheLineAreRefused() {
        for (String text : LINES) {
            for (String more : new String[] {" ", "\n", "\r", "}", ",", "\0"}) {
                assertThatThrownBy(() -> parse(text + more)).isInstanceOf(BundleException.class);
            }
        }
    }

    @Test
    void everyTruncationIsRefused() {
        for (String text : LINES) {
            byte[] whole = Golden.utf8(text);
            for (int length = 0; length < whole.length; length += 3) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThatThrownBy(() -> BundleLine.parse(cut)).isInstanceOf(BundleException.class);
            }
        }
    }

    @Test
    void lineOverTheLimitIsRefused() {
        // Given
        byte[] huge = Arrays.copyOf(Golden.utf8(EVENT), BundleLayout.LINE_BYTES_MAX + 1);

        // When, Then
        assertThatThrownBy(() -> BundleLine.parse(huge)).hasMessageContaining("the limit is 2097152");
    }

    @Test
    void partsThatDoNotFitTheEntryAreRefused() throws BundleException {
        // Given
        BundleLine event = parse(EVENT);
        BundleLine genesis = parse(LINES.get(0));
        Bytes entry = event.entryBytes();

        // When, Then
        assertThatThrownBy(() -> BundleLine.of(entry, Optional.empty(), event.payload()))
                .isInstanceOf(BundleException.class);
        assertThatThrownBy(() -> BundleLine.of(entry, event.context(), Optional.empty()))
                .isInstanceOf(BundleException.class);
        assertThatThrownBy(() -> BundleLine.of(genesis.entryBytes(), Optional.empty(), event.payload()))
                .isInstanceOf(BundleException.class);
        assertThatThrownBy(() -> BundleLine.of(entry, event.context(), withBytes(event, "{ }")))
                .hasMessageContaining("whitespace");
        assertThatThrownBy(() -> BundleLine.of(entry, event.context(), withBytes(event, "{")))
                .hasMessageContaining("payload");
        assertThatThrownBy(() -> BundleLine.of(entry, withBytes(event, "{}"), event.payload()))
                .hasMessageContaining("context");
        assertThatThrownBy(() -> BundleLine.of(
                        entry,
                        event.context(),
                        Optional.of(new BundleLine.Opening(
                                Optional.empty(), event.payload().orElseThrow().salt()))))
                .hasMessageContaining("salt without the bytes");
    }

    private static Optional<BundleLine.Opening> withBytes(BundleLine line, String text) {
        return Optional.of(new BundleLine.Opening(
                Optional.of(Bytes.utf8(text)), line.payload().orElseThrow().salt()));
    }

    @Test
    void entryCanBeCutFromALineWhoseRestIsBroken() throws BundleException {
        // Given
        String broken = EVENT.substring(0, EVENT.length() - 40);

        // When
        byte[] entry = BundleLine.cutEntry(Golden.utf8(broken));

        // Then
        assertThat(entry).isEqualTo(parse(EVENT).entryBytes().toByteArray());
        assertThatThrownBy(() -> BundleLine.cutEntry(Golden.utf8("{\"entry\":{}}")))
                .isInstanceOf(BundleException.class);
    }
}

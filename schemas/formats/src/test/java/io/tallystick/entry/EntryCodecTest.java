// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.fixtures.SampleEntries;
import io.tallystick.fixtures.TestSeed;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonParser;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EntryCodecTest {
    static List<String> files() {
        return GoldenEntries.files();
    }

    @Test
    void goldenEntriesHaveTheirBytesAndLeafHashes() {
        // Given
        Map<String, Hash> golden = GoldenEntries.leafHashes();
        List<Entry> entries = GoldenEntries.entries();

        // When
        List<byte[]> encoded = entries.stream().map(EntryCodec::encode).toList();

        // Then
        assertThat(encoded).hasSameSizeAs(golden.keySet());
        int seq = 0;
        for (Map.Entry<String, Hash> file : golden.entrySet()) {
            byte[] bytes = encoded.get(seq++);
            assertThat(bytes).asString(UTF_8).isEqualTo(new String(GoldenEntries.bytes(file.getKey()), UTF_8));
            assertThat(Rfc6962.leafHash(bytes)).as(file.getKey()).isEqualTo(file.getValue());
        }
    }

    @Test
    void goldenEntriesAreReadAsWhatTheySay() throws Exception {
        // Given
        List<Entry> expected = GoldenEntries.entries();

        // When
        List<Entry> decoded = new ArrayList<>();
        for (String file : files()) {
            decoded.add(EntryCodec.decode(GoldenEntries.bytes(file)));
        }

        // Then
        assertThat(decoded).isEqualTo(expected);
        assertThat(decoded.stream().map(Entry::kind).collect(Collectors.toSet()))
                .isEqualTo(EnumSet.allOf(Kind.class));
    }

    @ParameterizedTest
    @MethodSource("files")
    void anEntryIsItsOwnCanonicalForm(String file) throws Exception {
        // Given
        byte[] golden = GoldenEntries.bytes(file);

        // When
        byte[] canonical = Jcs.encode(JsonParser.parse(golden, 3));

        // Then
        assertThat(canonical).isEqualTo(golden);
        String text = new String(golden, UTF_8);
        assertThat(text.indexOf(",\"v\":1}")).isEqualTo(text.length() - ",\"v\":1}".length());
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyPrefixOfAnEntryIsRefused(String file) {
        // Given
        byte[] golden = GoldenEntries.bytes(file);

        for (int length = 0; length < golden.length; length++) {
            // When, Then
            byte[] prefix = Arrays.copyOf(golden, length);
            assertThatThrownBy(() -> EntryCodec.decode(prefix)).isInstanceOf(EntryException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void aDamagedEntryIsRefusedOrIsAnotherEntryInItsOneForm(String file) {
        // Given
        Random random = TestSeed.random("damaged " + file);
        byte[] golden = GoldenEntries.bytes(file);
        int accepted = 0;

        for (int i = 0; i < 3_000; i++) {
            byte[] damaged = damage(random, golden);

            // When
            Entry entry;
            try {
                entry = EntryCodec.decode(damaged);
            } catch (EntryException refused) {
                assertThat(refused).hasMessageContaining("entry");
                continue;
            }

            // Then
            accepted++;
            assertThat(EntryCodec.encode(entry)).isEqualTo(damaged);
        }
        assertThat(accepted).isLessThan(3_000);
    }

    @Test
    void theLargestEntryTheLimitsAllowFits() throws Exception {
        // Given
        long most = (1L << 53) - 1;
        Hash hash = Hash.sha256();
        Event event = new Event(
                new SourceRange(most - 1, most, Optional.of(LedgerTime.MAX)),
                "\"".repeat(256),
                "€".repeat(85),
                Optional.of("t".repeat(64)),
                Optional.of("\\".repeat(256)),
                new PayloadRef(most, hash, PayloadRef.AVRO, Optional.of(new SchemaRef(most, hash))),
                Optional.of(new ContextRef(most, hash)),
                OptionalLong.of(most - 1));
        ChainId chain = new ChainId("a".repeat(63), 9999);

        // When
        byte[] bytes = EntryCodec.encode(new Entry(chain, most, hash, LedgerTime.MAX, event));

        // Then
        assertThat(bytes.length).isLessThan(EntryCodec.BYTES_MAX);
        assertThat(EntryCodec.encode(EntryCodec.decode(bytes))).isEqualTo(bytes);
    }

    @Test
    void moreThanTheLimitIsRefusedUnread() {
        // Given
        byte[] bytes = new byte[EntryCodec.BYTES_MAX + 1];

        // When, Then
        assertThatThrownBy(() -> EntryCodec.decode(bytes))
                .isInstanceOf(EntryException.class)
                .hasMessage("entry of 4097 bytes is larger than 4096");
    }

    @Test
    void everyReasonHasOneCodeThatIsReadBack() throws Exception {
        Set<String> codes = new java.util.HashSet<>();
        for (RejectReason reason : RejectReason.values()) {
            // Given
            var builder = SampleEntries.rejected().reason(reason);
            if (reason == RejectReason.NULL_VALUE) {
                builder.payload(Optional.empty());
            }
            if (reason.isOfSequencer()) {
                builder.id("i").type("t");
            }
            if (reason.namesEarlierEntry()) {
                builder.duplicateOf(1);
            }
            Entry entry = SampleEntries.entry(2, Hash.sha256(), builder.build());

            // When
            Entry decoded = EntryCodec.decode(EntryCodec.encode(entry));

            // Then
            assertThat(decoded).isEqualTo(entry);
            assertThat(codes.add(reason.code())).isTrue();
            assertThat(RejectReason.ofCode(reason.code())).isEqualTo(reason);
        }
    }

    @Test
    void randomEventsComeBackAsTheyWere() throws Exception {
        // Given
        Random random = TestSeed.random("random events");
        for (int i = 0; i < 5_000; i++) {
            Event event = SampleEntries.event()
                    .source(random.nextInt(1000), 1000L + random.nextInt(1000))
                    .id(text(random, 100))
                    .type(text(random, 50))
                    .producer(text(random, 100))
                    .time(text(random, 12))
                    .build();
            Instant recorded = Instant.ofEpochMilli((long) (random.nextDouble() * 253_402_300_799_999L));
            Entry entry = new Entry(SampleEntries.CHAIN, 1 + random.nextInt(1000), Hash.sha256(), recorded, event);

            // When
            byte[] bytes = EntryCodec.encode(entry);

            // Then
            assertThat(EntryCodec.decode(bytes)).isEqualTo(entry);
            assertThat(Jcs.encode(JsonParser.parse(bytes, 3))).isEqualTo(bytes);
        }
    }

    private static byte[] damage(Random random, byte[] golden) {
        int at = random.nextInt(golden.length);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(golden, 0, at);
        switch (random.nextInt(4)) {
            case 0 -> out.write(golden[at] ^ 1 << random.nextInt(8));
            case 1 -> out.write(golden[random.nextInt(golden.length)]);
            case 2 -> {
                out.write(golden[random.nextInt(golden.length)]);
                out.write(golden[at]);
            }
            default -> {}
        }
        out.write(golden, at + 1, golden.length - at - 1);
        byte[] damaged = out.toByteArray();
        return Arrays.equals(damaged, golden) ? damage(random, golden) : damaged;
    }

    private static String text(Random random, int most) {
        String alphabet = "ab\"\\/ é€😀{}:,$";
        return random.ints(random.nextInt(most), 0, alphabet.codePointCount(0, alphabet.length()))
                .map(i -> alphabet.codePointAt(alphabet.offsetByCodePoints(0, i)))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}

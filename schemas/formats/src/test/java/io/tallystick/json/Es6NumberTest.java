// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.fixtures.TestSeed;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class Es6NumberTest {
    private static final int MOST_LINES = 1_000_000;

    static List<String> appendixB() throws IOException {
        return lines("rfc8785/appendix_b.csv").stream().skip(1).toList();
    }

    @ParameterizedTest
    @MethodSource("appendixB")
    void theNumbersOfAppendixBPrintAsPublished(String line) {
        // Given
        String[] columns = line.split(",", -1);
        double value = Double.longBitsToDouble(Long.parseUnsignedLong(columns[0], 16));

        // When
        String text = Es6Number.format(value);

        // Then
        assertThat(text).isEqualTo(columns[1]);
    }

    @Test
    void theFirstTenThousandNumbersPrintAsPublished() throws Exception {
        for (String line : lines("numbers/es6testfile-first10k.txt")) {
            // Given
            String[] columns = line.split(",", -1);

            // When
            String text = Es6Number.format(bits(columns[0]));

            // Then
            assertThat(text).as(columns[0]).isEqualTo(columns[1]);
        }
    }

    @Test
    void theFirstMillionNumbersHaveThePublishedDigests() throws Exception {
        // Given
        List<String> published =
                lines("numbers/published-sha256.tsv").stream().skip(1).toList();
        Iterator<Long> sequence = sequence().iterator();
        MessageDigest digest = Hash.newDigest();
        int line = 0;

        for (String row : published) {
            String[] columns = row.split("\t", -1);
            if (Long.parseLong(columns[1]) > MOST_LINES) {
                break;
            }

            // When
            for (; line < Integer.parseInt(columns[1]); line++) {
                long bits = sequence.next();
                String text = Es6Number.format(Double.longBitsToDouble(bits));
                digest.update((Long.toHexString(bits) + "," + text + "\n").getBytes(UTF_8));
            }

            // Then
            byte[] soFar = ((MessageDigest) digest.clone()).digest();
            assertThat(HexFormat.of().formatHex(soFar)).as(columns[1]).isEqualTo(columns[0]);
        }
        assertThat(line).isEqualTo(MOST_LINES);
    }

    @Test
    void whatIsPrintedReadsBackAndIsNeverLongerThanTheJdksText() {
        // Given
        Random random = TestSeed.random("doubles");

        for (int i = 0; i < 200_000; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            if (!Double.isFinite(value)) {
                continue;
            }

            // When
            String text = Es6Number.format(value);

            // Then
            assertThat(Double.parseDouble(text)).isEqualTo(value);
            assertThat(digits(text)).isLessThanOrEqualTo(digits(Double.toString(value)));
        }
    }

    @Test
    void numbersAroundPowersOfTwoAndTenReadBack() {
        for (int exponent = -1074; exponent < 1024; exponent++) {
            for (double value : around(Math.scalb(1.0, exponent))) {
                assertThat(Double.parseDouble(Es6Number.format(value))).isEqualTo(value);
            }
        }
        for (int exponent = -323; exponent <= 308; exponent++) {
            double power = Double.parseDouble("1e" + exponent);
            assertThat(new BigDecimal(Es6Number.format(power))).isEqualByComparingTo(new BigDecimal("1e" + exponent));
            for (double value : around(power)) {
                assertThat(Double.parseDouble(Es6Number.format(value))).isEqualTo(value);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void whatIsNoJsonNumberIsRefused(double value) {
        assertThatThrownBy(() -> Es6Number.format(value)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> JsonNumber.of(value)).isInstanceOf(IllegalArgumentException.class);
    }

    private static double[] around(double value) {
        return new double[] {Math.nextDown(value), value, Math.nextUp(value)};
    }

    private static int digits(String text) {
        return new BigDecimal(text).abs().stripTrailingZeros().precision();
    }

    /** The published sequence: fixed values, 2,000 consecutive ones, then a chain of SHA-256 over 32 zero bytes. */
    private static Iterable<Long> sequence() throws IOException {
        LongStream start = lines("numbers/es6testfile-first10k.txt").stream()
                .limit(168)
                .mapToLong(line -> Double.doubleToRawLongBits(bits(line.split(",", -1)[0])));
        LongStream serial = LongStream.range(0, 2_000).map(i -> 0x0010000000000000L + i);
        LongStream chained = java.util.stream.Stream.iterate(
                        Hash.sha256(new byte[32]), block -> Hash.sha256(block.bytes()))
                .flatMapToLong(Es6NumberTest::words)
                .filter(word -> Double.isFinite(Double.longBitsToDouble(word)) && word << 1 != 0);
        LongStream all = LongStream.concat(LongStream.concat(start, serial), chained);
        return all::iterator;
    }

    private static LongStream words(Hash block) {
        ByteBuffer bytes = ByteBuffer.wrap(block.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        return LongStream.of(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    private static double bits(String hex) {
        return Double.longBitsToDouble(Long.parseUnsignedLong(hex, 16));
    }

    private static List<String> lines(String name) throws IOException {
        try (InputStream in = Es6NumberTest.class.getResourceAsStream("/vectors/jcs/" + name)) {
            return new String(in.readAllBytes(), UTF_8).lines().toList();
        }
    }
}

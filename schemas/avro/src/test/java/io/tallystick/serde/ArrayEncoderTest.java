// SPDX-License-Identifier: Apache-2.0
package io.tallystick.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.Encoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.Utf8;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Avro's own encoder says what is right. */
class ArrayEncoderTest {
    private static final int OPERATIONS = 200;
    private static final int LENGTH_MAX = 3000;

    private final ArrayEncoder encoder = new ArrayEncoder();

    @FunctionalInterface
    private interface Written {
        void by(Encoder encoder) throws IOException;
    }

    private static byte[] expected(Written written) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder avro = EncoderFactory.get().binaryEncoder(out, null);
        written.by(avro);
        avro.flush();
        return out.toByteArray();
    }

    private static void writeAnything(Encoder out, long seed) throws IOException {
        Random random = new Random(seed);
        for (int i = 0; i < OPERATIONS; i++) {
            byte[] bytes = new byte[random.nextInt(LENGTH_MAX)];
            random.nextBytes(bytes);
            switch (random.nextInt(14)) {
                case 0 -> out.writeBoolean(random.nextBoolean());
                case 1 -> out.writeInt(random.nextInt() >> random.nextInt(32));
                case 2 -> out.writeLong(random.nextLong() >> random.nextInt(64));
                case 3 -> out.writeFloat(random.nextFloat());
                case 4 -> out.writeDouble(random.nextGaussian());
                case 5 -> out.writeString(text(random));
                case 6 -> out.writeString(new Utf8(text(random)));
                case 7 -> out.writeBytes(ByteBuffer.wrap(bytes));
                case 8 -> out.writeBytes(ByteBuffer.wrap(bytes).asReadOnlyBuffer());
                case 9 -> out.writeBytes(bytes, bytes.length / 3, bytes.length / 2);
                case 10 -> out.writeFixed(bytes);
                case 11 -> out.writeEnum(random.nextInt(100));
                case 12 -> {
                    out.writeArrayStart();
                    out.setItemCount(1);
                    out.startItem();
                    out.writeNull();
                    out.writeArrayEnd();
                }
                default -> out.writeIndex(random.nextInt(3));
            }
        }
    }

    private static String text(Random random) {
        return random.ints(random.nextInt(400), 0, 0x11000)
                .filter(c -> c < 0xd800 || c > 0xdfff)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void writesWhatAvroWritesRecordAfterRecord(long seed) throws IOException {
        for (long record = seed * 100; record < seed * 100 + 10; record++) {
            long mine = record;
            // When
            encoder.begin();
            writeAnything(encoder, mine);

            // Then
            assertThat(encoder.toBytes()).as("seed %d", mine).isEqualTo(expected(out -> writeAnything(out, mine)));
        }
    }

    @Test
    void sliceIsWrittenFromItsPositionToItsLimitAndStaysAsItIs() throws IOException {
        // Given
        ByteBuffer slice = ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6}, 1, 4).slice();
        slice.position(1);

        // When
        encoder.writeBytes(slice);

        // Then
        assertThat(encoder.toBytes()).containsExactly(6, 3, 4, 5);
        assertThat(slice.position()).isEqualTo(1);
    }

    @Test
    void frameStandsBeforeTheRecord() throws IOException {
        // When
        encoder.writeRaw((byte) 0);
        encoder.writeRawInt(0x01020304);
        encoder.writeInt(-1);

        // Then
        assertThat(encoder.toBytes()).containsExactly(0, 1, 2, 3, 4, 1);
        assertThat(encoder.bytesBuffered()).isEqualTo(6);
    }

    @Test
    void whatWasWrittenBeforeIsForgottenAlsoAfterAFailure() throws IOException {
        // Given
        encoder.writeString("half a record");
        assertThatThrownBy(() -> encoder.writeString((String) null)).isInstanceOf(NullPointerException.class);

        // When
        encoder.begin();
        encoder.writeBoolean(true);

        // Then
        assertThat(encoder.toBytes()).containsExactly(1);
    }

    @Test
    void largeRecordLeavesNoLargeBufferBehind() throws IOException {
        // Given
        encoder.writeBytes(new byte[1024 * 1024], 0, 1024 * 1024);
        byte[] large = encoder.toBytes();

        // When
        encoder.begin();

        // Then
        assertThat(large).hasSize(1024 * 1024 + 4);
        assertThat(encoder.capacity()).isLessThan(64 * 1024);
    }
}

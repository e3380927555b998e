// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.tallystick.fixtures.TestSeed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames of the real compressor pass through unchanged; anything else is refused before it is decompressed. */
class ZstdFramesTest {
    private final Random random = TestSeed.random("zstd frames");

    private static byte[] read(byte[] stored, int step) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (InputStream in = new ZstdFrames(new ByteArrayInputStream(stored))) {
            byte[] buffer = new byte[step];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
            }
        }
        return out.toByteArray();
    }

    private byte[] content(int size) {
        byte[] content = new byte[size];
        for (int i = 0; i < size; i++) {
            content[i] = (byte) (random.nextInt(4) == 0 ? random.nextInt() : 'a');
        }
        return content;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255, 256, 257, 70_000, 131_072, 131_073, 1_000_000})
    void framesOfTheCompressorPassWhateverTheReadSize(int size) throws IOException {
        // Given
        byte[] stored = Zstd.compress(content(size), 1 + random.nextInt(19));

        // When, Then
        for (int step : new int[] {1, 7, 65_536}) {
            assertThat(read(stored, step)).isEqualTo(stored);
        }
    }

    @Test
    void severalFramesAndChecksumsPass() throws IOException {
        // Given
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        for (int i = 0; i < 3; i++) {
            try (ZstdOutputStreamNoFinalizer out = new ZstdOutputStreamNoFinalizer(stored).setChecksum(true)) {
                out.write(content(10_000));
                out.flush();
                out.write(content(100));
            }
        }

        // When
        byte[] passed = read(stored.toByteArray(), 4096);

        // Then
        assertThat(passed).isEqualTo(stored.toByteArray());
    }

    private static byte[] skippable(int bytes) {
        byte[] frame = new byte[8 + bytes];
        frame[0] = 0x50;
        frame[1] = 0x2a;
        frame[2] = 0x4d;
        frame[3] = 0x18;
        frame[4] = (byte) bytes;
        return frame;
    }

    @Test
    void whatAFrameMayBeBesideContentIsRefused() throws IOException {
        // Given
        byte[] stored = Zstd.compress(content(3_000));
        ByteArrayOutputStream before = new ByteArrayOutputStream();
        before.write(skippable(7));
        before.write(stored);
        ByteArrayOutputStream after = new ByteArrayOutputStream();
        after.write(stored);
        after.write(skippable(0));
        ByteArrayOutputStream wide = new ByteArrayOutputStream();
        try (ZstdOutputStreamNoFinalizer out = new ZstdOutputStreamNoFinalizer(wide).setLong(24)) {
            out.write(content(3_000));
        }

        // When, Then
        assertThatThrownBy(() -> read(before.toByteArray(), 512)).hasMessageContaining("skippable");
        assertThatThrownBy(() -> read(after.toByteArray(), 512)).hasMessageContaining("skippable");
        assertThatThrownBy(() -> read(wide.toByteArray(), 512)).hasMessageContaining("windowLog 23");
    }

    @Test
    void moreBytesThanAllowedAreRefused() throws IOException {
        // Given
        byte[] stored = Zstd.compress(content(3_000));

        // When, Then
        try (InputStream in = new ZstdFrames(new ByteArrayInputStream(stored), stored.length)) {
            assertThat(in.readAllBytes()).isEqualTo(stored);
        }
        try (InputStream in = new ZstdFrames(new ByteArrayInputStream(stored), stored.length - 1L)) {
            assertThatThrownBy(in::readAllBytes)
                    .isInstanceOf(ZstdFrames.FrameException.class)
                    .hasMessageContaining("more than " + (stored.length - 1));
        }
    }

    @Test
    void everyTruncationIsRefused() {
        // Given
        byte[] stored = Zstd.compress(content(3_000));

        // When, Then
        for (int length = 0; length < stored.length; length += 1 + length / 40) {
            byte[] cut = Arrays.copyOf(stored, length);
            assertThatThrownBy(() -> read(cut, 512)).isInstanceOf(ZstdFrames.FrameException.class);
        }
    }

    @Test
    void randomBytesAreRefused() {
        for (int i = 0; i < 1_000; i++) {
            // Given
            byte[] garbage = new byte[1 + random.nextInt(64)];
            random.nextBytes(garbage);

            // When, Then
            assertThatThrownBy(() -> read(garbage, 16)).isInstanceOf(ZstdFrames.FrameException.class);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.github.luben.zstd.ZstdInputStream;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a data file ends, with a limit of few bytes in the place of 256 MiB. */
class LineSpoolTest {
    private static final long LIMIT = 100;

    @TempDir
    private Path scratch;

    private static byte[] line(int length) {
        return "x".repeat(length).getBytes(US_ASCII);
    }

    private List<SpooledFile> spool(int... lengths) throws IOException {
        try (LineSpool spool = new LineSpool(scratch, "acme-3", LIMIT, Compressors.of(1))) {
            for (int length : lengths) {
                spool.append(line(length));
            }
            return spool.finish();
        }
    }

    @Test
    void aLineThatFillsAFileToTheLastByteStillGoesIn() throws IOException {
        // When: 50 and 50 bytes with their LFs
        List<SpooledFile> files = spool(49, 49);

        // Then
        assertThat(files).singleElement().satisfies(file -> {
            assertThat(file.bytes()).isEqualTo(LIMIT);
            assertThat(file.lines()).isEqualTo(2);
        });
    }

    @Test
    void aLineThatWouldPassTheLimitByOneByteBeginsANewFile() throws IOException {
        // When
        List<SpooledFile> files = spool(49, 50);

        // Then
        assertThat(files).extracting(SpooledFile::number).containsExactly(0, 1);
        assertThat(files).extracting(SpooledFile::bytes).containsExactly(50L, 51L);
    }

    @Test
    void aLineAsLongAsAFileHasOneForItself() throws IOException {
        // When
        List<SpooledFile> files = spool(10, 99, 10);

        // Then
        assertThat(files).extracting(SpooledFile::bytes).containsExactly(11L, LIMIT, 11L);
    }

    @Test
    void refusesALineThatFitsInNoFile() throws IOException {
        try (LineSpool spool = new LineSpool(scratch, "acme-3", LIMIT, Compressors.of(1))) {
            spool.append(line(10));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> spool.append(line(100)))
                    .withMessageContaining("101 bytes");
        }
    }

    @Test
    void noLinesMakeNoFile() throws IOException {
        assertThat(spool()).isEmpty();
    }

    @Test
    void everyFileHoldsWhatItSaysAndNothingStaysBehind() throws IOException {
        // Given
        Random random = new Random(7);
        List<byte[]> lines = new ArrayList<>();
        try (LineSpool spool = new LineSpool(scratch, "acme-3", LIMIT, Compressors.of(1))) {
            for (int i = 0; i < 300; i++) {
                lines.add(line(random.nextInt(100)));
                spool.append(lines.get(i));
            }

            // When
            List<SpooledFile> files = spool.finish();

            // Then
            int at = 0;
            for (SpooledFile file : files) {
                byte[] content = plain(file);
                assertThat(Hash.sha256(content)).isEqualTo(file.sha256());
                assertThat(file.bytes()).isEqualTo(content.length).isLessThanOrEqualTo(LIMIT);
                long length = 0;
                for (int i = 0; i < file.lines(); i++) {
                    length += lines.get(at++).length + 1L;
                }
                assertThat(length).as("no line is cut").isEqualTo(content.length);
                boolean more = at < lines.size();
                assertThat(!more || content.length + lines.get(at).length + 1 > LIMIT)
                        .as("a file ends only where the next line does not fit")
                        .isTrue();
            }
            assertThat(at).isEqualTo(lines.size());
        }
        try (Stream<Path> left = Files.list(scratch)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aLongLineHoldsNoMemoryAfterItWasTaken() throws IOException {
        // Given: around the size of the buffer, far above it, and short ones between
        int[] lengths = {100, 32_767, 1, 32_768, 2_000_000, 5, 32_766, 40_000, 32_769, 0, 1_500_000, 20_000, 20_000};
        StringBuilder whole = new StringBuilder();
        try (LineSpool spool = new LineSpool(scratch, "acme-3", 1 << 28, Compressors.of(1))) {
            for (int length : lengths) {
                // When
                spool.append(line(length));
                whole.append("x".repeat(length)).append('\n');

                // Then
                assertThat(spool.memory())
                        .as("after a line of %d bytes", length)
                        .isLessThanOrEqualTo(32 * 1024);
            }
            List<SpooledFile> files = spool.finish();
            assertThat(files).singleElement().satisfies(file -> {
                assertThat(plain(file)).isEqualTo(whole.toString().getBytes(US_ASCII));
                assertThat(file.sha256()).isEqualTo(Hash.sha256(plain(file)));
                assertThat(file.lines()).isEqualTo(lengths.length);
            });
        }
    }

    @Test
    void whatAFileEndsWithDoesNotComeIntoTheNext() throws IOException {
        // Given: a long line that does not fit behind what is buffered
        try (LineSpool spool = new LineSpool(scratch, "acme-3", 50_000, Compressors.of(1))) {
            spool.append(line(20_000));
            spool.append(line(40_000));
            spool.append(line(9_000));

            // When
            List<SpooledFile> files = spool.finish();

            // Then
            assertThat(files).extracting(SpooledFile::bytes).containsExactly(20_001L, 49_002L);
            for (SpooledFile file : files) {
                assertThat(Hash.sha256(plain(file))).isEqualTo(file.sha256());
            }
        }
    }

    @Test
    void aFrameIsTheSameWhetherItsLinesWereCompressedAtOnceOrAtTheEnd() throws IOException {
        // Given: lines for three files that are longer than what is kept before a compressor is taken, and for a short
        // one
        Random random = new Random(3);
        List<byte[]> lines = new ArrayList<>();
        for (int i = 0; i < 12_000; i++) {
            lines.add(Long.toString(random.nextLong(), 36)
                    .repeat(random.nextInt(100))
                    .getBytes(US_ASCII));
        }

        // When
        List<SpooledFile> atOnce = spool("once", lines, Compressors.of(1));
        List<SpooledFile> atTheEnd = spool("end", lines, Compressors.of(0));

        // Then
        assertThat(atOnce).hasSize(4);
        assertThat(atTheEnd)
                .usingRecursiveFieldByFieldElementComparatorOnFields("number", "lines", "bytes", "sha256")
                .isEqualTo(atOnce);
        for (int file = 0; file < atOnce.size(); file++) {
            assertThat(atOnce.get(file).compressed().sha256())
                    .isEqualTo(atTheEnd.get(file).compressed().sha256());
        }
    }

    private List<SpooledFile> spool(String name, List<byte[]> lines, Compressors compressors) throws IOException {
        try (LineSpool spool = new LineSpool(scratch, name, 2_500_000, compressors)) {
            for (byte[] line : lines) {
                spool.append(line);
            }
            return spool.finish();
        }
    }

    @Test
    void chainsShareTheCompressorsThereAre() throws IOException {
        // Given
        Compressors compressors = Compressors.of(1);
        try (LineSpool second = new LineSpool(scratch, "acme-2", 1 << 28, compressors)) {
            try (LineSpool first = new LineSpool(scratch, "acme-1", 1 << 28, compressors)) {
                // When: both are long enough for one
                fill(first, 2 << 20);
                fill(second, 2 << 20);

                // Then
                assertThat(files()).containsExactlyInAnyOrder("acme-1-0.ndjson.zst", "acme-2-0.ndjson");
            }

            // When: the first gave its back, in the middle of its file
            fill(second, 1 << 20);

            // Then
            assertThat(files()).containsExactly("acme-2-0.ndjson.zst");
            second.finish();
            try (LineSpool third = new LineSpool(scratch, "acme-3", 1 << 28, compressors)) {
                fill(third, 2 << 20);
                assertThat(files()).contains("acme-3-0.ndjson.zst");
            }
        }
        assertThat(files()).isEmpty();
    }

    private static void fill(LineSpool spool, int bytes) throws IOException {
        for (int done = 0; done < bytes; done += 1_000) {
            spool.append(line(999));
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(scratch)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static byte[] plain(SpooledFile file) throws IOException {
        try (InputStream in = new ZstdInputStream(file.compressed().open())) {
            return in.readAllBytes();
        }
    }
}

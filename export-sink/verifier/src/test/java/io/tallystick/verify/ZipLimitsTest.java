// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.bundle.BundleLayout;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the writer of an archive refuses is what its reader refuses. */
class ZipLimitsTest {
    private static final int FILES = 3;
    private static final int DIRECTORY = FILES * (46 + 28 + 1);
    private static final int BYTES = 30;
    private static final ZipLimits EXACT = new ZipLimits(FILES, DIRECTORY, BYTES);

    @TempDir
    private Path temp;

    private Path folder;
    private List<String> names;

    @BeforeEach
    void writeFiles() throws IOException {
        folder = Files.createDirectory(temp.resolve("f"));
        for (String name : List.of("a", "b", "c")) {
            Files.writeString(folder.resolve(name), "0123456789");
        }
        names = DeterministicZip.names(folder);
    }

    private static List<ZipDirectory.Entry> read(Path zip, ZipLimits limits) throws IOException, ZipFault {
        try (FileChannel file = FileChannel.open(zip, StandardOpenOption.READ)) {
            return ZipDirectory.read(file, limits);
        }
    }

    @Test
    void whatJustFitsIsWrittenAndRead() throws Exception {
        // Given
        Path zip = temp.resolve("a.zip");

        // When
        EXACT.requireFit(folder, names);
        DeterministicZip.write(folder, zip);

        // Then
        assertThat(read(zip, EXACT)).hasSize(FILES);
    }

    @Test
    void whatIsOverALimitIsRefusedByBoth() throws Exception {
        // Given
        Path zip = temp.resolve("a.zip");
        DeterministicZip.write(folder, zip);
        ZipLimits files = new ZipLimits(FILES - 1, DIRECTORY, BYTES);
        ZipLimits content = new ZipLimits(FILES, DIRECTORY, BYTES - 1);
        ZipLimits directory = new ZipLimits(FILES, FILES * 47 - 1, BYTES);

        // Then
        for (ZipLimits limits : List.of(files, content, directory)) {
            assertThatExceptionOfType(EvidenceTooLargeException.class)
                    .isThrownBy(() -> limits.requireFit(folder, names))
                    .withMessageContaining("more than its reader takes");
            assertThatExceptionOfType(ZipFault.class).isThrownBy(() -> read(zip, limits));
        }
    }

    @Test
    void theWriterNeverCountsLessOfTheDirectoryThanThereIs() {
        // Then: entries beyond 4 GiB have a wider offset
        assertThatExceptionOfType(EvidenceTooLargeException.class)
                .isThrownBy(() -> new ZipLimits(FILES, DIRECTORY - 1, BYTES).requireFit(folder, names));
        assertThatCode(() -> EXACT.requireFit(folder, names)).doesNotThrowAnyException();
    }

    @Test
    void yearsOfATenantThatDoesNothingFit() {
        // Given: a bundle, and the registry's leaves and checkpoint, every 15 minutes
        int filesOfAWindow = 9;
        long windows = Duration.ofDays(2 * 366).dividedBy(Duration.ofMinutes(15));
        String path = BundleLayout.bundleDir("acme", Instant.parse("2026-11-21T03:15:00Z")) + "/"
                + BundleLayout.REGISTRY_PROOFS;

        // Then
        assertThat(windows * filesOfAWindow).isLessThanOrEqualTo(ZipLimits.READER.entries());
        assertThat((long) ZipLimits.READER.entries() * (46 + 28 + path.length()))
                .isLessThanOrEqualTo(ZipLimits.READER.directoryBytes());
    }

    @Test
    void anArchiveOfAYearIsRead() throws Exception {
        // Given
        int count = 315_000;
        Path zip = temp.resolve("year.zip");
        try (ZipOutputStream out = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(zip)))) {
            out.setMethod(ZipOutputStream.STORED);
            for (int i = 0; i < count; i++) {
                ZipEntry entry = new ZipEntry("v1/" + i);
                entry.setSize(0);
                entry.setCrc(0);
                out.putNextEntry(entry);
            }
        }

        // Then
        assertThat(read(zip, ZipLimits.READER)).hasSize(count);
    }
}

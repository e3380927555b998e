// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a folder as a zip archive whose bytes depend on names and contents alone: sorted, one date for all, and stored,
 * because what deflate gives differs between versions of zlib. What is large in evidence is compressed already.
 */
final class DeterministicZip {
    /** The format has no earlier year than 1980; in its first hours some writers add the time once more. */
    private static final LocalDateTime DATE = LocalDateTime.of(1980, 2, 1, 0, 0);

    private static final int BUFFER = 1 << 16;

    private DeterministicZip() {}

    /** The files below a folder, sorted by name, with {@code /} between segments. */
    static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .map(path -> folder.relativize(path)
                            .toString()
                            .replace(path.getFileSystem().getSeparator(), "/"))
                    .sorted()
                    .toList();
        }
    }

    /** @param out must not exist */
    static void write(Path folder, Path out) throws IOException {
        try (OutputStream file = Files.newOutputStream(out, StandardOpenOption.CREATE_NEW);
                ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(file, BUFFER))) {
            zip.setMethod(ZipOutputStream.STORED);
            for (String name : names(folder)) {
                ZipEntry entry = new ZipEntry(name);
                entry.setTimeLocal(DATE);
                entry.setSize(Files.size(folder.resolve(name)));
                entry.setCrc(crc(folder.resolve(name)));
                zip.putNextEntry(entry);
                Files.copy(folder.resolve(name), zip);
                zip.closeEntry();
            }
        }
    }

    private static long crc(Path file) throws IOException {
        CRC32 crc = new CRC32();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                crc.update(buffer, 0, count);
            }
        }
        return crc.getValue();
    }
}

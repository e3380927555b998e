// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import com.github.luben.zstd.ZstdOutputStream;
import io.tallystick.export.store.Content;
import io.tallystick.tree.Hash;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Collects the lines of one chain and window in local files, so that memory does not grow with the window.
 *
 * <p>Lines are kept as they are and compressed file by file, each as one zstd frame: common readers stop after the first
 * frame without a word, and a compressor kept open for every chain would cost megabytes each. No file stays open between
 * two calls, so a partition may have thousands of chains.
 *
 * <p>Not safe for use by several threads. After an {@link IOException} the spool must be closed and the window begun
 * again.
 */
final class LineSpool implements AutoCloseable {
    /** Level 3 compresses NDJSON about as well as the next ones at twice their speed; its windowLog is 21. */
    private static final int COMPRESSION_LEVEL = 3;

    private static final int BUFFER_BYTES = 32 * 1024;

    private final Path directory;
    private final String name;
    private final long contentBytesMax;
    private final List<SpooledFile> finished = new ArrayList<>();
    private final MessageDigest digest = Hash.newDigest();
    private byte[] buffer = new byte[0];
    private int buffered;
    private long lines;
    private long bytes;

    /**
     * @param directory scratch directory
     * @param name what the files' names begin with; nothing else in the directory may
     * @param contentBytesMax a file begins before the line that would pass this many bytes of content
     */
    LineSpool(Path directory, String name, long contentBytesMax) {
        this.directory = directory;
        this.name = name;
        this.contentBytesMax = contentBytesMax;
    }

    /**
     * Adds a line.
     *
     * @param line without its LF
     * @throws IllegalArgumentException if the line alone passes the limit of a file
     */
    void append(byte[] line) throws IOException {
        long length = line.length + 1L;
        if (length > contentBytesMax) {
            throw new IllegalArgumentException("line of " + length + " bytes in a file of at most " + contentBytesMax);
        }
        if (bytes + length > contentBytesMax) {
            finishFile();
        }
        if (buffered + length > BUFFER_BYTES) {
            flush();
        }
        if (length > BUFFER_BYTES) {
            write(line);
        } else {
            keep(line);
        }
        lines++;
        bytes += length;
    }

    /** A line that would hold more memory than others until the window ends, were it buffered. */
    private void write(byte[] line) throws IOException {
        try (OutputStream file = new BufferedOutputStream(open(), BUFFER_BYTES)) {
            file.write(line);
            file.write('\n');
        }
    }

    private void keep(byte[] line) {
        int length = buffered + line.length + 1;
        if (length > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.min(BUFFER_BYTES, Math.max(length, 2 * buffer.length)));
        }
        System.arraycopy(line, 0, buffer, buffered, line.length);
        buffer[length - 1] = '\n';
        buffered = length;
    }

    /** Bytes of memory that are held for lines; 32 KiB at most, whatever their lengths. */
    int memory() {
        return buffer.length;
    }

    /**
     * Ends the last file.
     *
     * @return all files in order; empty if no line was added
     */
    List<SpooledFile> finish() throws IOException {
        if (lines > 0) {
            finishFile();
        }
        return List.copyOf(finished);
    }

    private Path plainFile() {
        return directory.resolve(name + "-" + finished.size() + ".ndjson");
    }

    private Path compressedFile(int number) {
        return directory.resolve(name + "-" + number + ".ndjson.zst");
    }

    private void flush() throws IOException {
        if (buffered == 0) {
            return;
        }
        try (OutputStream file = open()) {
            file.write(buffer, 0, buffered);
        }
        buffered = 0;
    }

    private OutputStream open() throws IOException {
        return new DigestOutputStream(
                Files.newOutputStream(plainFile(), StandardOpenOption.CREATE, StandardOpenOption.APPEND), digest);
    }

    private void finishFile() throws IOException {
        flush();
        Path plain = plainFile();
        int number = finished.size();
        Content compressed = compress(plain, compressedFile(number));
        finished.add(new SpooledFile(number, lines, bytes, Hash.of(digest.digest()), compressed));
        Files.delete(plain);
        lines = 0;
        bytes = 0;
    }

    private static Content compress(Path plain, Path compressed) throws IOException {
        MessageDigest stored = Hash.newDigest();
        try (OutputStream file = Files.newOutputStream(compressed, StandardOpenOption.CREATE_NEW);
                ZstdOutputStream out = new ZstdOutputStream(new DigestOutputStream(file, stored), COMPRESSION_LEVEL)) {
            out.setChecksum(true);
            copy(plain, out);
        }
        return Content.ofFile(compressed, Files.size(compressed), Hash.of(stored.digest()));
    }

    /** In larger pieces than {@link Files#copy} takes: each costs a call into the library. */
    private static void copy(Path plain, OutputStream out) throws IOException {
        try (InputStream in = Files.newInputStream(plain)) {
            byte[] piece = new byte[BUFFER_BYTES];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                out.write(piece, 0, read);
            }
        }
    }

    /** Removes the files. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(plainFile());
        for (int number = 0; number <= finished.size(); number++) {
            Files.deleteIfExists(compressedFile(number));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Collects the lines of one chain and window in local files, so that memory does not grow with the window.
 *
 * <p>Each file is one zstd frame: common readers stop after the first frame without a word. A compressor kept open for every chain
 * would cost megabytes each, so lines are first kept as they are, and compressed when the file ends. A chain with many lines gets one
 * of the few {@link Compressors}, and its lines go through it at once: they are not written twice. No other file stays open between
 * two calls, so a partition may have thousands of chains.
 *
 * <pre>
 * line --&gt; buffer --&gt; plain file --(1 MiB, and a compressor is free, or the end)--&gt; zstd frame
 *                |--(with a compressor)-----------------------------------------------^
 * </pre>
 *
 * <p>Not safe for use by several threads. After an {@link IOException} the spool must be closed and the window begun
 * again.
 */
final class LineSpool implements AutoCloseable {
    private static final int BUFFER_BYTES = 32 * 1024;
    private static final byte[] NOTHING = {};

    /** A chain with less in a window is not worth a compressor of its own. */
    private static final long PLAIN_BYTES = 1 << 20;

    private final Path directory;
    private final String name;
    private final long contentBytesMax;
    private final Compressors compressors;
    private final List<SpooledFile> finished = new ArrayList<>();
    private final MessageDigest digest = Hash.newDigest();
    private byte[] buffer = NOTHING;
    private int buffered;
    private long lines;
    private long bytes;
    private Optional<CompressedFile> open = Optional.empty();

    /**
     * @param directory scratch directory
     * @param name what the files' names begin with; nothing else in the directory may
     * @param contentBytesMax a file begins before the line that would pass this many bytes of content
     * @param compressors shared with other spools
     */
    LineSpool(Path directory, String name, long contentBytesMax, Compressors compressors) {
        this.directory = directory;
        this.name = name;
        this.contentBytesMax = contentBytesMax;
        this.compressors = compressors;
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
            // In the buffer it would hold more memory than others until the window ends.
            put(line, line.length);
            keep(NOTHING);
        } else {
            keep(line);
        }
        lines++;
        bytes += length;
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
        if (buffered > 0) {
            put(buffer, buffered);
            buffered = 0;
        }
    }

    private void put(byte[] content, int length) throws IOException {
        if (open.isEmpty() && bytes >= PLAIN_BYTES) {
            open = compressors.create(compressedFile(finished.size()));
            if (open.isPresent()) {
                takePlain(open.get());
            }
        }
        digest.update(content, 0, length);
        if (open.isPresent()) {
            open.get().write(content, 0, length);
            return;
        }
        try (OutputStream plain =
                Files.newOutputStream(plainFile(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            plain.write(content, 0, length);
        }
    }

    private void takePlain(CompressedFile file) throws IOException {
        file.writeAll(plainFile());
        Files.delete(plainFile());
    }

    private void finishFile() throws IOException {
        flush();
        int number = finished.size();
        if (open.isEmpty()) {
            open = Optional.of(CompressedFile.create(compressedFile(number), () -> {}));
            takePlain(open.get());
        }
        finished.add(new SpooledFile(
                number, lines, bytes, Hash.of(digest.digest()), open.get().finish()));
        open = Optional.empty();
        lines = 0;
        bytes = 0;
    }

    /** Removes the files. */
    @Override
    public void close() throws IOException {
        try {
            if (open.isPresent()) {
                open.get().close();
            }
        } finally {
            Files.deleteIfExists(plainFile());
            for (int number = 0; number <= finished.size(); number++) {
                Files.deleteIfExists(compressedFile(number));
            }
        }
    }
}

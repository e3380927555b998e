// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.tallystick.export.store.Content;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * A local file of one zstd frame that is being written. As long as it is open it has a file descriptor and a compressor, about 4 MiB
 * outside of the heap.
 */
final class CompressedFile extends OutputStream {
    /** Level 3 compresses NDJSON about as well as the next ones at twice their speed; its windowLog is 21. */
    private static final int COMPRESSION_LEVEL = 3;

    private static final int BUFFER_BYTES = 64 * 1024;

    private final Path path;
    private final MessageDigest stored = Hash.newDigest();
    private final OutputStream file;
    private final ZstdOutputStreamNoFinalizer frame;

    private Optional<Runnable> closed;

    private CompressedFile(Path path, Runnable closed) throws IOException {
        this.path = path;
        this.closed = Optional.of(closed);
        this.file = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW);
        this.frame = new ZstdOutputStreamNoFinalizer(new DigestOutputStream(file, stored), COMPRESSION_LEVEL);
        frame.setChecksum(true);
    }

    /**
     * Begins a file, which must not exist.
     *
     * @param closed called once, when it is closed
     */
    static CompressedFile create(Path path, Runnable closed) throws IOException {
        return new CompressedFile(path, closed);
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    /** In pieces of some length: each costs a call into the library. */
    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        frame.write(bytes, offset, length);
    }

    /** Appends a whole file, in larger pieces than {@link InputStream#transferTo} takes. */
    void writeAll(Path plain) throws IOException {
        try (InputStream in = Files.newInputStream(plain)) {
            byte[] piece = new byte[BUFFER_BYTES];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                write(piece, 0, read);
            }
        }
    }

    /** Ends the frame. */
    Content finish() throws IOException {
        close();
        return Content.ofFile(path, Files.size(path), Hash.of(stored.digest()));
    }

    /** Ends the frame, and gives up compressor and descriptor; the file remains. A second time it does nothing. */
    @Override
    public void close() throws IOException {
        closed.ifPresent(Runnable::run);
        closed = Optional.empty();
        try (file) {
            frame.close();
        }
    }
}

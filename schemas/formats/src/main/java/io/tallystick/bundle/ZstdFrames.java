// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The stored form of a data file: passes zstd frames through and refuses what a bundle must not hold, before the
 * decompressor sees it: skippable frames, dictionaries, windows over 8 MiB, other or older formats, bytes after the last
 * frame, a cut-off frame. RFC 8878 section 3.1.1; blocks are skipped by their lengths, so the cost is that of copying.
 *
 * <pre>
 * frame = magic(4, 28 B5 2F FD) descriptor(1) [window(1)] [dictionary id] [content size] block* [checksum(4)]
 * block = header(3, little-endian: last(1 bit) type(2) size(21)) content
 * </pre>
 */
public final class ZstdFrames extends FilterInputStream {
    /** For decompressors: binary logarithm of the largest window. */
    public static final int WINDOW_LOG_MAX = 23;

    private static final long WINDOW_BYTES_MAX = 1L << WINDOW_LOG_MAX;
    private static final int[] CONTENT_SIZE_BYTES = {0, 2, 4, 8};

    private enum Expect {
        MAGIC,
        DESCRIPTOR,
        HEADER,
        BLOCK_HEADER,
        BLOCK,
        CHECKSUM
    }

    private Expect expect = Expect.MAGIC;
    private final byte[] field = new byte[16];
    private int have;
    private int need = 4;
    private long skip;
    private boolean lastBlock;
    private boolean singleSegment;
    private boolean checksum;
    private boolean begun;
    private final long bytesMax;
    private long bytes;

    /** @param in the stored bytes, whose number is known and limited */
    public ZstdFrames(InputStream in) {
        this(in, Long.MAX_VALUE);
    }

    /**
     * @param in the stored bytes
     * @param bytesMax how many there may be
     */
    public ZstdFrames(InputStream in, long bytesMax) {
        super(in);
        this.bytesMax = bytesMax;
    }

    /** The stored bytes are not the zstd frames a bundle may hold. */
    public static final class FrameException extends IOException {
        private static final long serialVersionUID = 1L;

        private FrameException(String message) {
            super(message);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = in.read(buffer, offset, length);
        if (count < 0) {
            requireEnd();
            return count;
        }
        bytes += count;
        if (bytes > bytesMax) {
            throw new FrameException("more than " + bytesMax + " stored bytes");
        }
        for (int at = offset; at < offset + count; ) {
            if (skip > 0) {
                int skipped = (int) Math.min(skip, offset + count - at);
                skip -= skipped;
                at += skipped;
            } else {
                field[have++] = buffer[at++];
                begun = true;
            }
            // A block is awaited as a field of no bytes, complete once its content is skipped.
            while (skip == 0 && have == need) {
                advance();
            }
        }
        return count;
    }

    @Override
    public long skip(long count) {
        throw new UnsupportedOperationException("frames are read, not skipped");
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void requireEnd() throws FrameException {
        if (!begun) {
            throw new FrameException("no zstd frame");
        }
        if (expect != Expect.MAGIC || have != 0) {
            throw new FrameException("zstd frame is cut off");
        }
    }

    /** The field at hand is complete: decide what it says and what comes next. */
    private void advance() throws FrameException {
        switch (expect) {
            case MAGIC -> magic();
            case DESCRIPTOR -> descriptor();
            case HEADER -> header();
            case BLOCK_HEADER -> blockHeader();
            case BLOCK -> afterBlock();
            case CHECKSUM -> await(Expect.MAGIC, 4);
        }
    }

    private void await(Expect next, int bytes) {
        expect = next;
        need = bytes;
        have = 0;
    }

    private void magic() throws FrameException {
        long magic = littleEndian(0, 4);
        if ((magic & 0xfffffff0L) == 0x184d2a50L) {
            throw new FrameException("skippable zstd frame");
        }
        if (magic != 0xfd2fb528L) {
            throw new FrameException("not a zstd frame: begins with " + Long.toHexString(magic));
        }
        await(Expect.DESCRIPTOR, 1);
    }

    private void descriptor() throws FrameException {
        int descriptor = field[0] & 0xff;
        if ((descriptor & 0x03) != 0) {
            throw new FrameException("zstd frame with a dictionary");
        }
        if ((descriptor & 0x08) != 0) {
            throw new FrameException("zstd frame with the reserved bit");
        }
        singleSegment = (descriptor & 0x20) != 0;
        checksum = (descriptor & 0x04) != 0;
        int sizeBytes = CONTENT_SIZE_BYTES[descriptor >> 6];
        await(Expect.HEADER, singleSegment ? Math.max(sizeBytes, 1) : 1 + sizeBytes);
    }

    private void header() throws FrameException {
        long window;
        if (singleSegment) {
            window = littleEndian(0, need) + (need == 2 ? 256 : 0);
        } else {
            long base = 1L << (10 + ((field[0] & 0xff) >> 3));
            window = base + base / 8 * (field[0] & 0x07);
        }
        if (window < 0 || window > WINDOW_BYTES_MAX) {
            throw new FrameException("zstd window of " + Long.toUnsignedString(window) + " bytes, the limit is "
                    + WINDOW_BYTES_MAX + " (windowLog 23)");
        }
        await(Expect.BLOCK_HEADER, 3);
    }

    private void blockHeader() throws FrameException {
        long header = littleEndian(0, 3);
        int type = (int) (header >> 1) & 3;
        if (type == 3) {
            throw new FrameException("zstd block of the reserved type");
        }
        lastBlock = (header & 1) != 0;
        skip = type == 1 ? 1 : header >> 3;
        await(Expect.BLOCK, 0);
    }

    private void afterBlock() {
        if (!lastBlock) {
            await(Expect.BLOCK_HEADER, 3);
        } else if (checksum) {
            await(Expect.CHECKSUM, 4);
        } else {
            await(Expect.MAGIC, 4);
        }
    }

    private long littleEndian(int from, int bytes) {
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << 8 | (field[from + i] & 0xff);
        }
        return value;
    }
}

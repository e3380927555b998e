// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * An archive, unpacked into a {@linkplain ScratchFolder folder of its own}. {@link ZipDirectory} decides what is unpacked at
 * all, and how large it may be; each entry then has exactly the size and checksum it says.
 */
final class UnpackedZip implements Closeable {
    private static final byte[] MAGIC = {'P', 'K', 3, 4};
    private static final byte[] MAGIC_EMPTY = {'P', 'K', 5, 6};
    private static final int BUFFER = 1 << 16;
    private static final long BLOCK = 4 * 1024;

    private final ScratchFolder scratch;

    /** How many bytes a disk has left. */
    interface Room {
        long of(Path folder) throws IOException;
    }

    private UnpackedZip(ScratchFolder scratch) {
        this.scratch = scratch;
    }

    /** Whether it is a file, and begins as an archive does. */
    static boolean isZip(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] begin = in.readNBytes(MAGIC.length);
            return Arrays.equals(begin, MAGIC) || Arrays.equals(begin, MAGIC_EMPTY);
        }
    }

    /**
     * Unpacks it.
     *
     * @throws TemporaryFolderException if there is no folder to unpack it in
     * @throws IOException if it cannot be read, the disk has no room for it, or the process ends
     */
    static UnpackedZip of(Path archive) throws IOException, ZipFault {
        return of(archive, folder -> Files.getFileStore(folder).getUsableSpace());
    }

    static UnpackedZip of(Path archive, Room room) throws IOException, ZipFault {
        UnpackedZip unpacked = new UnpackedZip(ScratchFolder.temporary("tally-verify"));
        try (FileChannel file = FileChannel.open(archive, StandardOpenOption.READ)) {
            List<ZipDirectory.Entry> entries = ZipDirectory.read(file, ZipLimits.READER);
            unpacked.requireRoom(entries, room);
            for (ZipDirectory.Entry entry : entries) {
                unpacked.unpack(file, entry);
            }
            return unpacked;
        } catch (IOException | ZipFault | RuntimeException e) {
            unpacked.closeAfter(e);
            throw e;
        }
    }

    /** What went wrong first is what is told. */
    private void closeAfter(Exception fault) {
        try {
            close();
        } catch (IOException e) {
            fault.addSuppressed(e);
        }
    }

    private void requireRoom(List<ZipDirectory.Entry> entries, Room room) throws IOException {
        long needed = entries.stream()
                .mapToLong(entry -> (entry.size() + BLOCK - 1) & -BLOCK)
                .sum();
        long left = room.of(folder());
        if (needed > left) {
            throw new IOException("unpacked it needs " + mebibytes(needed) + " MiB, and " + folder() + " has "
                    + mebibytes(left) + " MiB left (java.io.tmpdir names another folder)");
        }
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }

    Path folder() {
        return scratch.path();
    }

    private void unpack(FileChannel file, ZipDirectory.Entry entry) throws IOException, ZipFault {
        scratch.requireThere();
        Path target = folder().resolve(entry.name());
        Files.createDirectories(target.getParent());
        Inflater inflater = new Inflater(true);
        try (InputStream packed = new BufferedInputStream(new Slice(file, entry.data(), entry.packed()), BUFFER);
                InputStream in = entry.deflated() ? new InflaterInputStream(packed, inflater, BUFFER) : packed;
                OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
            CRC32 crc = new CRC32();
            byte[] buffer = new byte[BUFFER];
            long left = entry.size();
            for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
                scratch.requireThere();
                left -= count;
                if (left < 0) {
                    throw new ZipFault(entry.name() + ": has more content than it says");
                }
                crc.update(buffer, 0, count);
                out.write(buffer, 0, count);
            }
            if (left != 0 || crc.getValue() != entry.crc()) {
                throw new ZipFault(entry.name() + ": its content is not what its size and checksum say");
            }
            // Bytes behind the content's end, which whoever finds that end for himself would take for what follows.
            if (entry.deflated() && inflater.getBytesRead() != entry.packed()) {
                throw new ZipFault(entry.name() + ": its packed bytes go on behind its content");
            }
        } catch (ZipException | EOFException e) {
            throw new ZipFault(entry.name() + ": cannot be unpacked: " + e.getMessage());
        } finally {
            inflater.end();
        }
    }

    @Override
    public void close() throws IOException {
        scratch.close();
    }

    /** Bytes of a part of a file. */
    private static final class Slice extends InputStream {
        private final FileChannel file;
        private long at;
        private long left;

        Slice(FileChannel file, long at, long length) {
            this.file = file;
            this.at = at;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int count = file.read(ByteBuffer.wrap(bytes, offset, (int) Math.min(length, left)), at);
            if (count > 0) {
                at += count;
                left -= count;
            }
            return count;
        }
    }
}

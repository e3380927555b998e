// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;

/**
 * What lies in front of an archive's directory: of each entry its header, its packed bytes, and a descriptor where the
 * header says that checksum and sizes follow. Some readers begin here and not with the directory: so both must say the
 * same, entries in the same order, and there is not a byte that belongs to none of them.
 */
final class ZipBody {
    private static final int LOCAL = 30;
    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int DESCRIPTOR_SIGNATURE = 0x08074b50;

    /** Flag of an entry whose checksum and sizes follow its content. */
    private static final int DESCRIBED = 0x0008;

    private final FileChannel file;
    private final long end;
    private Listed last;
    private long lastEnd;

    /** @param end where the directory begins */
    ZipBody(FileChannel file, long end) {
        this.file = file;
        this.end = end;
    }

    /**
     * An entry as the directory lists it.
     *
     * @param packed bytes of its packed content
     * @param size bytes of its content
     * @param offset of its header
     */
    record Listed(String name, int flags, int method, long crc, long packed, long size, long offset) {}

    /**
     * The next entry; those of the directory in its order.
     *
     * @return where its packed bytes begin
     */
    long add(Listed entry) throws IOException, ZipFault {
        long data = data(entry);
        ZipDirectory.require(entry.packed() >= 0 && entry.packed() <= end - data, outside(entry));
        endLast(entry.offset());
        last = entry;
        lastEnd = data + entry.packed();
        return data;
    }

    /** After the last entry. */
    void end() throws IOException, ZipFault {
        endLast(end);
    }

    private long data(Listed entry) throws IOException, ZipFault {
        byte[] name = entry.name().getBytes(StandardCharsets.US_ASCII);
        ZipDirectory.require(entry.offset() >= 0 && entry.offset() <= end - LOCAL - name.length, outside(entry));
        ByteBuffer local = bytes(file, entry.offset(), LOCAL + name.length);
        int extraBytes = local.getShort(28) & 0xFFFF;
        boolean same = local.getInt(0) == LOCAL_SIGNATURE
                && (local.getShort(8) & 0xFFFF) == entry.method()
                && (local.getShort(26) & 0xFFFF) == name.length
                && local.slice(LOCAL, name.length).equals(ByteBuffer.wrap(name));
        ZipDirectory.require(same, differs(entry));
        long data = entry.offset() + LOCAL + name.length + extraBytes;
        ZipDirectory.require(data <= end, outside(entry));
        ZipSizes sizes = new ZipSizes(local.getInt(22), local.getInt(18), 0);
        sizes.widen(entry.name(), bytes(file, data - extraBytes, extraBytes), extraBytes);
        requireSame(entry, local.getShort(6) & 0xFFFF, local.getInt(14) & ZipDirectory.NARROW, sizes);
        return data;
    }

    private static void requireSame(Listed entry, int flags, long crc, ZipSizes sizes) throws ZipFault {
        ZipDirectory.require((flags & ~ZipDirectory.FLAGS_KNOWN) == 0, differs(entry));
        ZipDirectory.require((flags & DESCRIBED) == (entry.flags() & DESCRIBED), differs(entry));
        boolean later = isDescribed(entry);
        ZipDirectory.require(crc == entry.crc() || (later && crc == 0), differs(entry));
        ZipDirectory.require(sizes.packed() == entry.packed() || (later && isOpen(sizes.packed())), differs(entry));
        ZipDirectory.require(sizes.size() == entry.size() || (later && isOpen(sizes.size())), differs(entry));
    }

    private static boolean isDescribed(Listed entry) {
        return (entry.flags() & DESCRIBED) != 0;
    }

    /** What writers put where they do not know yet. */
    private static boolean isOpen(long size) {
        return size == 0 || size == ZipDirectory.NARROW;
    }

    /** @param next where the next one begins */
    private void endLast(long next) throws IOException, ZipFault {
        long left = next - lastEnd;
        ZipDirectory.require(left >= 0, "two entries share bytes, or are not in the order of the directory");
        if (last != null && isDescribed(last)) {
            requireDescriptor(last, left);
        } else {
            ZipDirectory.require(left == 0, left + " bytes at " + lastEnd + " belong to no entry");
        }
    }

    /** With or without a signature, sizes of four or of eight bytes: APPNOTE leaves both to the writer. */
    private void requireDescriptor(Listed entry, long bytes) throws IOException, ZipFault {
        ZipDirectory.require(bytes == 12 || bytes == 16 || bytes == 20 || bytes == 24, descriptor(entry));
        ByteBuffer found = bytes(file, lastEnd, (int) bytes);
        boolean signed = bytes == 16 || bytes == 24;
        ZipDirectory.require(!signed || found.getInt() == DESCRIPTOR_SIGNATURE, descriptor(entry));
        ZipDirectory.require((found.getInt() & ZipDirectory.NARROW) == entry.crc(), descriptor(entry));
        for (long size : new long[] {entry.packed(), entry.size()}) {
            ZipDirectory.require(
                    (bytes < 20 ? found.getInt() & ZipDirectory.NARROW : found.getLong()) == size, descriptor(entry));
        }
    }

    private static String outside(Listed entry) {
        return entry.name() + ": lies outside the archive";
    }

    private static String differs(Listed entry) {
        return entry.name() + ": its header says something else than the directory";
    }

    private static String descriptor(Listed entry) {
        return entry.name() + ": its data descriptor is missing, or says something else than the directory";
    }

    static ByteBuffer bytes(FileChannel file, long offset, int length) throws IOException, ZipFault {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            ZipDirectory.require(file.read(bytes, offset + bytes.position()) > 0, "it ends too early");
        }
        return bytes.flip();
    }
}

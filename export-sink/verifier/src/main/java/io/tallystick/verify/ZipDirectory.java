// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The central directory of a zip archive (APPNOTE 6.3.3, zip64 too), read before anything is unpacked. Refuses what two
 * readers could see differently or what does not stay in its folder: names outside the format of bundles, two entries
 * of one name, links, encryption, bytes around the archive, entries that share bytes, and sizes out of all proportion.
 */
final class ZipDirectory {
    /** Unpacked, everything together may have this many times the archive's bytes, and 64 MiB. */
    static final int RATIO_MAX = 100;

    static final long SLACK = 64L * 1024 * 1024;
    private static final int DEPTH_MAX = 8;
    private static final int END = 22;
    private static final int END64 = 56;
    private static final int LOCATOR64 = 20;
    private static final int CENTRAL = 46;
    private static final int LOCAL = 30;
    private static final long NARROW = 0xFFFFFFFFL;
    private static final int FLAGS_KNOWN = 0x080E;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int HOST_UNIX = 3;
    private static final int TYPE_REGULAR = 0x8000;

    private final FileChannel file;
    private final long size;
    private final ZipLimits limits;
    private final List<Entry> entries = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private final Set<String> folders = new HashSet<>();
    private long unpacked;

    /**
     * A file of the archive.
     *
     * @param data where its packed bytes begin
     */
    record Entry(String name, boolean deflated, long crc, long packed, long size, long data) {}

    private record Place(long offset, long bytes, long count) {}

    private ZipDirectory(FileChannel file, ZipLimits limits) throws IOException {
        this.file = file;
        this.limits = limits;
        this.size = file.size();
    }

    /** The files of the archive, in its order. */
    static List<Entry> read(FileChannel file, ZipLimits limits) throws IOException, ZipFault {
        ZipDirectory directory = new ZipDirectory(file, limits);
        directory.read();
        return directory.entries;
    }

    private void read() throws IOException, ZipFault {
        Place place = place();
        ByteBuffer central = bytes(place.offset(), (int) place.bytes());
        List<long[]> ranges = new ArrayList<>();
        for (long i = 0; i < place.count(); i++) {
            entry(central, place.offset(), ranges);
        }
        require(!central.hasRemaining(), "its directory has more bytes than entries");
        requireApart(ranges);
        for (Entry entry : entries) {
            require(!folders.contains(entry.name().toLowerCase(Locale.ROOT)), entry.name() + " is a file and a folder");
        }
    }

    private Place place() throws IOException, ZipFault {
        require(size >= END, "it is too short");
        ByteBuffer end = bytes(size - END, END);
        // A comment could hide a second end; ours have none.
        require(
                end.getInt() == 0x06054b50 && end.getShort(20) == 0,
                "it does not end as a zip archive without comment");
        require(end.getInt(4) == 0, "it has several parts");
        long count = end.getShort(10) & 0xFFFF;
        long bytes = end.getInt(12) & NARROW;
        long offset = end.getInt(16) & NARROW;
        long directoryEnd = size - END;
        if (count == 0xFFFF || bytes == NARROW || offset == NARROW) {
            require(size >= END + LOCATOR64 + END64, "its zip64 record is missing");
            ByteBuffer locator = bytes(size - END - LOCATOR64, LOCATOR64);
            long at = locator.getLong(8);
            require(
                    locator.getInt() == 0x07064b50 && at == size - END - LOCATOR64 - END64,
                    "its zip64 record is not where it must be");
            ByteBuffer end64 = bytes(at, END64);
            require(end64.getInt() == 0x06064b50 && end64.getLong(4) == END64 - 12, "its zip64 record is malformed");
            count = end64.getLong(32);
            bytes = end64.getLong(40);
            offset = end64.getLong(48);
            directoryEnd = at;
        } else {
            require((end.getShort(8) & 0xFFFF) == count, "it has several parts");
        }
        require(count >= 0 && count <= limits.entries(), "it has more than " + limits.entries() + " entries");
        require(bytes >= 0 && bytes <= limits.directoryBytes(), "its directory is too large");
        require(offset >= 0 && offset == directoryEnd - bytes, "its directory is not where it must be");
        return new Place(offset, bytes, count);
    }

    private void entry(ByteBuffer central, long directory, List<long[]> ranges) throws IOException, ZipFault {
        require(
                central.remaining() >= CENTRAL && central.getInt(central.position()) == 0x02014b50,
                "a broken directory");
        int at = central.position();
        int host = central.get(at + 5) & 0xFF;
        int flags = central.getShort(at + 8) & 0xFFFF;
        int method = central.getShort(at + 10) & 0xFFFF;
        int nameBytes = central.getShort(at + 28) & 0xFFFF;
        int extraBytes = central.getShort(at + 30) & 0xFFFF;
        int commentBytes = central.getShort(at + 32) & 0xFFFF;
        int mode = central.getInt(at + 38) >>> 16;
        require(central.remaining() >= CENTRAL + nameBytes + extraBytes + commentBytes, "a broken directory");
        byte[] nameText = new byte[nameBytes];
        central.position(at + CENTRAL);
        central.get(nameText);
        String name = name(nameText);
        Wide wide = new Wide(central.getInt(at + 24), central.getInt(at + 20), central.getInt(at + 42));
        wide.read(name, central, extraBytes);
        central.position(at + CENTRAL + nameBytes + extraBytes + commentBytes);
        boolean folder = name.endsWith("/");
        requireName(folder ? name.substring(0, name.length() - 1) : name, folder);
        require((flags & ~FLAGS_KNOWN) == 0, name + ": encrypted, or packed in an unknown way");
        require(method == STORED || method == DEFLATED, name + ": packed by unknown method " + method);
        int type = mode & 0xF000;
        require(host != HOST_UNIX || folder || type == 0 || type == TYPE_REGULAR, name + ": not a regular file");
        long crc = central.getInt(at + 16) & NARROW;
        long data = data(name, nameText, method, wide.offset, directory);
        require(
                wide.packed >= 0 && data <= directory && wide.packed <= directory - data,
                name + ": lies outside the archive");
        require(wide.size >= 0 && (method == DEFLATED || wide.size == wide.packed), name + ": sizes do not agree");
        require(!folder || wide.size == 0, name + ": a folder with content");
        require(wide.size <= limits.unpackedBytes(), name + ": too large");
        unpacked += wide.size;
        require(
                unpacked <= Math.min(limits.unpackedBytes(), size * RATIO_MAX + SLACK),
                "unpacked it would have more than " + RATIO_MAX + " times its size, or than " + limits.unpackedBytes()
                        + " bytes");
        ranges.add(new long[] {wide.offset, data + wide.packed});
        if (!folder) {
            entries.add(new Entry(name, method == DEFLATED, crc, wide.packed, wide.size, data));
        }
    }

    private static String name(byte[] text) throws ZipFault {
        for (byte b : text) {
            require(b >= 0x20 && b < 0x7F, "a name with a byte that is not printable ASCII");
        }
        return new String(text, StandardCharsets.US_ASCII);
    }

    private void requireName(String name, boolean folder) throws ZipFault {
        require(BundleLayout.isPath(name), "'" + name + "' is not a name evidence can have");
        require(name.chars().filter(c -> c == '/').count() <= DEPTH_MAX, name + ": in too many folders");
        String lower = name.toLowerCase(Locale.ROOT);
        require(names.add(folder ? lower + "/" : lower), "two entries are called " + name);
        for (int slash = lower.indexOf('/'); slash >= 0; slash = lower.indexOf('/', slash + 1)) {
            folders.add(lower.substring(0, slash));
        }
        if (folder) {
            folders.add(lower);
        }
    }

    /** Where the packed bytes begin; the local header must say the same as the directory. */
    private long data(String name, byte[] nameText, int method, long offset, long directory)
            throws IOException, ZipFault {
        require(offset >= 0 && offset <= directory - LOCAL - nameText.length, name + ": lies outside the archive");
        ByteBuffer local = bytes(offset, LOCAL + nameText.length);
        int nameBytes = local.getShort(26) & 0xFFFF;
        boolean same = local.getInt() == 0x04034b50
                && (local.getShort(8) & 0xFFFF) == method
                && nameBytes == nameText.length
                && local.position(LOCAL).slice().equals(ByteBuffer.wrap(nameText));
        require(same, name + ": its header says something else than the directory");
        return offset + LOCAL + nameBytes + (local.getShort(28) & 0xFFFF);
    }

    private static void requireApart(List<long[]> ranges) throws ZipFault {
        ranges.sort((a, b) -> Long.compare(a[0], b[0]));
        for (int i = 1; i < ranges.size(); i++) {
            require(ranges.get(i)[0] >= ranges.get(i - 1)[1], "two entries share bytes");
        }
    }

    /** Sizes and offset of an entry, the wide ones from its zip64 field. */
    private static final class Wide {
        private long size;
        private long packed;
        private long offset;

        Wide(int size, int packed, int offset) {
            this.size = size & NARROW;
            this.packed = packed & NARROW;
            this.offset = offset & NARROW;
        }

        void read(String name, ByteBuffer central, int extraBytes) throws ZipFault {
            int end = central.position() + extraBytes;
            while (end - central.position() >= 4) {
                int id = central.getShort() & 0xFFFF;
                int bytes = central.getShort() & 0xFFFF;
                require(bytes <= end - central.position(), name + ": a broken extra field");
                int next = central.position() + bytes;
                if (id == 1) {
                    size = wide(name, size, central, next);
                    packed = wide(name, packed, central, next);
                    offset = wide(name, offset, central, next);
                }
                central.position(next);
            }
        }

        private static long wide(String name, long narrow, ByteBuffer central, int end) throws ZipFault {
            if (narrow != NARROW) {
                return narrow;
            }
            require(end - central.position() >= Long.BYTES, name + ": a broken zip64 field");
            return central.getLong();
        }
    }

    private ByteBuffer bytes(long offset, int length) throws IOException, ZipFault {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            require(file.read(bytes, offset + bytes.position()) > 0, "it ends too early");
        }
        return bytes.flip();
    }

    private static void require(boolean holds, String message) throws ZipFault {
        if (!holds) {
            throw new ZipFault(message);
        }
    }
}

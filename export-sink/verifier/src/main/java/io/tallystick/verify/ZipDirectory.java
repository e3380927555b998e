// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
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
 * of one name, links, encryption, bytes around the archive, between its entries or shared by them, headers that say
 * something else, and sizes out of all proportion.
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

    /** Stands for a size or offset that is in the zip64 field. */
    static final long NARROW = 0xFFFFFFFFL;

    private static final int NARROW_COUNT = 0xFFFF;

    /** How hard the writer packed, that a descriptor follows, and that the name is UTF-8. */
    static final int FLAGS_KNOWN = 0x080E;

    /** What nothing is when it is deflated, by whatever writer. */
    private static final int DEFLATED_NOTHING_MAX = 5;

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
        ByteBuffer central = ZipBody.bytes(file, place.offset(), (int) place.bytes());
        ZipBody body = new ZipBody(file, place.offset());
        for (long i = 0; i < place.count(); i++) {
            entry(central, body);
        }
        require(!central.hasRemaining(), "its directory has more bytes than entries");
        body.end();
        for (Entry entry : entries) {
            require(!folders.contains(entry.name().toLowerCase(Locale.ROOT)), entry.name() + " is a file and a folder");
        }
    }

    private Place place() throws IOException, ZipFault {
        require(size >= END, "it is too short");
        ByteBuffer end = ZipBody.bytes(file, size - END, END);
        // A comment could hide a second end; ours have none.
        require(
                end.getInt() == 0x06054b50 && end.getShort(20) == 0,
                "it does not end as a zip archive without comment");
        require(end.getInt(4) == 0, "it has several parts");
        long count = end.getShort(10) & 0xFFFF;
        long bytes = end.getInt(12) & NARROW;
        long offset = end.getInt(16) & NARROW;
        long directoryEnd = size - END;
        if (count == NARROW_COUNT || bytes == NARROW || offset == NARROW) {
            require(size >= END + LOCATOR64 + END64, "its zip64 record is missing");
            ByteBuffer locator = ZipBody.bytes(file, size - END - LOCATOR64, LOCATOR64);
            long at = locator.getLong(8);
            require(
                    locator.getInt() == 0x07064b50 && at == size - END - LOCATOR64 - END64,
                    "its zip64 record is not where it must be");
            ByteBuffer end64 = ZipBody.bytes(file, at, END64);
            require(end64.getInt() == 0x06064b50 && end64.getLong(4) == END64 - 12, "its zip64 record is malformed");
            require(
                    end64.getInt(16) == 0 && end64.getInt(20) == 0 && end64.getLong(24) == end64.getLong(32),
                    "it has several parts");
            require(
                    (count == NARROW_COUNT || count == end64.getLong(32))
                            && (bytes == NARROW || bytes == end64.getLong(40))
                            && (offset == NARROW || offset == end64.getLong(48)),
                    "its zip64 record says something else than its end");
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

    private void entry(ByteBuffer central, ZipBody body) throws IOException, ZipFault {
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
        ZipSizes sizes = new ZipSizes(central.getInt(at + 24), central.getInt(at + 20), central.getInt(at + 42));
        sizes.widen(name, central, extraBytes);
        central.position(at + CENTRAL + nameBytes + extraBytes + commentBytes);
        boolean folder = name.endsWith("/");
        requireName(folder ? name.substring(0, name.length() - 1) : name, folder);
        require((flags & ~FLAGS_KNOWN) == 0, name + ": encrypted, or packed in an unknown way");
        require(method == STORED || method == DEFLATED, name + ": packed by unknown method " + method);
        int type = mode & 0xF000;
        require(host != HOST_UNIX || folder || type == 0 || type == TYPE_REGULAR, name + ": not a regular file");
        long crc = central.getInt(at + 16) & NARROW;
        long packed = sizes.packed();
        long data = body.add(new ZipBody.Listed(name, flags, method, crc, packed, sizes.size(), sizes.offset()));
        require(sizes.size() >= 0 && (method == DEFLATED || sizes.size() == packed), name + ": sizes do not agree");
        require(!folder || (sizes.size() == 0 && packed <= DEFLATED_NOTHING_MAX), name + ": a folder with content");
        require(sizes.size() <= limits.unpackedBytes(), name + ": too large");
        unpacked += sizes.size();
        require(
                unpacked <= Math.min(limits.unpackedBytes(), size * RATIO_MAX + SLACK),
                "unpacked it would have more than " + RATIO_MAX + " times its size, or than " + limits.unpackedBytes()
                        + " bytes");
        if (!folder) {
            entries.add(new Entry(name, method == DEFLATED, crc, packed, sizes.size(), data));
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

    static void require(boolean holds, String message) throws ZipFault {
        if (!holds) {
            throw new ZipFault(message);
        }
    }
}

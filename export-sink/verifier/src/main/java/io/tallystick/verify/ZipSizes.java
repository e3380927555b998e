// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.nio.ByteBuffer;

/** Sizes and offset of an entry; those that do not fit in four bytes from its zip64 field (APPNOTE 4.5.3). */
final class ZipSizes {
    private static final int ZIP64 = 0x0001;

    /** Some readers take the name from here. */
    private static final int UNICODE_PATH = 0x7075;

    private long size;
    private long packed;
    private long offset;

    ZipSizes(int size, int packed, int offset) {
        this.size = size & ZipDirectory.NARROW;
        this.packed = packed & ZipDirectory.NARROW;
        this.offset = offset & ZipDirectory.NARROW;
    }

    /**
     * Reads the extra fields of an entry, from the buffer's position on.
     *
     * @throws ZipFault if they are broken, or give the entry another name
     */
    void widen(String name, ByteBuffer extra, int extraBytes) throws ZipFault {
        int end = extra.position() + extraBytes;
        while (end - extra.position() >= 4) {
            int id = extra.getShort() & 0xFFFF;
            int bytes = extra.getShort() & 0xFFFF;
            ZipDirectory.require(bytes <= end - extra.position(), name + ": a broken extra field");
            ZipDirectory.require(id != UNICODE_PATH, name + ": has a second name in an extra field");
            int next = extra.position() + bytes;
            if (id == ZIP64) {
                size = wide(name, size, extra, next);
                packed = wide(name, packed, extra, next);
                offset = wide(name, offset, extra, next);
            }
            extra.position(next);
        }
    }

    private static long wide(String name, long narrow, ByteBuffer extra, int end) throws ZipFault {
        if (narrow != ZipDirectory.NARROW) {
            return narrow;
        }
        ZipDirectory.require(end - extra.position() >= Long.BYTES, name + ": a broken zip64 field");
        return extra.getLong();
    }

    long size() {
        return size;
    }

    long packed() {
        return packed;
    }

    long offset() {
        return offset;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** An archive made by hand, so that it can say anything. */
final class TestZip {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream central = new ByteArrayOutputStream();
    private int entries;

    static byte[] stored(String name, String content) {
        return new TestZip().add(name, name, content, 0, 0, 0, 0).end(0);
    }

    TestZip add(String name, String local, String content, int method, int flags, int mode, int sizeMore) {
        byte[] data = content.getBytes(StandardCharsets.UTF_8);
        int offset = out.size();
        out.writeBytes(header(local, method, flags, crc(data), data.length, data.length + sizeMore, new byte[0]));
        out.writeBytes(data);
        return central(name, data.length, data.length + sizeMore, crc(data), method, flags, mode, offset);
    }

    /** The entry v1/a, stored, with this content; of what its header says, and what follows, anything. */
    TestZip described(byte[] header, byte[] content, int flags, byte[] behind) {
        int offset = out.size();
        return raw(header)
                .raw(content)
                .raw(behind)
                .central("v1/a", content.length, content.length, crc(content), 0, flags, 0, offset);
    }

    TestZip raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    static int crc(byte[] data) {
        CRC32 crc = new CRC32();
        crc.update(data);
        return (int) crc.getValue();
    }

    static byte[] header(String name, int method, int flags, int crc, int packed, int size, byte[] extra) {
        return little(30 + name.length() + extra.length)
                .putInt(0x04034b50)
                .putShort((short) 20)
                .putShort((short) flags)
                .putShort((short) method)
                .putInt(0)
                .putInt(crc)
                .putInt(packed)
                .putInt(size)
                .putShort((short) name.length())
                .putShort((short) extra.length)
                .put(name.getBytes(StandardCharsets.ISO_8859_1))
                .put(extra)
                .array();
    }

    TestZip central(String name, int packed, int size, int crc, int method, int flags, int mode, int offset) {
        central.writeBytes(little(46)
                .putInt(0x02014b50)
                .putShort((short) (3 << 8 | 20))
                .putShort((short) 20)
                .putShort((short) flags)
                .putShort((short) method)
                .putInt(0)
                .putInt(crc)
                .putInt(packed)
                .putInt(size)
                .putShort((short) name.length())
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(mode << 16)
                .putInt(offset)
                .array());
        central.writeBytes(name.getBytes(StandardCharsets.ISO_8859_1));
        entries++;
        return this;
    }

    byte[] end(int countMore) {
        int offset = out.size();
        out.writeBytes(central.toByteArray());
        out.writeBytes(little(22)
                .putInt(0x06054b50)
                .putInt(0)
                .putShort((short) (entries + countMore))
                .putShort((short) (entries + countMore))
                .putInt(central.size())
                .putInt(offset)
                .putShort((short) 0)
                .array());
        return out.toByteArray();
    }

    /** With a zip64 record, whose directory is longer by so much than that of the end. */
    byte[] end64(int more) {
        int offset = out.size();
        byte[] directory = central.toByteArray();
        int record = offset + directory.length;
        out.writeBytes(directory);
        out.writeBytes(little(56 + 20 + 22)
                .putInt(0x06064b50)
                .putLong(44)
                .putShort((short) 45)
                .putShort((short) 45)
                .putInt(0)
                .putInt(0)
                .putLong(entries)
                .putLong(entries)
                .putLong(directory.length)
                .putLong(offset)
                .putInt(0x07064b50)
                .putInt(0)
                .putLong(record)
                .putInt(1)
                .putInt(0x06054b50)
                .putInt(0)
                .putShort((short) 0xFFFF)
                .putShort((short) 0xFFFF)
                .putInt(directory.length - more)
                .putInt(offset)
                .putShort((short) 0)
                .array());
        return out.toByteArray();
    }

    static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.serde;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.avro.io.BinaryData;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.util.Utf8;

/**
 * Avro's binary encoding into one array. Avro's own encoder for streams copies what it buffers, and writes read-only bytes of more than
 * half a kilobyte, as an entry is, through a channel it makes for them.
 *
 * <p>For one thread; used again after {@link #begin}.
 */
final class ArrayEncoder extends BinaryEncoder {
    private static final int BYTES_MIN = 1024;

    /** The longest encoding of a number. */
    private static final int NUMBER_BYTES_MAX = 10;

    /** A buffer is kept for the next record up to this size. */
    private static final int KEPT_BYTES_MAX = 64 * 1024;

    private byte[] out = new byte[BYTES_MIN];
    private int size;

    /** Forgets what was written. */
    void begin() {
        size = 0;
        if (out.length > KEPT_BYTES_MAX) {
            out = new byte[BYTES_MIN];
        }
    }

    /** What it can take without growing, in bytes. */
    int capacity() {
        return out.length;
    }

    /** A copy of what was written. */
    byte[] toBytes() {
        return Arrays.copyOf(out, size);
    }

    /** Bytes that stand before Avro's. */
    void writeRaw(byte value) {
        room(1);
        out[size++] = value;
    }

    /** As {@link #writeRaw(byte)}, big-endian. */
    void writeRawInt(int value) {
        room(Integer.BYTES);
        ByteBuffer.wrap(out).putInt(size, value);
        size += Integer.BYTES;
    }

    private void room(int bytes) {
        if (out.length - size < bytes) {
            out = Arrays.copyOf(out, Math.max(Math.addExact(size, bytes), out.length * 2));
        }
    }

    @Override
    public void writeBoolean(boolean value) {
        room(1);
        size += BinaryData.encodeBoolean(value, out, size);
    }

    @Override
    public void writeInt(int value) {
        room(NUMBER_BYTES_MAX);
        size += BinaryData.encodeInt(value, out, size);
    }

    @Override
    public void writeLong(long value) {
        room(NUMBER_BYTES_MAX);
        size += BinaryData.encodeLong(value, out, size);
    }

    @Override
    public void writeFloat(float value) {
        room(Float.BYTES);
        size += BinaryData.encodeFloat(value, out, size);
    }

    @Override
    public void writeDouble(double value) {
        room(Double.BYTES);
        size += BinaryData.encodeDouble(value, out, size);
    }

    @Override
    public void writeString(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        writeBytes(bytes, 0, bytes.length);
    }

    @Override
    public void writeString(Utf8 value) {
        writeBytes(value.getBytes(), 0, value.getByteLength());
    }

    @Override
    public void writeBytes(ByteBuffer bytes) {
        int length = bytes.remaining();
        writeInt(length);
        room(length);
        bytes.get(bytes.position(), out, size, length);
        size += length;
    }

    @Override
    public void writeBytes(byte[] bytes, int start, int length) {
        writeInt(length);
        writeFixed(bytes, start, length);
    }

    @Override
    public void writeFixed(byte[] bytes, int start, int length) {
        room(length);
        System.arraycopy(bytes, start, out, size, length);
        size += length;
    }

    @Override
    protected void writeZero() {
        writeRaw((byte) 0);
    }

    @Override
    public int bytesBuffered() {
        return size;
    }

    /** There is nothing behind it. */
    @Override
    public void flush() {}
}

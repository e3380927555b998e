// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.Function;

/** Fields of the stored state: big-endian integers, instants as milliseconds since 1970, texts of at most 255 bytes. */
final class StateBytes {
    private static final int TEXT_BYTES_MAX = 255;

    private StateBytes() {}

    /**
     * Decodes one state, refusing whatever the encoder would not have written.
     *
     * @throws LedgerIntegrityException if the bytes are of another version, too short, too long or not canonical
     */
    static <T> T decode(String what, byte[] bytes, Function<ByteBuffer, T> read, Function<T, byte[]> encode) {
        try {
            T state = read.apply(ByteBuffer.wrap(bytes));
            if (!Arrays.equals(encode.apply(state), bytes)) {
                throw new IllegalArgumentException("not the bytes this state is written as");
            }
            return state;
        } catch (BufferUnderflowException e) {
            throw new LedgerIntegrityException("stored " + what + " ends too early, at byte " + bytes.length, e);
        } catch (IllegalArgumentException e) {
            throw new LedgerIntegrityException("stored " + what + " is damaged: " + e.getMessage(), e);
        }
    }

    static void requireVersion(ByteBuffer in, int version) {
        int found = in.get();
        if (found != version) {
            throw new IllegalArgumentException("version " + found + ", expected " + version);
        }
    }

    static void requireEnd(ByteBuffer in) {
        if (in.hasRemaining()) {
            throw new IllegalArgumentException(in.remaining() + " bytes too many");
        }
    }

    static void putText(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        if (bytes.length > TEXT_BYTES_MAX) {
            throw new IllegalArgumentException("text of " + bytes.length + " bytes, at most " + TEXT_BYTES_MAX);
        }
        out.put((byte) bytes.length).put(bytes);
    }

    static String getText(ByteBuffer in) {
        byte[] bytes = new byte[Byte.toUnsignedInt(in.get())];
        in.get(bytes);
        return new String(bytes, UTF_8);
    }

    static void putHash(ByteBuffer out, Hash hash) {
        out.put(hash.bytes());
    }

    static Hash getHash(ByteBuffer in) {
        byte[] bytes = new byte[Hash.LENGTH];
        in.get(bytes);
        return Hash.of(bytes);
    }

    static void putInstant(ByteBuffer out, Instant instant) {
        out.putLong(instant.toEpochMilli());
    }

    static Instant getInstant(ByteBuffer in) {
        return Instant.ofEpochMilli(in.getLong());
    }

    static byte[] written(ByteBuffer out) {
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }
}

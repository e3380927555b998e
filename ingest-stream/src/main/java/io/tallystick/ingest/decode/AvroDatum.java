// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import java.nio.ByteBuffer;
import org.apache.avro.Schema;

/**
 * Walks an Avro datum as its writer's schema says, without making a value of it, and refuses what a decoder should never be
 * given: lengths and counts beyond the bytes there are, more values than its size explains, ill-formed UTF-8, indexes out of
 * range, nesting without end, bytes left over. Avro 1.12 specification, "Binary encoding".
 *
 * <p>Avro's own reader allocates by the counts it is told, replaces ill-formed UTF-8 and ignores trailing bytes; after this
 * walk none of it can happen.
 */
final class AvroDatum {
    /** Deeper data would exhaust the stack of readers, which recurse. */
    static final int DEPTH_MAX = 128;

    /** Values that take no bytes, such as nulls and the records around others, cost time all the same: so many are free. */
    private static final long VALUES_FREE = 64;

    /** And so many more for each byte of the datum. A nullable field, for example, is two values in at least one byte. */
    private static final long VALUES_PER_BYTE = 8;

    /** The datum is not one of its schema. The message is a clause for the tenant. */
    static final class Invalid extends Exception {
        private static final long serialVersionUID = 1L;

        Invalid(String message) {
            super(message);
        }
    }

    private final ByteBuffer in;
    private final long valuesMax;
    private long values;

    private AvroDatum(ByteBuffer in) {
        this.in = in;
        this.valuesMax = VALUES_FREE + VALUES_PER_BYTE * in.remaining();
    }

    /** @throws Invalid if the bytes are not exactly one datum of this schema */
    static void check(Schema writer, ByteBuffer datum) throws Invalid {
        AvroDatum walk = new AvroDatum(datum.duplicate());
        walk.value(writer, 0);
        if (walk.in.hasRemaining()) {
            throw walk.invalid(walk.in.remaining() + " bytes are left over");
        }
    }

    private void value(Schema schema, int depth) throws Invalid {
        if (depth > DEPTH_MAX) {
            throw invalid("values nest deeper than " + DEPTH_MAX);
        }
        if (++values > valuesMax) {
            throw invalid("it holds more than " + valuesMax + " values, too many for its size");
        }
        switch (schema.getType()) {
            case NULL -> {}
            case BOOLEAN -> bool();
            case INT -> integer();
            case LONG -> varint();
            case FLOAT -> skip(Float.BYTES);
            case DOUBLE -> skip(Double.BYTES);
            case BYTES -> skip(length());
            case STRING -> string();
            case FIXED -> skip(schema.getFixedSize());
            case ENUM -> index(schema.getEnumSymbols().size(), "enum symbol");
            case UNION -> value(schema.getTypes().get(index(schema.getTypes().size(), "union branch")), depth + 1);
            case ARRAY -> blocks(schema.getElementType(), false, depth);
            case MAP -> blocks(schema.getValueType(), true, depth);
            case RECORD -> {
                for (Schema.Field field : schema.getFields()) {
                    value(field.schema(), depth + 1);
                }
            }
        }
    }

    private void blocks(Schema item, boolean keyed, int depth) throws Invalid {
        for (long count = varint(); count != 0; count = varint()) {
            long items = count;
            int end = -1;
            if (count < 0) {
                long bytes = varint();
                if (bytes < 0 || bytes > in.remaining()) {
                    throw invalid("a block is said to have " + bytes + " bytes");
                }
                end = in.position() + (int) bytes;
                // Long.MIN_VALUE stays negative and is refused with the rest.
                items = -count;
            }
            if (items < 0 || items > in.remaining()) {
                throw invalid("a block is said to have " + items + " items, more than there are bytes");
            }
            for (long i = 0; i < items; i++) {
                if (keyed) {
                    string();
                }
                value(item, depth + 1);
            }
            if (end >= 0 && in.position() != end) {
                throw invalid("a block does not have the size it states");
            }
        }
    }

    private void bool() throws Invalid {
        int value = next();
        if (value > 1) {
            throw invalid("a boolean is " + value);
        }
    }

    private void integer() throws Invalid {
        long value = varint();
        if (value != (int) value) {
            throw invalid("an int does not fit 32 bits");
        }
    }

    private int index(int size, String what) throws Invalid {
        long index = varint();
        if (index < 0 || index >= size) {
            throw invalid("there is no " + what + " " + index);
        }
        return (int) index;
    }

    private void string() throws Invalid {
        int length = length();
        if (!isAscii(length) && Utf8Text.decode(in.slice(in.position(), length)).isEmpty()) {
            throw invalid("a string is not UTF-8");
        }
        skip(length);
    }

    /** Spares nearly all strings a decoder and a copy. */
    private boolean isAscii(int length) {
        for (int i = in.position(); i < in.position() + length; i++) {
            if (in.get(i) < 0) {
                return false;
            }
        }
        return true;
    }

    private int length() throws Invalid {
        long length = varint();
        if (length < 0 || length > in.remaining()) {
            throw invalid("a length is " + length + " where " + in.remaining() + " bytes remain");
        }
        return (int) length;
    }

    private void skip(int bytes) throws Invalid {
        if (bytes > in.remaining()) {
            throw invalid("it ends too early");
        }
        in.position(in.position() + bytes);
    }

    /** Zigzag variable-length integer of at most 64 bits. */
    private long varint() throws Invalid {
        long raw = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int b = next();
            if (shift == 63 && b > 1) {
                break;
            }
            raw |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                return (raw >>> 1) ^ -(raw & 1);
            }
        }
        throw invalid("a number does not fit 64 bits");
    }

    private int next() throws Invalid {
        if (!in.hasRemaining()) {
            throw invalid("it ends too early");
        }
        return in.get() & 0xff;
    }

    private Invalid invalid(String what) {
        return new Invalid(what + ", at byte " + in.position() + " of the datum");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.serde;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import org.apache.avro.AvroTypeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.Decoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * Reads records without nested ones, written with the schema of their class, as Avro's own reader does. That one passes each field
 * through several objects made for its schema.
 *
 * <p>Immutable; safe for several threads.
 */
final class FlatRecordReader {
    private final Class<?> type;
    private final Schema schema;
    private final FlatSchema.Field[] fields;

    /** Of each field that is an enum its constants in the order of its symbols. */
    private final Object[][] constants;

    private FlatRecordReader(Class<?> type, Schema schema, FlatSchema flat) {
        this.type = type;
        this.schema = schema;
        this.fields = flat.fields().toArray(FlatSchema.Field[]::new);
        this.constants = new Object[fields.length][];
        for (int i = 0; i < fields.length; i++) {
            constants[i] = constants(fields[i]);
        }
    }

    private static Object[] constants(FlatSchema.Field field) {
        return field.form() == FlatSchema.Form.ENUM
                ? field.schema().getEnumSymbols().stream()
                        .map(symbol -> SpecificData.get().createEnum(symbol, field.schema()))
                        .toArray()
                : new Object[0];
    }

    /**
     * A reader of records written with a schema.
     *
     * @param type class to read them into
     * @param reader the schema of the class
     * @return none if the writer's schema has other fields, or is not flat: then fields must be resolved
     */
    static Optional<FlatRecordReader> of(Schema writer, Class<?> type, Schema reader) {
        boolean same = SchemaNormalization.toParsingForm(writer).equals(SchemaNormalization.toParsingForm(reader));
        return same ? FlatSchema.of(reader).map(flat -> new FlatRecordReader(type, reader, flat)) : Optional.empty();
    }

    /**
     * The next record.
     *
     * @param bytesMax of any value: what there is to read, so that a length that is not true reserves no memory
     * @throws IOException if the bytes end before it does
     * @throws org.apache.avro.AvroRuntimeException if they are no such record
     */
    SpecificRecord read(Decoder in, int bytesMax) throws IOException {
        SpecificRecord record = (SpecificRecord) SpecificData.newInstance(type, schema);
        for (int i = 0; i < fields.length; i++) {
            record.put(i, fields[i].optional() && isNull(in) ? null : value(i, in, bytesMax));
        }
        return record;
    }

    private static boolean isNull(Decoder in) throws IOException {
        int branch = in.readIndex();
        if (branch != 0 && branch != 1) {
            throw new AvroTypeException("branch " + branch + " of a union of two");
        }
        return branch == 0;
    }

    private Object value(int field, Decoder in, int bytesMax) throws IOException {
        return switch (fields[field].form()) {
            case STRING -> new String(bytes(in, bytesMax), UTF_8);
            case INT -> in.readInt();
            case LONG -> in.readLong();
            case BYTES -> ByteBuffer.wrap(bytes(in, bytesMax));
            case ENUM -> constant(field, in.readEnum());
            case TIMESTAMP -> Instant.ofEpochMilli(in.readLong());
        };
    }

    private static byte[] bytes(Decoder in, int bytesMax) throws IOException {
        long length = in.readLong();
        if (length < 0 || length > bytesMax) {
            throw new AvroTypeException("a value of " + length + " bytes in a record of " + bytesMax);
        }
        byte[] bytes = new byte[(int) length];
        in.readFixed(bytes);
        return bytes;
    }

    private Object constant(int field, int ordinal) {
        if (ordinal < 0 || ordinal >= constants[field].length) {
            throw new AvroTypeException("symbol " + ordinal + " of an enum of " + constants[field].length);
        }
        return constants[field][ordinal];
    }
}

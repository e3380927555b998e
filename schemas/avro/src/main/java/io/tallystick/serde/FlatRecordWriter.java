// SPDX-License-Identifier: Apache-2.0
package io.tallystick.serde;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.Encoder;
import org.apache.avro.specific.SpecificRecord;

/**
 * Writes records without nested ones as Avro's own writer does. That one asks at every field of every record for its
 * conversion and, of a union, for the branch; a schema with a logical type has no generated encoder.
 *
 * <p>Immutable; safe for several threads.
 */
final class FlatRecordWriter implements DatumWriter<SpecificRecord> {
    private final FlatSchema.Field[] fields;

    private FlatRecordWriter(FlatSchema schema) {
        this.fields = schema.fields().toArray(FlatSchema.Field[]::new);
    }

    /** A writer for the schema; none if it is not flat, or has no logical type, so that its encoder is generated. */
    static Optional<FlatRecordWriter> of(Schema schema) {
        return FlatSchema.of(schema).filter(FlatSchema::hasLogicalType).map(FlatRecordWriter::new);
    }

    @Override
    public void setSchema(Schema schema) {
        throw new UnsupportedOperationException("the schema is fixed");
    }

    @Override
    public void write(SpecificRecord record, Encoder out) throws IOException {
        for (int i = 0; i < fields.length; i++) {
            Object value = record.get(i);
            if (fields[i].optional()) {
                out.writeIndex(value == null ? 0 : 1);
            }
            if (value != null || !fields[i].optional()) {
                write(fields[i], value, out);
            }
        }
    }

    private static void write(FlatSchema.Field field, Object value, Encoder out) throws IOException {
        switch (field.form()) {
            case STRING -> out.writeString((CharSequence) value);
            case INT -> out.writeInt((Integer) value);
            case LONG -> out.writeLong((Long) value);
            case BYTES -> out.writeBytes((ByteBuffer) value);
            case ENUM -> out.writeEnum(field.schema().getEnumOrdinal(value.toString()));
            case TIMESTAMP -> out.writeLong(((Instant) value).toEpochMilli());
        }
    }
}

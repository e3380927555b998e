// SPDX-License-Identifier: Apache-2.0
package io.tallystick.serde;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.LogicalTypes;
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
    private enum Form {
        STRING,
        INT,
        LONG,
        BYTES,
        ENUM,
        TIMESTAMP
    }

    /**
     * @param schema of the value, where it is there
     * @param optional whether it is a union of null, which comes first
     */
    private record Field(Schema schema, Form form, boolean optional) {}

    private final Field[] fields;

    private FlatRecordWriter(List<Field> fields) {
        this.fields = fields.toArray(Field[]::new);
    }

    /** A writer for the schema; none if it has a field of another form, or no logical type, so that its encoder is generated. */
    static Optional<FlatRecordWriter> of(Schema schema) {
        List<Field> fields = new ArrayList<>();
        for (Schema.Field field : schema.getFields()) {
            Optional<Field> flat = flat(field.schema());
            if (flat.isEmpty()) {
                return Optional.empty();
            }
            fields.add(flat.get());
        }
        return fields.stream().anyMatch(field -> field.form == Form.TIMESTAMP)
                ? Optional.of(new FlatRecordWriter(fields))
                : Optional.empty();
    }

    private static Optional<Field> flat(Schema schema) {
        if (schema.getType() != Schema.Type.UNION) {
            return form(schema).map(form -> new Field(schema, form, false));
        }
        List<Schema> branches = schema.getTypes();
        return branches.size() == 2 && branches.get(0).getType() == Schema.Type.NULL
                ? form(branches.get(1)).map(form -> new Field(branches.get(1), form, true))
                : Optional.empty();
    }

    private static Optional<Form> form(Schema schema) {
        if (schema.getLogicalType() != null) {
            return schema.getLogicalType().equals(LogicalTypes.timestampMillis())
                    ? Optional.of(Form.TIMESTAMP)
                    : Optional.empty();
        }
        return switch (schema.getType()) {
            case STRING -> Optional.of(Form.STRING);
            case INT -> Optional.of(Form.INT);
            case LONG -> Optional.of(Form.LONG);
            case BYTES -> Optional.of(Form.BYTES);
            case ENUM -> Optional.of(Form.ENUM);
            default -> Optional.empty();
        };
    }

    @Override
    public void setSchema(Schema schema) {
        throw new UnsupportedOperationException("the schema is fixed");
    }

    @Override
    public void write(SpecificRecord record, Encoder out) throws IOException {
        for (int i = 0; i < fields.length; i++) {
            Object value = record.get(i);
            if (fields[i].optional) {
                out.writeIndex(value == null ? 0 : 1);
            }
            if (value != null || !fields[i].optional) {
                write(fields[i], value, out);
            }
        }
    }

    private static void write(Field field, Object value, Encoder out) throws IOException {
        switch (field.form) {
            case STRING -> out.writeString((CharSequence) value);
            case INT -> out.writeInt((Integer) value);
            case LONG -> out.writeLong((Long) value);
            case BYTES -> out.writeBytes((ByteBuffer) value);
            case ENUM -> out.writeEnum(field.schema.getEnumOrdinal(value.toString()));
            case TIMESTAMP -> out.writeLong(((Instant) value).toEpochMilli());
        }
    }
}

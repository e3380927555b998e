// SPDX-License-Identifier: Apache-2.0
package io.tallystick.serde;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * A record schema whose fields are plain values, or nothing in their place. Nearly all records are of such schemas, and what
 * Avro asks at each field of each record is asked once here.
 *
 * @param fields in the order of their encoding
 */
record FlatSchema(List<Field> fields) {
    /** What a field holds. */
    enum Form {
        STRING,
        INT,
        LONG,
        BYTES,
        ENUM,
        /** Milliseconds since 1970, in the record an Instant. */
        TIMESTAMP
    }

    /**
     * One field.
     *
     * @param schema of the value, where it is there
     * @param optional whether it is a union of null, which comes first
     */
    record Field(Schema schema, Form form, boolean optional) {}

    FlatSchema {
        fields = List.copyOf(fields);
    }

    /** The schema, unless it has a field of another form. */
    static Optional<FlatSchema> of(Schema schema) {
        List<Field> fields = new ArrayList<>();
        for (Schema.Field field : schema.getFields()) {
            Optional<Field> flat = flat(field.schema());
            if (flat.isEmpty()) {
                return Optional.empty();
            }
            fields.add(flat.get());
        }
        return Optional.of(new FlatSchema(fields));
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

    /** Whether Avro generates no encoder for it. */
    boolean hasLogicalType() {
        return fields.stream().anyMatch(field -> field.form == Form.TIMESTAMP);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.avro.LedgerEvent;
import io.tallystick.entry.SchemaRef;
import io.tallystick.tree.Hash;
import org.apache.avro.Schema;

/** An Avro schema of the registry without references to others. Immutable. */
public final class RegisteredSchema {
    private final SchemaRef reference;
    private final Schema schema;

    private RegisteredSchema(SchemaRef reference, Schema schema) {
        this.reference = reference;
        this.schema = schema;
    }

    /**
     * Judges what the registry returned for an id.
     *
     * @param id registry id
     * @param type schema type as the registry names it, for example {@code AVRO}
     * @param text the schema text, exactly as returned; its SHA-256 goes into entries
     * @param references whether it refers to other schemas
     * @return found, or unknown if the text alone cannot read a record
     */
    public static Schemas.Lookup judge(int id, String type, String text, boolean references) {
        if (!type.equals("AVRO")) {
            return new Schemas.Lookup.Unknown("is of type " + type + "; only AVRO is taken");
        }
        if (references) {
            return new Schemas.Lookup.Unknown("refers to other schemas; only self-contained schemas are taken");
        }
        try {
            Schema schema = new Schema.Parser().parse(text);
            SchemaRef reference = new SchemaRef(id, Hash.sha256(text.getBytes(UTF_8)));
            return new Schemas.Lookup.Found(new RegisteredSchema(reference, schema));
        } catch (RuntimeException e) {
            // Avro's parser has no one exception for bad text: an unknown type name, for example, is a
            // NullPointerException.
            return new Schemas.Lookup.Unknown("is not a valid Avro schema");
        }
    }

    /** How an entry names it. */
    public SchemaRef reference() {
        return reference;
    }

    Schema schema() {
        return schema;
    }

    boolean isLedgerEvent() {
        return schema.getType() == Schema.Type.RECORD
                && schema.getFullName().equals(LedgerEvent.getClassSchema().getFullName());
    }
}

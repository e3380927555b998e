// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.avro.LedgerEvent;
import io.tallystick.entry.SchemaRef;
import io.tallystick.tree.Hash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/** An Avro schema of the registry without references to others. Immutable. */
public final class RegisteredSchema {
    /** Longest schema text in characters. */
    static final int TEXT_MAX = 1024 * 1024;

    /** Deepest nesting of brackets and braces in a schema text. Avro's parser calls itself for each. */
    static final int NESTING_MAX = 256;

    /** Most types of a LedgerEvent schema, a named one counted as often as it is used: so often Avro resolves it. */
    static final long TYPES_MAX = 100_000;

    private final SchemaRef reference;
    private final Schema schema;
    private final int textLength;

    private RegisteredSchema(SchemaRef reference, Schema schema, int textLength) {
        this.reference = reference;
        this.schema = schema;
        this.textLength = textLength;
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
        if (text.length() > TEXT_MAX) {
            return new Schemas.Lookup.Unknown("is longer than " + TEXT_MAX + " characters");
        }
        if (nesting(text) > NESTING_MAX) {
            return new Schemas.Lookup.Unknown("nests deeper than " + NESTING_MAX + " levels");
        }
        try {
            Schema schema = new Schema.Parser().parse(text);
            if (isLedgerEvent(schema) && types(schema, new HashMap<>()) > TYPES_MAX) {
                return new Schemas.Lookup.Unknown("has more than " + TYPES_MAX + " types, as often as they are used");
            }
            SchemaRef reference = new SchemaRef(id, Hash.sha256(text.getBytes(UTF_8)));
            return new Schemas.Lookup.Found(new RegisteredSchema(reference, schema, text.length()));
        } catch (RuntimeException | StackOverflowError e) {
            // Avro's parser has no one exception for bad text: of an unknown type name, for example, it makes a
            // NullPointerException.
            return new Schemas.Lookup.Unknown("is not a valid Avro schema");
        }
    }

    /** How deep brackets and braces nest, outside of strings. Of text that is not JSON, some number. */
    private static int nesting(String text) {
        int depth = 0;
        int deepest = 0;
        boolean inString = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (inString) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    inString = false;
                }
            } else if (c == '"') {
                inString = true;
            } else if (c == '{' || c == '[') {
                deepest = Math.max(deepest, ++depth);
            } else if (c == '}' || c == ']') {
                depth--;
            }
        }
        return deepest;
    }

    /** Counts types, up to about the limit: a few records that use each other twice are more than memory holds. */
    private static long types(Schema schema, Map<String, Long> records) {
        return switch (schema.getType()) {
            case UNION -> types(schema.getTypes(), records);
            case ARRAY -> types(List.of(schema.getElementType()), records);
            case MAP -> types(List.of(schema.getValueType()), records);
            case RECORD -> {
                Long known = records.get(schema.getFullName());
                if (known == null) {
                    // What a record that holds itself counts inside itself.
                    records.put(schema.getFullName(), 1L);
                    List<Schema> fields = new ArrayList<>();
                    schema.getFields().forEach(field -> fields.add(field.schema()));
                    known = types(fields, records);
                    records.put(schema.getFullName(), known);
                }
                yield known;
            }
            default -> 1;
        };
    }

    private static long types(List<Schema> parts, Map<String, Long> records) {
        long sum = 1;
        for (Schema part : parts) {
            sum = Math.min(TYPES_MAX + 1, sum + types(part, records));
        }
        return sum;
    }

    /** How an entry names it. */
    public SchemaRef reference() {
        return reference;
    }

    /** Characters of its text. Parsed it takes many times as much memory. */
    public int textLength() {
        return textLength;
    }

    Schema schema() {
        return schema;
    }

    boolean isLedgerEvent() {
        return isLedgerEvent(schema);
    }

    private static boolean isLedgerEvent(Schema schema) {
        return schema.getType() == Schema.Type.RECORD
                && schema.getFullName().equals(LedgerEvent.getClassSchema().getFullName());
    }
}

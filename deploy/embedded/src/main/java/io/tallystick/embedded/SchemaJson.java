// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.tallystick.embedded.SchemaRegister.Version;

/** Schemas and versions as Confluent's API shows them: {@code schemaType} left out for Avro, references only if any. */
final class SchemaJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private SchemaJson() {}

    static ObjectNode schema(ParsedSchema schema) {
        return withSchema(JsonNodeFactory.instance.objectNode(), schema);
    }

    static ObjectNode version(Version version) {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("subject", version.subject())
                .put("version", version.version())
                .put("id", version.id());
        return withSchema(node, version.schema());
    }

    /** The schema itself: for Avro, JSON. */
    static JsonNode text(ParsedSchema schema) {
        try {
            return JSON.readTree(schema.canonicalString());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an Avro schema is JSON", e);
        }
    }

    private static ObjectNode withSchema(ObjectNode node, ParsedSchema schema) {
        if (!schema.references().isEmpty()) {
            ArrayNode references = node.putArray("references");
            schema.references().forEach(reference -> references
                    .addObject()
                    .put("name", reference.getName())
                    .put("subject", reference.getSubject())
                    .put("version", reference.getVersion()));
        }
        return node.put("schema", schema.canonicalString());
    }
}

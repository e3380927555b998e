// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.confluent.kafka.schemaregistry.client.rest.RestService;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.assemble.BundleWriter;
import io.tallystick.export.assemble.SchemaMissingException;
import io.tallystick.tree.Hash;
import java.io.IOException;

/**
 * Schema texts, exactly as the registry returns them. A registry that cannot be reached is a failure of the outside world
 * like any other. One that answers with something else than the text lacks it for one tenant: the entry is sealed, only
 * its text is missing.
 */
final class RegistrySchemas implements BundleWriter.SchemaTexts {
    private final RestService registry;

    RegistrySchemas(String url) {
        this.registry = new RestService(url);
    }

    @Override
    public byte[] text(SchemaRef schema) throws IOException {
        byte[] text = fetch(schema).getBytes(UTF_8);
        Hash found = Hash.sha256(text);
        if (!found.equals(schema.sha256())) {
            throw new SchemaMissingException(
                    schema,
                    "schema registry returns a text with SHA-256 " + found + " for id " + schema.id()
                            + ", entries name " + schema.sha256() + "; is it the registry the tenant's producers use?");
        }
        return text;
    }

    private String fetch(SchemaRef schema) throws IOException {
        try {
            return registry.getId(Math.toIntExact(schema.id())).getSchemaString();
        } catch (RestClientException e) {
            throw new SchemaMissingException(
                    schema, "schema registry has no text for id " + schema.id() + ": " + e.getMessage(), e);
        }
    }
}

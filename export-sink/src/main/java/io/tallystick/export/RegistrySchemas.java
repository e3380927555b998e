// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.confluent.kafka.schemaregistry.client.rest.RestService;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.assemble.BundleWriter;
import io.tallystick.tree.Hash;
import java.io.IOException;

/**
 * Schema texts, exactly as the registry returns them. A registry that is down, does not know the id yet or has another
 * text under it is tried again: the entry is sealed, only its text is missing.
 */
final class RegistrySchemas implements BundleWriter.SchemaTexts {
    private final RestService registry;

    RegistrySchemas(String url) {
        this.registry = new RestService(url);
    }

    @Override
    public byte[] text(SchemaRef schema) throws IOException {
        byte[] text = fetch(schema.id()).getBytes(UTF_8);
        Hash found = Hash.sha256(text);
        if (!found.equals(schema.sha256())) {
            throw new IOException("schema registry returns a text with SHA-256 " + found + " for id " + schema.id()
                    + ", entries name " + schema.sha256() + "; is it the registry the tenant's producers use?");
        }
        return text;
    }

    private String fetch(long id) throws IOException {
        try {
            return registry.getId(Math.toIntExact(id)).getSchemaString();
        } catch (RestClientException e) {
            throw new IOException("schema registry has no text for id " + id + ": " + e.getMessage(), e);
        }
    }
}

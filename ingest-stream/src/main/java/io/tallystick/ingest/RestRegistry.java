// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.confluent.kafka.schemaregistry.client.rest.RestService;
import io.confluent.kafka.schemaregistry.client.rest.entities.SchemaString;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.tallystick.ingest.decode.RegisteredSchema;
import io.tallystick.ingest.decode.Schemas.Lookup;
import java.io.IOException;
import java.util.Optional;

/**
 * The schema registry's REST API. The schema text is taken as the registry returns it, not as a client would print it again:
 * entries name its digest. Safe for several threads.
 */
final class RestRegistry implements RegistrySchemas.Registry {
    private static final int NOT_FOUND = 40403;
    private static final int TIMEOUT_MS = 5000;

    private final RestService registry;

    RestRegistry(String url) {
        this.registry = new RestService(url);
        registry.setHttpConnectTimeoutMs(TIMEOUT_MS);
        registry.setHttpReadTimeoutMs(TIMEOUT_MS);
    }

    @Override
    public Optional<Lookup> lookUp(int id) throws IOException, RestClientException {
        try {
            SchemaString found = registry.getId(id);
            String type = found.getSchemaType() == null ? "AVRO" : found.getSchemaType();
            boolean references =
                    found.getReferences() != null && !found.getReferences().isEmpty();
            return Optional.of(RegisteredSchema.judge(id, type, found.getSchemaString(), references));
        } catch (RestClientException e) {
            if (e.getErrorCode() == NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        registry.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults.check;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;

/** Writer schemas by id, asked from the registry by plain HTTP, once each. */
final class RegistrySchemas {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final Map<Integer, Schema> known = new HashMap<>();
    private final String url;

    RegistrySchemas(String url) {
        this.url = url;
    }

    /** @throws IOException if the registry does not answer, or does not know the id */
    Schema byId(int id) throws IOException {
        Schema schema = known.get(id);
        if (schema == null) {
            schema = new Schema.Parser().parse(ask(id));
            known.put(id, schema);
        }
        return schema;
    }

    private String ask(int id) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/schemas/ids/" + id))
                .timeout(TIMEOUT)
                .build();
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException("the registry answers " + answer.statusCode() + " for schema " + id);
            }
            return json.readTree(answer.body()).path("schema").asText();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("asking for schema " + id);
        }
    }
}

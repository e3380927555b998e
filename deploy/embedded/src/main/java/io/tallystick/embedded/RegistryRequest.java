// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request to the registry, taken apart.
 *
 * @param method GET, POST or PUT
 * @param path decoded segments; a subject may hold any character, also a slash sent as {@code %2F}
 * @param query decoded parameters; the first of a name counts
 * @param body empty unless one was sent
 */
record RegistryRequest(String method, List<String> path, Map<String, String> query, JsonNode body) {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    RegistryRequest {
        path = List.copyOf(path);
        query = Map.copyOf(query);
    }

    /** @throws RegistryFault 400 if the escapes or the JSON are malformed, or the body is not an object */
    static RegistryRequest parse(String method, String rawPath, Optional<String> rawQuery, byte[] body)
            throws RegistryFault {
        List<String> path = new ArrayList<>();
        for (String segment : rawPath.split("/", -1)) {
            if (!segment.isEmpty()) {
                path.add(decode(segment.replace("+", "%2B")));
            }
        }
        Map<String, String> query = new HashMap<>();
        for (String pair : rawQuery.orElse("").split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            query.putIfAbsent(name, equals < 0 ? "" : decode(pair.substring(equals + 1)));
        }
        return new RegistryRequest(method, path, query, parseBody(body));
    }

    private static String decode(String text) throws RegistryFault {
        try {
            return URLDecoder.decode(text, UTF_8);
        } catch (IllegalArgumentException e) {
            throw RegistryFault.http(400, "Malformed percent escape in the address");
        }
    }

    private static JsonNode parseBody(byte[] body) throws RegistryFault {
        try {
            JsonNode node = body.length == 0 ? JSON.createObjectNode() : JSON.readTree(body);
            if (node.isObject()) {
                return node;
            }
        } catch (IOException e) {
            // Falls through to the one answer for both; the parser's own text would repeat the input.
        }
        throw RegistryFault.http(400, "The request body is not a JSON object");
    }

    /** True if the parameter is {@code true}; anything else is false, as with Confluent's server. */
    boolean flag(String name) {
        return Boolean.parseBoolean(query.getOrDefault(name, "false"));
    }
}

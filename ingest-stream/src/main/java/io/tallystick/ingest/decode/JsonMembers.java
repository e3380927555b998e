// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.json.JsonException;
import io.tallystick.json.JsonParser;
import io.tallystick.json.JsonString;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The members of a JSON object, each as the bytes it was written with. A number in a value is never read: {@code 1e400} is
 * nobody's double and a producer's good right.
 */
final class JsonMembers {
    private final byte[] json;
    private final Map<String, byte[]> members = new HashMap<>();
    private int at;

    private JsonMembers(byte[] json) {
        this.json = json;
    }

    /**
     * Takes an object apart.
     *
     * @param json well-formed JSON that keeps the ledger's rules, without insignificant white space
     * @return empty if it is not an object
     * @throws JsonException never for such JSON
     */
    static Optional<JsonMembers> of(byte[] json) throws JsonException {
        if (json[0] != '{') {
            return Optional.empty();
        }
        JsonMembers object = new JsonMembers(json);
        object.read();
        return Optional.of(object);
    }

    private void read() throws JsonException {
        at = 1;
        while (json[at] != '}') {
            if (json[at] == ',') {
                at++;
            }
            String name = name();
            at++;
            members.put(name, value());
        }
    }

    private String name() throws JsonException {
        int begin = at;
        skipString();
        for (int i = begin; i < at; i++) {
            if (json[i] == '\\') {
                return text(Arrays.copyOfRange(json, begin, at)).orElseThrow();
            }
        }
        return new String(json, begin + 1, at - begin - 2, UTF_8);
    }

    /** Whether the member is there with a value other than null. */
    boolean has(String name) {
        return members.containsKey(name) && members.get(name)[0] != 'n';
    }

    /** The text of a member; empty if it is absent or not a string. */
    Optional<String> text(String name) throws JsonException {
        byte[] value = members.get(name);
        return value == null ? Optional.empty() : text(value);
    }

    private static Optional<String> text(byte[] value) throws JsonException {
        return value[0] == '"' && JsonParser.parse(value, 0) instanceof JsonString string
                ? Optional.of(string.value())
                : Optional.empty();
    }

    private byte[] value() {
        int begin = at;
        skipValue();
        return Arrays.copyOfRange(json, begin, at);
    }

    private void skipString() {
        for (at++; json[at] != '"'; at++) {
            if (json[at] == '\\') {
                at++;
            }
        }
        at++;
    }

    /** To the comma or bracket that ends the value; brackets inside strings do not count. */
    private void skipValue() {
        int depth = 0;
        while (depth > 0 || (json[at] != ',' && json[at] != '}')) {
            switch (json[at]) {
                case '"' -> skipString();
                case '{', '[' -> {
                    depth++;
                    at++;
                }
                case '}', ']' -> {
                    depth--;
                    at++;
                }
                default -> at++;
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import java.util.Collection;
import java.util.Iterator;
import java.util.List;

/** A JSON array. */
public record JsonArray(List<JsonValue> values) implements JsonValue, Iterable<JsonValue> {
    public JsonArray {
        values = List.copyOf(values);
    }

    /** An array of these values. */
    public static JsonArray of(JsonValue... values) {
        return new JsonArray(List.of(values));
    }

    /** An array of strings. */
    public static JsonArray ofStrings(Collection<String> values) {
        return new JsonArray(values.stream().<JsonValue>map(JsonString::new).toList());
    }

    /** Number of elements. */
    public int size() {
        return values.size();
    }

    @Override
    public Iterator<JsonValue> iterator() {
        return values.iterator();
    }

    /**
     * The elements as objects.
     *
     * @throws JsonException if an element is anything else
     */
    public List<JsonObject> objects() throws JsonException {
        return all(JsonObject.class, "an object");
    }

    /**
     * The elements as strings.
     *
     * @throws JsonException if an element is anything else
     */
    public List<String> strings() throws JsonException {
        return all(JsonString.class, "a string").stream().map(JsonString::value).toList();
    }

    private <T extends JsonValue> List<T> all(Class<T> type, String what) throws JsonException {
        for (int i = 0; i < values.size(); i++) {
            if (!type.isInstance(values.get(i))) {
                throw JsonException.shape("element " + i + " of the array is not " + what);
            }
        }
        return values.stream().map(type::cast).toList();
    }
}

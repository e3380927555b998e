// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import io.tallystick.json.JsonException.Fault;
import io.tallystick.json.JsonScanner.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a tree of one strict JSON text. For documents of the ledger itself; payloads never come here.
 *
 * <p>The text first passes {@link JsonScanner} (whole input, unique names, no lone surrogates, limited depth), so what is
 * built here is known to be sound, and building can be simple.
 */
public final class JsonParser {
    /** More levels than any document of ours has; keeps the recursion shallow. */
    private static final int DEPTH_MAX = 256;

    /** More values than any document of ours has. Small ones take up to fifty times the memory of their text as a tree. */
    static final int VALUES_MAX = 2_000_000;

    private final byte[] in;
    private int at;
    private int values;

    private JsonParser(byte[] in) {
        this.in = in;
    }

    /**
     * Parses one JSON text.
     *
     * @param maxDepth at most 256; a scalar alone has depth 0, each [ or { adds 1
     * @throws JsonException with the scanner's fault, {@code NOT_JSON} for a number beyond the range of a double, or
     *     {@code WRONG_SHAPE} for more than 2,000,000 values; {@code $sealed} is an ordinary name here
     */
    public static JsonValue parse(byte[] utf8, int maxDepth) throws JsonException {
        if (maxDepth > DEPTH_MAX) {
            throw new IllegalArgumentException("maxDepth " + maxDepth + " is above " + DEPTH_MAX);
        }
        JsonScanner.check(utf8, new Limits(maxDepth, false));
        return new JsonParser(utf8).value();
    }

    /**
     * Parses one JSON text that must be an object.
     *
     * @throws JsonException as {@link #parse}, or {@code WRONG_SHAPE} if it is something else
     */
    public static JsonObject parseObject(byte[] utf8, int maxDepth) throws JsonException {
        if (parse(utf8, maxDepth) instanceof JsonObject object) {
            return object;
        }
        throw JsonException.shape("not an object");
    }

    private JsonValue value() throws JsonException {
        values++;
        if (values > VALUES_MAX) {
            throw JsonException.shape("more than " + VALUES_MAX + " values");
        }
        space();
        return switch (in[at]) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> new JsonString(string());
            case 't' -> word(new JsonBoolean(true), 4);
            case 'f' -> word(new JsonBoolean(false), 5);
            case 'n' -> word(new JsonNull(), 4);
            default -> number();
        };
    }

    private JsonValue word(JsonValue value, int length) {
        at += length;
        return value;
    }

    private JsonObject object() throws JsonException {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        while (in[at] != '}') {
            at++;
            space();
            if (in[at] == '}') {
                break;
            }
            String name = string();
            space();
            at++;
            members.put(name, value());
            space();
        }
        at++;
        return new JsonObject(members);
    }

    private JsonArray array() throws JsonException {
        List<JsonValue> values = new ArrayList<>();
        while (in[at] != ']') {
            at++;
            space();
            if (in[at] == ']') {
                break;
            }
            values.add(value());
            space();
        }
        at++;
        return new JsonArray(values);
    }

    private JsonNumber number() throws JsonException {
        int start = at;
        boolean integer = true;
        while (at < in.length && "+-.eE0123456789".indexOf(in[at]) >= 0) {
            integer &= in[at] == '-' || (in[at] >= '0' && in[at] <= '9');
            at++;
        }
        String token = new String(in, start, at - start, StandardCharsets.US_ASCII);
        // No integer of 64 bits is longer. -0 is a double: an integer has no sign at zero.
        if (integer && token.length() <= 20 && !token.equals("-0")) {
            try {
                return JsonNumber.of(Long.parseLong(token));
            } catch (NumberFormatException e) {
                return JsonNumber.of(Double.parseDouble(token));
            }
        }
        double value = Double.parseDouble(token);
        if (Double.isInfinite(value)) {
            throw new JsonException(
                    Fault.NOT_JSON, start, false, "number at byte " + start + " is beyond the range of a double");
        }
        return JsonNumber.of(value);
    }

    private String string() {
        int start = ++at;
        while (in[at] != '"' && in[at] != '\\') {
            at++;
        }
        if (in[at] == '"') {
            return new String(in, start, at++ - start, StandardCharsets.UTF_8);
        }
        StringBuilder text = new StringBuilder();
        for (; ; ) {
            text.append(new String(in, start, at - start, StandardCharsets.UTF_8));
            if (in[at] == '"') {
                at++;
                return text.toString();
            }
            text.append(escape());
            start = at;
            while (in[at] != '"' && in[at] != '\\') {
                at++;
            }
        }
    }

    private char escape() {
        char letter = (char) in[at + 1];
        at += 2;
        return switch (letter) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> letter;
        };
    }

    private char unicode() {
        at += 4;
        return (char) Integer.parseInt(new String(in, at - 4, 4, StandardCharsets.US_ASCII), 16);
    }

    private void space() {
        while (at < in.length && (in[at] == ' ' || in[at] == '\n' || in[at] == '\r' || in[at] == '\t')) {
            at++;
        }
    }
}

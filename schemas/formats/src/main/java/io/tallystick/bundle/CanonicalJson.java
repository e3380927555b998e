// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import io.tallystick.entry.LedgerTime;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.json.JsonString;
import io.tallystick.json.JsonValue;
import io.tallystick.tree.Hash;
import io.tallystick.trust.StrictBase64;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The members of one object of a JCS document, typed; every fault is a {@link BundleException} that names the document
 * and the member.
 */
final class CanonicalJson {
    static final long INTEGER_MAX = (1L << 53) - 1;
    private static final int DEPTH_MAX = 8;

    private final String where;
    private final byte[] document;
    private final JsonObject object;

    private CanonicalJson(String where, byte[] document, JsonObject object) {
        this.where = where;
        this.document = document;
        this.object = object;
    }

    /** Makes a value whose constructor may refuse its arguments. */
    interface Maker<T> {
        T make() throws BundleException;
    }

    static CanonicalJson parse(String what, byte[] document, int bytesMax) throws BundleException {
        if (document.length > bytesMax) {
            throw new BundleException(what + " has " + document.length + " bytes, the limit is " + bytesMax);
        }
        try {
            if (JsonParser.parse(document, DEPTH_MAX) instanceof JsonObject object) {
                return new CanonicalJson(what, document, object);
            }
        } catch (JsonException e) {
            throw new BundleException(what + ": " + e.getMessage(), e);
        }
        throw new BundleException(what + " is not a JSON object");
    }

    static byte[] encode(JsonObject object) {
        return Jcs.encode(object);
    }

    static String time(Instant instant) {
        return LedgerTime.format(instant);
    }

    static JsonArray hashes(List<Hash> hashes) {
        return texts(hashes.stream().map(Hash::toString).toList());
    }

    static JsonArray texts(List<String> texts) {
        return JsonArray.ofStrings(texts);
    }

    static JsonArray objects(List<JsonObject> objects) {
        return new JsonArray(List.<JsonValue>copyOf(objects));
    }

    static JsonObject counts(SortedMap<String, Long> counts) {
        JsonObject.Builder object = JsonObject.builder();
        counts.forEach(object::put);
        return object.build();
    }

    void only(String... names) throws BundleException {
        try {
            object.requireOnly(names);
        } catch (JsonException e) {
            throw fault(e);
        }
    }

    boolean has(String name) {
        return object.has(name);
    }

    String text(String name) throws BundleException {
        try {
            return object.string(name);
        } catch (JsonException e) {
            throw fault(e);
        }
    }

    void require(String name, String expected) throws BundleException {
        if (!text(name).equals(expected)) {
            throw new BundleException(
                    where + ": " + name + " is " + Printable.of(text(name)) + ", expected '" + expected + "'");
        }
    }

    void requireVersion() throws BundleException {
        if (count("v") != 1) {
            throw new BundleException(where + ": v is " + count("v") + ", this reader knows 1");
        }
    }

    /** An integer in {@code 0..2^53-1}. */
    long count(String name) throws BundleException {
        try {
            long value = object.longValue(name);
            if (value < 0 || value > INTEGER_MAX) {
                throw new BundleException(where + ": " + name + " is " + value + ", not in 0..2^53-1");
            }
            return value;
        } catch (JsonException e) {
            throw fault(e);
        }
    }

    int partition(String name) throws BundleException {
        long value = count(name);
        if (value >= BundleLayout.CHAINS_MAX) {
            throw new BundleException(where + ": " + name + " is " + value + ", not in 0..9999");
        }
        return (int) value;
    }

    boolean flag(String name) throws BundleException {
        try {
            return object.bool(name);
        } catch (JsonException e) {
            throw fault(e);
        }
    }

    Hash hash(String name) throws BundleException {
        return hash(name, text(name));
    }

    Instant time(String name) throws BundleException {
        try {
            return LedgerTime.parse(text(name));
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new BundleException(where + ": " + name + " is not a time: " + Printable.of(text(name)), e);
        }
    }

    List<Hash> hashes(String name) throws BundleException {
        List<Hash> hashes = new ArrayList<>();
        for (String text : texts(name)) {
            hashes.add(hash(name, text));
        }
        return hashes;
    }

    List<String> texts(String name) throws BundleException {
        List<String> texts = new ArrayList<>();
        for (JsonValue value : array(name)) {
            if (!(value instanceof JsonString text)) {
                throw new BundleException(where + ": " + name + " holds something else than strings");
            }
            texts.add(text.value());
        }
        return texts;
    }

    CanonicalJson object(String name) throws BundleException {
        try {
            return new CanonicalJson(where + "." + name, document, object.object(name));
        } catch (JsonException e) {
            throw fault(e);
        }
    }

    List<CanonicalJson> objects(String name) throws BundleException {
        List<CanonicalJson> objects = new ArrayList<>();
        for (JsonValue value : array(name)) {
            if (!(value instanceof JsonObject element)) {
                throw new BundleException(where + ": " + name + " holds something else than objects");
            }
            objects.add(new CanonicalJson(where + "." + name + "[" + objects.size() + "]", document, element));
        }
        return objects;
    }

    SortedMap<String, Long> counts(String name) throws BundleException {
        CanonicalJson counts = object(name);
        SortedMap<String, Long> values = new TreeMap<>();
        for (String key : counts.object.members().keySet()) {
            values.put(key, counts.count(key));
        }
        return values;
    }

    /** Turns the refusal of a value's constructor into a fault of this document. */
    <T> T make(Maker<T> maker) throws BundleException {
        try {
            return maker.make();
        } catch (IllegalArgumentException e) {
            throw new BundleException(where + ": " + e.getMessage(), e);
        }
    }

    /** Refuses every other spelling of the same value. */
    void requireSame(byte[] canonical) throws BundleException {
        int differs = Arrays.mismatch(document, canonical);
        if (differs >= 0) {
            throw new BundleException(where + " is not in canonical form (RFC 8785) at byte " + differs);
        }
    }

    /** RFC 4648 section 4, padded, zero trailing bits, nothing else. */
    static byte[] base64(String what, String text) throws BundleException {
        try {
            return StrictBase64.decode(text);
        } catch (IllegalArgumentException e) {
            throw new BundleException(what + " is not padded, canonical base64", e);
        }
    }

    BundleException fault(JsonException cause) {
        return new BundleException(where + ": " + cause.getMessage(), cause);
    }

    private List<JsonValue> array(String name) throws BundleException {
        try {
            return object.array(name).values();
        } catch (JsonException e) {
            throw fault(e);
        }
    }

    private Hash hash(String name, String text) throws BundleException {
        try {
            return Hash.parseHex(text);
        } catch (IllegalArgumentException e) {
            throw new BundleException(where + ": " + name + " is not 64 lower-case hex digits", e);
        }
    }
}

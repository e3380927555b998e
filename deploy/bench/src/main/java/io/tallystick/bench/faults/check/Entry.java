// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults.check;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What an entry says of itself, read with a stock parser that refuses duplicate names and what follows the object. */
final class Entry {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final JsonNode json;

    private Entry(JsonNode json) {
        this.json = json;
    }

    /** @throws IOException if the bytes are no JSON object */
    static Entry parse(ByteBuffer bytes) throws IOException {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        JsonNode json = JSON.readTree(copy);
        if (json == null || !json.isObject()) {
            throw new IOException("not a JSON object");
        }
        return new Entry(json);
    }

    String chain() {
        return text("chain");
    }

    long seq() {
        return json.path("seq").asLong(-1);
    }

    String prev() {
        return text("prev");
    }

    String recorded() {
        return text("recorded");
    }

    String kind() {
        return text("kind");
    }

    String reason() {
        return text("reason");
    }

    String type() {
        return text("type");
    }

    /** First source offset it covers; -1 if it covers none. */
    long from() {
        return json.path("source").path("from").asLong(-1);
    }

    /** The source offset after the last it covers; -1 if it covers none. */
    long next() {
        return json.path("source").path("next").asLong(-1);
    }

    boolean hasPayload() {
        return json.has("payload");
    }

    String payloadCommit() {
        return json.path("payload").path("commit").asText();
    }

    boolean hasContext() {
        return json.has("context");
    }

    String contextCommit() {
        return json.path("context").path("commit").asText();
    }

    /** Producer and id as one text, if it has an id. */
    Optional<String> identity() {
        return json.has("id") ? Optional.of(text("producer") + "\u0000" + text("id")) : Optional.empty();
    }

    Optional<Long> duplicateOf() {
        return json.has("duplicateOf") ? Optional.of(json.path("duplicateOf").asLong(-1)) : Optional.empty();
    }

    private String text(String member) {
        return json.path(member).asText();
    }
}

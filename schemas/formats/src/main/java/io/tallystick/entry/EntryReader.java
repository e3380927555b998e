// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.tree.Hash;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Makes an entry of its members: each kind takes the members of its column in {@link EntryCodec} and refuses all others.
 * IllegalArgumentException comes from the records.
 */
final class EntryReader {
    private static final String HASH = "sha-256";
    private static final long VERSION = 1;

    private EntryReader() {}

    static Entry read(JsonObject members) throws JsonException {
        long version = members.longValue("v");
        if (version != VERSION) {
            throw new IllegalArgumentException("unknown version " + version);
        }
        Body body =
                switch (Kind.ofWireName(members.string("kind"))) {
                    case GENESIS -> genesis(members);
                    case EVENT -> event(members);
                    case REJECTED -> rejected(members);
                    case GAP -> gap(members);
                    case SOURCE -> source(members);
                    case CONTROL -> control(members);
                    case CLOSED -> closed(members);
                };
        return new Entry(
                ChainId.parse(members.string("chain")),
                members.natural("seq"),
                hash(members, "prev"),
                LedgerTime.parse(members.string("recorded")),
                body);
    }

    private static Genesis genesis(JsonObject members) throws JsonException {
        members.requireOnly(
                "chain",
                "cluster",
                "hash",
                "kind",
                "origin",
                "partition",
                "prev",
                "recorded",
                "seq",
                "topic",
                "topicId",
                "v");
        return new Genesis(members.string("origin"), sourceTopic(members));
    }

    private static Source source(JsonObject members) throws JsonException {
        members.requireOnly(
                "chain",
                "cluster",
                "hash",
                "kind",
                "origin",
                "partition",
                "prev",
                "reason",
                "recorded",
                "seq",
                "topic",
                "topicId",
                "v");
        return new Source(members.string("origin"), sourceTopic(members), members.string("reason"));
    }

    private static SourceTopic sourceTopic(JsonObject members) throws JsonException {
        if (!members.string("hash").equals(HASH)) {
            throw new IllegalArgumentException("unknown hash '" + members.string("hash") + "'");
        }
        long partition = members.natural("partition");
        return new SourceTopic(members.string("cluster"), members.string("topic"), members.string("topicId"), (int)
                Math.min(partition, Integer.MAX_VALUE));
    }

    private static Event event(JsonObject members) throws JsonException {
        members.requireOnly(
                "chain",
                "context",
                "duplicateOf",
                "id",
                "kind",
                "payload",
                "prev",
                "producer",
                "recorded",
                "seq",
                "source",
                "time",
                "type",
                "v");
        return new Event(
                sourceRange(members.object("source")),
                members.string("id"),
                members.string("type"),
                members.optionalString("time"),
                members.optionalString("producer"),
                payload(members.object("payload")),
                context(members),
                duplicateOf(members));
    }

    private static Rejected rejected(JsonObject members) throws JsonException {
        members.requireOnly(
                "chain",
                "context",
                "duplicateOf",
                "id",
                "kind",
                "payload",
                "prev",
                "producer",
                "reason",
                "recorded",
                "seq",
                "source",
                "time",
                "type",
                "v");
        Optional<JsonObject> payload = members.optionalObject("payload");
        return new Rejected(
                sourceRange(members.object("source")),
                RejectReason.ofCode(members.string("reason")),
                members.optionalString("id"),
                members.optionalString("type"),
                members.optionalString("time"),
                members.optionalString("producer"),
                payload.isPresent() ? Optional.of(payload(payload.get())) : Optional.empty(),
                context(members),
                duplicateOf(members));
    }

    private static Gap gap(JsonObject members) throws JsonException {
        members.requireOnly("chain", "kind", "prev", "reason", "recorded", "seq", "source", "v");
        JsonObject source = members.object("source");
        source.requireOnly("from", "next");
        return new Gap(source.natural("from"), source.natural("next"), GapReason.ofCode(members.string("reason")));
    }

    private static Control control(JsonObject members) throws JsonException {
        members.requireOnly("chain", "id", "kind", "payload", "prev", "recorded", "seq", "type", "v");
        return new Control(members.string("id"), members.string("type"), payload(members.object("payload")));
    }

    private static Closed closed(JsonObject members) throws JsonException {
        members.requireOnly("chain", "kind", "prev", "reason", "recorded", "seq", "v");
        return new Closed(members.string("reason"));
    }

    private static SourceRange sourceRange(JsonObject source) throws JsonException {
        source.requireOnly("from", "next", "time");
        return new SourceRange(
                source.natural("from"),
                source.natural("next"),
                source.optionalString("time").map(LedgerTime::parse));
    }

    private static PayloadRef payload(JsonObject payload) throws JsonException {
        payload.requireOnly("bytes", "commit", "media", "schema");
        Optional<JsonObject> schema = payload.optionalObject("schema");
        return new PayloadRef(
                payload.natural("bytes"),
                hash(payload, "commit"),
                payload.string("media"),
                schema.isPresent() ? Optional.of(schema(schema.get())) : Optional.empty());
    }

    private static SchemaRef schema(JsonObject schema) throws JsonException {
        schema.requireOnly("id", "sha256");
        return new SchemaRef(schema.natural("id"), hash(schema, "sha256"));
    }

    private static Optional<ContextRef> context(JsonObject members) throws JsonException {
        Optional<JsonObject> context = members.optionalObject("context");
        if (context.isEmpty()) {
            return Optional.empty();
        }
        context.get().requireOnly("bytes", "commit");
        return Optional.of(new ContextRef(context.get().natural("bytes"), hash(context.get(), "commit")));
    }

    private static OptionalLong duplicateOf(JsonObject members) throws JsonException {
        return members.optionalNatural("duplicateOf");
    }

    private static Hash hash(JsonObject members, String name) throws JsonException {
        return Hash.parseHex(members.string(name));
    }
}

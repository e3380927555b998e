// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import io.tallystick.json.Jcs;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.tree.Hash;
import java.util.List;

/**
 * A tenant as {@code ledger.tenants} holds it: JCS JSON under the tenant's id. DESIGN.md section 4.
 *
 * @param tenant tenant id
 * @param state whether ingest reads its topic
 * @param topicIds ids its input topic has had, as Kafka prints them; the last is the current one
 * @param blind 32 random bytes, the same for ever; published only in the tenant's manifests
 * @param duplicates what becomes of an event whose identity was seen before
 * @param transactional whether its producers use transactions, so that offsets without entries are expected
 * @param retention how long its bundles are locked
 */
public record TenantDescriptor(
        String tenant,
        State state,
        List<String> topicIds,
        Hash blind,
        Duplicates duplicates,
        boolean transactional,
        Retention retention) {

    private static final int DEPTH_MAX = 4;

    /** Whether ingest reads the tenant's topic. */
    public enum State {
        ACTIVE("active"),
        SUSPENDED("suspended");

        private final String text;

        State(String text) {
            this.text = text;
        }

        /** The word in JSON. */
        public String text() {
            return text;
        }
    }

    /** Policy {@code ledger.duplicates}. */
    public enum Duplicates {
        MARK("mark"),
        REJECT("reject");

        private final String text;

        Duplicates(String text) {
            this.text = text;
        }

        /** The word in JSON. */
        public String text() {
            return text;
        }
    }

    /**
     * How long bundles are kept.
     *
     * @param name class of retention, such as {@code standard}
     * @param days at least 1
     */
    public record Retention(String name, long days) {
        /** @throws IllegalArgumentException if days is below 1 */
        public Retention {
            if (days < 1) {
                throw new IllegalArgumentException("retention must be at least 1 day, got " + days);
            }
        }
    }

    public TenantDescriptor {
        topicIds = List.copyOf(topicIds);
    }

    /** The id of the tenant's current input topic. */
    public String topicId() {
        return topicIds.get(topicIds.size() - 1);
    }

    /** JCS form, UTF-8. */
    public byte[] encode() {
        return Jcs.encode(JsonObject.builder()
                .put("blind", blind.toString())
                .put(
                        "policies",
                        JsonObject.builder()
                                .put("duplicates", duplicates.text())
                                .build())
                .put(
                        "retention",
                        JsonObject.builder()
                                .put("class", retention.name())
                                .put("days", retention.days())
                                .build())
                .put("state", state.text())
                .put("tenant", tenant)
                .put("topicIds", JsonArray.ofStrings(topicIds))
                .put("transactional", transactional)
                .build());
    }

    /**
     * Reads a descriptor.
     *
     * @throws JsonException if a member is missing, unknown or has another form
     * @throws IllegalArgumentException if a word or a hash is not one this version knows
     */
    public static TenantDescriptor parse(byte[] json) throws JsonException {
        JsonObject object = JsonParser.parseObject(json, DEPTH_MAX);
        object.requireOnly("blind", "policies", "retention", "state", "tenant", "topicIds", "transactional");
        JsonObject policies = object.object("policies");
        policies.requireOnly("duplicates");
        JsonObject retention = object.object("retention");
        retention.requireOnly("class", "days");
        return new TenantDescriptor(
                object.string("tenant"),
                stateOf(object.string("state")),
                object.array("topicIds").strings(),
                Hash.parseHex(object.string("blind")),
                duplicatesOf(policies.string("duplicates")),
                object.bool("transactional"),
                new Retention(retention.string("class"), retention.longValue("days")));
    }

    private static State stateOf(String text) {
        for (State state : State.values()) {
            if (state.text().equals(text)) {
                return state;
            }
        }
        throw new IllegalArgumentException("unknown tenant state: " + text);
    }

    private static Duplicates duplicatesOf(String text) {
        for (Duplicates policy : Duplicates.values()) {
            if (policy.text().equals(text)) {
                return policy;
            }
        }
        throw new IllegalArgumentException("unknown duplicates policy: " + text);
    }
}

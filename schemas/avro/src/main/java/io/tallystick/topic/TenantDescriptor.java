// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import io.tallystick.json.Jcs;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.tree.Hash;
import java.util.ArrayList;
import java.util.List;

/**
 * A tenant as {@code ledger.tenants} holds it: JCS JSON under the tenant's id. DESIGN.md section 4.
 *
 * @param tenant tenant id
 * @param state whether ingest reads its topic
 * @param topicIds ids its input topic has had, as Kafka prints them; the last is the current one
 * @param blind 32 random bytes, the same for ever; published only in the tenant's manifests
 * @param revision counts the changes of its policies, from 1
 * @param policies what the sequencer does to its events
 * @param transactional whether its producers use transactions, so that offsets without entries are expected
 * @param retention how long its bundles are locked
 */
public record TenantDescriptor(
        String tenant,
        State state,
        List<String> topicIds,
        Hash blind,
        long revision,
        TenantPolicies policies,
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
        if (revision < 1) {
            throw new IllegalArgumentException("revision counts from 1, got " + revision);
        }
    }

    /** What {@code ledger.config} entries in its chains say. */
    public PoliciesInForce policiesInForce() {
        return new PoliciesInForce(revision, policies);
    }

    /** The id of the tenant's current input topic. */
    public String topicId() {
        return topicIds.get(topicIds.size() - 1);
    }

    /** This tenant, read or not read. */
    TenantDescriptor withState(State other) {
        return new TenantDescriptor(tenant, other, topicIds, blind, revision, policies, transactional, retention);
    }

    /** This tenant, its input topic created again; as it is if the id is the current one. */
    TenantDescriptor withTopicId(String id) {
        if (id.equals(topicId())) {
            return this;
        }
        List<String> ids = new ArrayList<>(topicIds);
        ids.add(id);
        return new TenantDescriptor(tenant, state, ids, blind, revision, policies, transactional, retention);
    }

    /** This tenant under other policies, in the next revision; as it is if they are the same. */
    TenantDescriptor withPolicies(TenantPolicies other) {
        return other.equals(policies)
                ? this
                : new TenantDescriptor(tenant, state, topicIds, blind, revision + 1, other, transactional, retention);
    }

    /** This tenant, its bundles kept for another time from now on. */
    TenantDescriptor withRetention(Retention other) {
        return new TenantDescriptor(tenant, state, topicIds, blind, revision, policies, transactional, other);
    }

    /** JCS form, UTF-8. */
    public byte[] encode() {
        return Jcs.encode(JsonObject.builder()
                .put("blind", blind.toString())
                .put("policies", policies.json())
                .put(
                        "retention",
                        JsonObject.builder()
                                .put("class", retention.name())
                                .put("days", retention.days())
                                .build())
                .put("revision", revision)
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
        object.requireOnly(
                "blind", "policies", "retention", "revision", "state", "tenant", "topicIds", "transactional");
        JsonObject retention = object.object("retention");
        retention.requireOnly("class", "days");
        return new TenantDescriptor(
                object.string("tenant"),
                stateOf(object.string("state")),
                object.array("topicIds").strings(),
                Hash.parseHex(object.string("blind")),
                object.longValue("revision"),
                TenantPolicies.of(object.object("policies")),
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
}

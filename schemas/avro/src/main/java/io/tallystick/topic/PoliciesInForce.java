// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static java.util.Objects.requireNonNull;

import io.tallystick.json.Jcs;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.tree.Hash;

/**
 * Payload of a {@code control} entry of type {@code ledger.config}: the policies that hold from there on. DESIGN.md section 6.
 *
 * <pre>
 * {"digest":"&lt;hex SHA-256 of the JCS form of policies&gt;","policies":{…},"revision":1}
 * </pre>
 *
 * @param revision of the tenant's descriptor; a chain takes over none that is not above the one it has
 * @param policies the policies
 */
public record PoliciesInForce(long revision, TenantPolicies policies) {
    /** Type of the control entry. */
    public static final String TYPE = "ledger.config";

    private static final int DEPTH_MAX = 3;

    /** @throws IllegalArgumentException if the revision is below 1 */
    public PoliciesInForce {
        requireNonNull(policies, "policies");
        if (revision < 1) {
            throw new IllegalArgumentException("revision counts from 1, got " + revision);
        }
    }

    /** Identity of the control entry, the same however often it is sent. */
    public String id() {
        return "config-" + revision;
    }

    /** JCS form, UTF-8. */
    public byte[] encode() {
        return Jcs.encode(JsonObject.builder()
                .put("digest", policies.digest().toString())
                .put("policies", policies.json())
                .put("revision", revision)
                .build());
    }

    /**
     * Reads the payload.
     *
     * @throws JsonException if a member is missing, unknown or has another form
     * @throws IllegalArgumentException if a value is out of its range, or the digest is of other policies
     */
    public static PoliciesInForce parse(byte[] json) throws JsonException {
        JsonObject object = JsonParser.parseObject(json, DEPTH_MAX);
        object.requireOnly("digest", "policies", "revision");
        TenantPolicies policies = TenantPolicies.of(object.object("policies"));
        if (!Hash.parseHex(object.string("digest")).equals(policies.digest())) {
            throw new IllegalArgumentException("the digest is not that of the policies");
        }
        return new PoliciesInForce(object.longValue("revision"), policies);
    }
}

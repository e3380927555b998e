// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import io.tallystick.entry.LedgerTime;
import io.tallystick.json.JsonObject;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import java.time.InstantSource;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the ledger tells itself of its keys: events in {@code operator/0}, so that each step of a rotation is part of the
 * evidence it is about. Told after the step is in force. An event's id follows from what it says, and one that is there is not
 * written again: telling may be repeated until all is told.
 *
 * <pre>
 * type                          id                             payload
 * ledger.key.introduced         type ":" key id                {"algorithm","by","fingerprint","keyId","notAfter","notBefore",
 *                                                               "replaces","role","version"}
 * ledger.key.retired            type ":" key id                {"algorithm","by","fingerprint","keyId","notAfter","notBefore",
 *                                                               "role","version"}
 * ledger.key.compromised        type ":" key id ":" since      {"algorithm","by","fingerprint","keyId","notAfter","notBefore",
 *                                                               "role","since","version"}
 * ledger.key.revoked            type ":" key id                {"algorithm","by","fingerprint","keyId","notAfter","notBefore",
 *                                                               "role","version"}
 * ledger.trust-root.published   type ":" fingerprint           {"by","fingerprint","version"}
 * </pre>
 *
 * {@code "replaces"} is absent where a key takes over from none. All may have {@code "reason"}; fingerprint and version are those of the trust root that says so. For one thread.
 */
public final class KeyAnnouncements {
    private final OperatorEvents events;
    private final OperatorTopic topic;
    private final Set<String> told;

    private KeyAnnouncements(LedgerSettings settings, OperatorTopic topic, Set<String> told) {
        this.events = new OperatorEvents(settings, InstantSource.system());
        this.topic = topic;
        this.told = told;
    }

    /**
     * Reads what was told before: a ledger that cannot be reached is found out here, before anything is changed.
     *
     * @param settings the ledger whose keys change
     * @throws org.apache.kafka.common.KafkaException if the topic cannot be read
     */
    public static KeyAnnouncements open(LedgerSettings settings, OperatorTopic topic) {
        return new KeyAnnouncements(settings, topic, topic.eventIds());
    }

    /**
     * A key signs beside another from its {@code notBefore} on.
     *
     * @param replaces id of the key it takes over from
     * @throws org.apache.kafka.common.KafkaException if the event cannot be written
     */
    public void introduced(TrustedKey key, String replaces, TrustRoot root, AdminOrder order) {
        tell("ledger.key.introduced", key.keyId(), key(key, root, order).put("replaces", replaces));
    }

    /** As above, of a key that takes over from none. */
    public void introduced(TrustedKey key, TrustRoot root, AdminOrder order) {
        tell("ledger.key.introduced", key.keyId(), key(key, root, order));
    }

    /** A key has signed its last. @throws org.apache.kafka.common.KafkaException if the event cannot be written */
    public void retired(TrustedKey key, TrustRoot root, AdminOrder order) {
        tell("ledger.key.retired", key.keyId(), key(key, root, order));
    }

    /**
     * A key is in foreign hands since a time; told again if it turns out to be another.
     *
     * @throws IllegalArgumentException if the key is not listed as compromised
     * @throws org.apache.kafka.common.KafkaException if the event cannot be written
     */
    public void compromised(TrustedKey key, TrustRoot root, AdminOrder order) {
        String since = LedgerTime.format(key.compromisedSince()
                .orElseThrow(() -> new IllegalArgumentException("key " + key.keyId() + " is not compromised")));
        tell(
                "ledger.key.compromised",
                key.keyId() + ":" + since,
                key(key, root, order).put("since", since));
    }

    /** What a key signed counts for nothing. @throws org.apache.kafka.common.KafkaException if the event cannot be written */
    public void revoked(TrustedKey key, TrustRoot root, AdminOrder order) {
        tell("ledger.key.revoked", key.keyId(), key(key, root, order));
    }

    /** A trust root is in force. @throws org.apache.kafka.common.KafkaException if the event cannot be written */
    public void published(TrustRoot root, AdminOrder order) {
        tell("ledger.trust-root.published", root.fingerprint().toString(), of(root, order));
    }

    private void tell(String type, String subject, JsonObject.Builder payload) {
        String id = type + ":" + subject;
        if (!told.contains(id)) {
            topic.append(events.event(id, type, payload.build()));
        }
    }

    private static JsonObject.Builder key(TrustedKey key, TrustRoot root, AdminOrder order) {
        return of(root, order)
                .put("algorithm", key.algorithm().wireName())
                .put("keyId", key.keyId())
                .put("notAfter", LedgerTime.format(key.notAfter()))
                .put("notBefore", LedgerTime.format(key.notBefore()))
                .put(
                        "role",
                        key.roles().stream().map(TrustRole::wireName).sorted().collect(Collectors.joining(",")));
    }

    private static JsonObject.Builder of(TrustRoot root, AdminOrder order) {
        JsonObject.Builder json = JsonObject.builder()
                .put("fingerprint", root.fingerprint().toString())
                .put("version", root.version());
        order.describe(json);
        return json;
    }
}

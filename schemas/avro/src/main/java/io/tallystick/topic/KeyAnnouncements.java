// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import io.tallystick.entry.LedgerTime;
import io.tallystick.json.JsonObject;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import java.time.InstantSource;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What the ledger tells itself of its keys: events in {@code operator/0}, so that each step of a rotation is part of the
 * evidence it is about. Written before the step is done: there is no step without its event.
 *
 * <pre>
 * ledger.key.introduced         {"algorithm","by","fingerprint","keyId","notAfter","notBefore","replaces","version"}
 * ledger.key.retired            {"algorithm","by","fingerprint","keyId","notAfter","notBefore","version"}
 * ledger.trust-root.published   {"by","fingerprint","version"}
 * </pre>
 *
 * All may have {@code "reason"}; fingerprint and version are those of the trust root that says so.
 */
public final class KeyAnnouncements {
    private final OperatorEvents events;
    private final AdminWriter writer;

    /** @param settings the ledger whose keys change */
    public KeyAnnouncements(LedgerSettings settings) {
        this.events = new OperatorEvents(settings, InstantSource.system());
        this.writer = new AdminWriter(settings, new LedgerSerdes(settings.schemaRegistryUrl()));
    }

    /**
     * A key will sign beside another from its {@code notBefore} on.
     *
     * @param replaces id of the key it takes over from
     * @throws org.apache.kafka.common.KafkaException if the event cannot be written
     */
    public void introduced(TrustedKey key, String replaces, TrustRoot root, AdminOrder order) {
        writer.send(event("ledger.key.introduced", key(key, root, order).put("replaces", replaces)));
    }

    /** A key has signed its last. @throws org.apache.kafka.common.KafkaException if the event cannot be written */
    public void retired(TrustedKey key, TrustRoot root, AdminOrder order) {
        writer.send(event("ledger.key.retired", key(key, root, order)));
    }

    /** A trust root is in force. @throws org.apache.kafka.common.KafkaException if the event cannot be written */
    public void published(TrustRoot root, AdminOrder order) {
        writer.send(event("ledger.trust-root.published", of(root, order)));
    }

    private static JsonObject.Builder key(TrustedKey key, TrustRoot root, AdminOrder order) {
        return of(root, order)
                .put("algorithm", key.algorithm().wireName())
                .put("keyId", key.keyId())
                .put("notAfter", LedgerTime.format(key.notAfter()))
                .put("notBefore", LedgerTime.format(key.notBefore()));
    }

    private static JsonObject.Builder of(TrustRoot root, AdminOrder order) {
        JsonObject.Builder json = JsonObject.builder()
                .put("fingerprint", root.fingerprint().toString())
                .put("version", root.version());
        order.describe(json);
        return json;
    }

    private ProducerRecord<String, byte[]> event(String type, JsonObject.Builder payload) {
        return events.event(type, payload.build());
    }
}

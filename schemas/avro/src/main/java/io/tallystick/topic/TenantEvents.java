// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonObject;
import java.time.InstantSource;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What the ledger tells itself of its tenants: CloudEvents, binary, in {@code ledger.in.operator}. Each says what was changed
 * and from what, by whom and why.
 *
 * <pre>
 * ledger.tenant.created     {"by","partitions","policies","retentionDays","tenant","topicId","transactional"}
 * ledger.tenant.suspended   {"by","tenant"}
 * ledger.tenant.resumed     {"by","tenant"}
 * ledger.tenant.rebound     {"by","oldTopicId","partitions","tenant","topicId"}
 * ledger.tenant.configured  {"before":{"policies","retentionDays"},"by","policies","retentionDays","revision","tenant"}
 * ledger.tenant.granted     {"acls":[…],"by","producerByteRate","tenant"}
 * </pre>
 *
 * All may have {@code "reason"}.
 */
final class TenantEvents {
    private final OperatorEvents events;

    TenantEvents(LedgerSettings settings, InstantSource clock) {
        this.events = new OperatorEvents(settings, clock);
    }

    ProducerRecord<String, byte[]> created(TenantDescriptor tenant, int partitions, AdminOrder order) {
        return event(
                "created",
                of(tenant.tenant(), order)
                        .put("partitions", partitions)
                        .put("policies", tenant.policies().json())
                        .put("retentionDays", tenant.retention().days())
                        .put("topicId", tenant.topicId())
                        .put("transactional", tenant.transactional()));
    }

    ProducerRecord<String, byte[]> suspended(TenantDescriptor tenant, AdminOrder order) {
        return event("suspended", of(tenant.tenant(), order));
    }

    ProducerRecord<String, byte[]> resumed(TenantDescriptor tenant, AdminOrder order) {
        return event("resumed", of(tenant.tenant(), order));
    }

    ProducerRecord<String, byte[]> rebound(
            TenantDescriptor before, TenantDescriptor after, int partitions, AdminOrder order) {
        return event(
                "rebound",
                of(after.tenant(), order)
                        .put("oldTopicId", before.topicId())
                        .put("partitions", partitions)
                        .put("topicId", after.topicId()));
    }

    ProducerRecord<String, byte[]> configured(TenantDescriptor before, TenantDescriptor after, AdminOrder order) {
        return event(
                "configured",
                of(after.tenant(), order)
                        .put(
                                "before",
                                JsonObject.builder()
                                        .put("policies", before.policies().json())
                                        .put("retentionDays", before.retention().days())
                                        .build())
                        .put("policies", after.policies().json())
                        .put("retentionDays", after.retention().days())
                        .put("revision", after.revision()));
    }

    ProducerRecord<String, byte[]> granted(String tenant, TenantAccess.Missing missing, AdminOrder order) {
        JsonObject.Builder json = of(tenant, order)
                .put(
                        "acls",
                        JsonArray.ofStrings(
                                missing.acls().stream().map(TenantAccess::text).toList()));
        missing.producerByteRate().ifPresent(rate -> json.put("producerByteRate", rate));
        return event("granted", json);
    }

    private static JsonObject.Builder of(String tenant, AdminOrder order) {
        JsonObject.Builder json = JsonObject.builder().put("tenant", tenant);
        order.describe(json);
        return json;
    }

    private ProducerRecord<String, byte[]> event(String what, JsonObject.Builder payload) {
        return events.event("ledger.tenant." + what, payload.build());
    }
}

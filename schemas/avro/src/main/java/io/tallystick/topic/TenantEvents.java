// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.entry.LedgerTime;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonValue;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;

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
    private final Topics topics;
    private final String origin;
    private final InstantSource clock;

    TenantEvents(LedgerSettings settings, InstantSource clock) {
        this.topics = settings.topics();
        this.origin = settings.origin();
        this.clock = clock;
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
        RecordHeaders headers = new RecordHeaders();
        header(headers, "ce_specversion", "1.0");
        header(headers, "ce_id", UUID.randomUUID().toString());
        header(headers, "ce_source", origin);
        header(headers, "ce_type", "ledger.tenant." + what);
        header(headers, "ce_time", LedgerTime.format(clock.instant().truncatedTo(ChronoUnit.MILLIS)));
        header(headers, "content-type", "application/json");
        JsonValue json = payload.build();
        return new ProducerRecord<>(topics.in(Topics.OPERATOR), null, null, null, Jcs.encode(json), headers);
    }

    private static void header(RecordHeaders headers, String name, String value) {
        headers.add(name, value.getBytes(UTF_8));
    }
}

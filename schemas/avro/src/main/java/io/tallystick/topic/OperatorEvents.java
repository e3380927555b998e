// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.entry.LedgerTime;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonObject;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** The ledger's own events: binary CloudEvents of the ledger's origin in {@code ledger.in.operator}. */
final class OperatorEvents {
    private final Topics topics;
    private final String origin;
    private final InstantSource clock;

    OperatorEvents(LedgerSettings settings, InstantSource clock) {
        this.topics = settings.topics();
        this.origin = settings.origin();
        this.clock = clock;
    }

    /** @param type begins with {@code ledger.} */
    ProducerRecord<String, byte[]> event(String type, JsonObject payload) {
        return event(UUID.randomUUID().toString(), type, payload);
    }

    /** As {@link #event(String, JsonObject)}, under an id of its own by which it is found again. */
    ProducerRecord<String, byte[]> event(String id, String type, JsonObject payload) {
        RecordHeaders headers = new RecordHeaders();
        header(headers, "ce_specversion", "1.0");
        header(headers, "ce_id", id);
        header(headers, "ce_source", origin);
        header(headers, "ce_type", type);
        header(headers, "ce_time", LedgerTime.format(clock.instant().truncatedTo(ChronoUnit.MILLIS)));
        header(headers, "content-type", "application/json");
        return new ProducerRecord<>(topics.in(Topics.OPERATOR), null, null, null, Jcs.encode(payload), headers);
    }

    private static void header(RecordHeaders headers, String name, String value) {
        headers.add(name, value.getBytes(UTF_8));
    }
}

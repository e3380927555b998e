// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import io.tallystick.entry.RejectReason;
import io.tallystick.json.JsonException;
import java.util.Base64;
import java.util.Optional;

/**
 * CloudEvents 1.0 in the structured content mode: the value is one JSON object that holds attributes and data. The whole
 * value is the payload. A null attribute is an absent one (JSON event format, section 2.2).
 *
 * <p>If the value breaks a rule of JSON its attributes cannot be read, so that code is the only one found.
 */
final class StructuredCloudEvent {
    private final JsonMembers event;
    private final Reading reading;

    private StructuredCloudEvent(JsonMembers event, Reading reading) {
        this.event = event;
        this.reading = reading;
    }

    static void read(byte[] value, String tenant, Reading reading) {
        JsonRules.takeDeclared(value, reading);
        if (reading.payload == null) {
            return;
        }
        try {
            Optional<JsonMembers> event = JsonMembers.of(reading.payload);
            if (event.isPresent()) {
                new StructuredCloudEvent(event.get(), reading).read(tenant);
            } else {
                reading.refuse(RejectReason.CLOUDEVENTS_INVALID, "A structured CloudEvent must be a JSON object.");
            }
        } catch (JsonException e) {
            throw new IllegalStateException("the scanner accepted what the parser refuses", e);
        }
    }

    private void read(String tenant) throws JsonException {
        if (event.has("ledgertenant") && !event.text("ledgertenant").equals(Optional.of(tenant))) {
            reading.refuse(
                    RejectReason.TENANT_MISMATCH,
                    "The attribute ledgertenant is not the tenant of the topic, " + tenant + ".");
        }
        CloudEventRules.checkVersion(text("specversion"), reading);
        reading.id = text("id");
        reading.type = text("type");
        reading.producer = text("source");
        reading.time = text("time");
        reading.subject = text("subject");
        text("datacontenttype");
        text("dataschema");
        CloudEventRules.check(reading);
        checkData();
    }

    /** Binary data stands as base64 in {@code data_base64}; then there is no {@code data}. JSON event format section 3.1. */
    private void checkData() throws JsonException {
        Optional<String> base64 = text("data_base64");
        if (base64.isEmpty()) {
            return;
        }
        if (event.has("data")) {
            reading.refuse(RejectReason.CLOUDEVENTS_INVALID, "The event has both data and data_base64.");
        }
        try {
            Base64.getDecoder().decode(base64.get());
        } catch (IllegalArgumentException e) {
            reading.refuse(RejectReason.CLOUDEVENTS_INVALID, "The member data_base64 is not base64.");
        }
    }

    private Optional<String> text(String name) throws JsonException {
        Optional<String> text = event.text(name);
        if (text.isEmpty() && event.has(name)) {
            reading.refuse(RejectReason.CLOUDEVENTS_INVALID, "The CloudEvents member " + name + " is not a string.");
        }
        return text;
    }
}

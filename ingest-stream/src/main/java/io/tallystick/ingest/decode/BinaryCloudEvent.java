// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import io.tallystick.entry.Bytes;
import io.tallystick.entry.RejectReason;
import java.util.Optional;

/**
 * CloudEvents 1.0 in the binary content mode of the Kafka protocol binding, section 3.2: attributes are headers
 * {@code ce_<name>} in UTF-8, the value is the data, {@code content-type} its media type.
 */
final class BinaryCloudEvent {
    static final String SPECVERSION = "ce_specversion";

    private static final String ID = "ce_id";
    private static final String TYPE = "ce_type";
    private static final String SOURCE = "ce_source";
    private static final String TIME = "ce_time";
    private static final String SUBJECT = "ce_subject";

    private final Headers headers;
    private final Reading reading;

    private BinaryCloudEvent(Headers headers, Reading reading) {
        this.headers = headers;
        this.reading = reading;
    }

    /** Reads the attributes; the data is judged like any payload, by its media type. */
    static void read(Headers headers, Reading reading) {
        new BinaryCloudEvent(headers, reading).read();
    }

    private void read() {
        CloudEventRules.checkVersion(attribute(SPECVERSION), reading);
        reading.id = attribute(ID);
        reading.type = attribute(TYPE);
        reading.producer = attribute(SOURCE);
        reading.time = attribute(TIME);
        reading.subject = attribute(SUBJECT);
        CloudEventRules.check(reading);
    }

    private Optional<String> attribute(String header) {
        int at = headers.lastIndexOf(header);
        if (at < 0) {
            return Optional.empty();
        }
        if (headers.indexOf(header) != at) {
            reading.refuse(
                    RejectReason.CLOUDEVENTS_INVALID,
                    "The header " + header + " occurs " + headers.count(header) + " times.");
            return Optional.empty();
        }
        Optional<Bytes> value = headers.value(at);
        Optional<String> text = value.flatMap(Bytes::text);
        if (text.isEmpty()) {
            reading.refuse(
                    RejectReason.CLOUDEVENTS_INVALID,
                    "The header " + header + (value.isEmpty() ? " has no value." : " is not UTF-8."));
        }
        return text;
    }
}

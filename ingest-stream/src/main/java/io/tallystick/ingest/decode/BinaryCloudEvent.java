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
        CloudEventRules.checkVersion(attribute("specversion"), reading);
        reading.id = attribute("id");
        reading.type = attribute("type");
        reading.producer = attribute("source");
        reading.time = attribute("time");
        reading.subject = attribute("subject");
        CloudEventRules.check(reading);
    }

    private Optional<String> attribute(String name) {
        String header = "ce_" + name;
        int count = headers.count(header);
        if (count == 0) {
            return Optional.empty();
        }
        if (count > 1) {
            reading.refuse(RejectReason.CLOUDEVENTS_INVALID, "The header " + header + " occurs " + count + " times.");
            return Optional.empty();
        }
        Optional<Bytes> value = headers.last(header);
        Optional<String> text = value.flatMap(Bytes::text);
        if (text.isEmpty()) {
            reading.refuse(
                    RejectReason.CLOUDEVENTS_INVALID,
                    "The header " + header + (value.isEmpty() ? " has no value." : " is not UTF-8."));
        }
        return text;
    }
}

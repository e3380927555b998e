// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import io.tallystick.entry.RejectReason;
import java.util.Optional;

/**
 * What both content modes ask of the context attributes. CloudEvents 1.0 section "Context Attributes".
 *
 * <p>Lengths and control characters have codes of their own, so they are not judged here, although CloudEvents forbids
 * control characters too.
 */
final class CloudEventRules {
    private CloudEventRules() {}

    static void checkVersion(Optional<String> specversion, Reading reading) {
        if (!specversion.equals(Optional.of("1.0"))) {
            reading.refuse(RejectReason.CLOUDEVENTS_INVALID, "The CloudEvents attribute specversion must be 1.0.");
        }
    }

    /** Required attributes are there and not empty; an optional one is not empty; time is RFC 3339. */
    static void check(Reading reading) {
        reading.id = required("id", reading.id, reading);
        reading.producer = required("source", reading.producer, reading);
        reading.type = required("type", reading.type, reading);
        reading.time = notEmpty("time", reading.time, reading);
        reading.subject = notEmpty("subject", reading.subject, reading);
        if (!Rfc3339.isAbsentOrDateTime(reading.time)) {
            reading.refuse(RejectReason.CLOUDEVENTS_INVALID, "The CloudEvents attribute time is not RFC 3339.");
        }
    }

    private static Optional<String> required(String name, Optional<String> value, Reading reading) {
        if (value.isEmpty()) {
            reading.refuse(
                    RejectReason.CLOUDEVENTS_INVALID, "The required CloudEvents attribute " + name + " is missing.");
        }
        return notEmpty(name, value, reading);
    }

    private static Optional<String> notEmpty(String name, Optional<String> value, Reading reading) {
        if (value.filter(String::isEmpty).isPresent()) {
            reading.refuse(RejectReason.CLOUDEVENTS_INVALID, "The CloudEvents attribute " + name + " is empty.");
            return Optional.empty();
        }
        return value;
    }
}

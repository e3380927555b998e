// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import io.tallystick.entry.PayloadRef;
import io.tallystick.entry.RejectReason;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonScanner;
import java.util.Optional;

/** Applies the rules of DESIGN.md section 5 to payload bytes: refuse, take out white space, or leave alone. */
final class JsonRules {
    static final int DEPTH_MAX = 64;

    private JsonRules() {}

    /** Declared JSON: every fault is refused. */
    static void takeDeclared(byte[] payload, Reading reading) {
        try {
            reading.payload = JsonScanner.minify(payload, DEPTH_MAX);
        } catch (JsonException e) {
            refuse(reading, e);
        }
    }

    /** Not declared: JSON if it is well formed, and then under the same rules; else bytes. */
    static void takeUndeclared(byte[] payload, Reading reading) {
        try {
            reading.payload = JsonScanner.minify(payload, DEPTH_MAX);
            reading.media = Optional.of(PayloadRef.JSON);
        } catch (JsonException e) {
            if (e.isWellFormedJson()) {
                refuse(reading, e);
            } else {
                reading.payload = payload;
                reading.media = Optional.of(PayloadRef.OCTETS);
            }
        }
    }

    static void refuse(Reading reading, JsonException e) {
        reading.refuse(RejectReason.ofFault(e.fault()), "The payload is refused as JSON: " + e.getMessage() + ".");
    }
}

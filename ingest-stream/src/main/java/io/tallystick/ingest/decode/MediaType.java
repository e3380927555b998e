// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import java.util.Locale;

/** Content types that name a form of record. */
final class MediaType {
    private static final String STRUCTURED = "application/cloudevents+json";

    private MediaType() {}

    /** Whether the whole value is a CloudEvent in JSON; without case, as the Kafka binding says. */
    static boolean isStructuredCloudEvent(String contentType) {
        return contentType.strip().toLowerCase(Locale.ROOT).startsWith(STRUCTURED);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import java.util.Locale;

/** Content types that name a form of record. Without case, as the Kafka binding of CloudEvents says. */
final class MediaType {
    private static final String STRUCTURED = "application/cloudevents+json";
    private static final String BATCHED = "application/cloudevents-batch";

    private MediaType() {}

    /** Whether the whole value is a CloudEvent in JSON. */
    static boolean isStructuredCloudEvent(String contentType) {
        return begins(contentType, STRUCTURED);
    }

    /** Whether the value is several CloudEvents, in whatever format. */
    static boolean isBatchOfCloudEvents(String contentType) {
        return begins(contentType, BATCHED);
    }

    private static boolean begins(String contentType, String prefix) {
        return contentType.length() >= prefix.length()
                && contentType.strip().toLowerCase(Locale.ROOT).startsWith(prefix);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** What records take in memory beside their values. Tenants choose it as freely as values. */
final class RecordBytes {
    private static final long HEADER_OVERHEAD_BYTES = 64;

    private RecordBytes() {}

    /** Roughly what the headers take, in bytes. */
    static long ofHeaders(Headers headers) {
        long bytes = 0;
        for (Header header : headers) {
            byte[] value = header.value();
            bytes += HEADER_OVERHEAD_BYTES + header.key().length() + (value == null ? 0 : value.length);
        }
        return bytes;
    }
}

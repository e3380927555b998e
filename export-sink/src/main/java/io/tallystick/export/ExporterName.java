// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.topic.Topics;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * Tells the exporters of a ledger apart: each has its own store and groups, and all write to {@code ledger.exports}.
 * A further exporter names itself in a header of each record and reads only its own; the first one has no name and no
 * header.
 *
 * @param name empty for the ledger's first exporter
 */
record ExporterName(String name) {
    private static final String HEADER = "ledger-exporter";

    /** Whether this is the exporter whose groups were set up with the ledger. */
    boolean isFirst() {
        return name.isEmpty();
    }

    String group(Topics topics, String stage) {
        return topics.group(stage) + (isFirst() ? "" : "-" + name);
    }

    List<Header> headers() {
        return isFirst() ? List.of() : List.of(new RecordHeader(HEADER, name.getBytes(UTF_8)));
    }

    /** Whether a record with these headers was written by an exporter of this name. */
    boolean owns(Headers headers) {
        Header found = headers.lastHeader(HEADER);
        return (found == null ? "" : new String(found.value(), UTF_8)).equals(name);
    }
}

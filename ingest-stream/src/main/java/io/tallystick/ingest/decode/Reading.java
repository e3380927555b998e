// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import io.tallystick.entry.ContextHeader;
import io.tallystick.entry.RejectReason;
import io.tallystick.entry.SchemaRef;
import java.util.List;
import java.util.Optional;

/** What has been read of one record so far. Filled by the reader of its form, judged by {@link Decoder}; one thread. */
final class Reading {
    final Refusals refusals = new Refusals();
    Optional<String> id = Optional.empty();
    Optional<String> type = Optional.empty();
    Optional<String> time = Optional.empty();
    Optional<String> producer = Optional.empty();
    Optional<String> subject = Optional.empty();
    Optional<String> actor = Optional.empty();
    List<ContextHeader> attributes = List.of();

    /** The content type; absent if not declared. */
    Optional<String> media = Optional.empty();

    /** The payload to keep; null until a reader found one. */
    byte[] payload;

    Optional<SchemaRef> schema = Optional.empty();

    void refuse(RejectReason reason, String detail) {
        refusals.add(reason, detail);
    }

    /** Gives the record the identity of one that names none. */
    void nameAfter(SourceRecord record) {
        id = Optional.of(record.ownId());
        type = Optional.of("event");
    }
}

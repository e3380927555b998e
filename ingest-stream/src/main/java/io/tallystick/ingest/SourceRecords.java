// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.entry.Bytes;
import io.tallystick.entry.ContextHeader;
import io.tallystick.ingest.decode.SourcePartition;
import io.tallystick.ingest.decode.SourceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Kafka's records as the core takes them, without a copy: the consumer makes an array of its own for each field. */
final class SourceRecords {
    private SourceRecords() {}

    static SourceRecord of(SourcePartition source, ConsumerRecord<byte[], byte[]> record) {
        List<ContextHeader> headers = new ArrayList<>();
        for (Header header : record.headers()) {
            headers.add(new ContextHeader(header.key(), bytes(header.value())));
        }
        OptionalInt leaderEpoch = record.leaderEpoch().map(OptionalInt::of).orElseGet(OptionalInt::empty);
        return new SourceRecord(
                source,
                record.offset(),
                leaderEpoch,
                record.timestamp(),
                bytes(record.key()),
                headers,
                bytes(record.value()));
    }

    private static Optional<Bytes> bytes(byte[] nullable) {
        return Optional.ofNullable(nullable).map(Bytes::wrap);
    }
}

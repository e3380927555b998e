// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import io.tallystick.entry.Bytes;
import io.tallystick.entry.ContextHeader;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One committed record of a source partition, as the broker gave it.
 *
 * @param source the partition it comes from
 * @param offset its offset there, from 0
 * @param leaderEpoch leader epoch of its batch, empty if the broker did not say
 * @param timestampMs its timestamp, milliseconds since 1970 UTC; negative if it has none
 * @param key its key, absent if null
 * @param headers its headers in order; names may repeat
 * @param value its value, absent if null
 */
public record SourceRecord(
        SourcePartition source,
        long offset,
        OptionalInt leaderEpoch,
        long timestampMs,
        Optional<Bytes> key,
        List<ContextHeader> headers,
        Optional<Bytes> value) {

    public SourceRecord {
        if (offset < 0) {
            throw new IllegalArgumentException("offset must not be negative, got " + offset);
        }
        headers = List.copyOf(headers);
    }

    /** Identity of a record that names none: {@code <topicId>:<partition>:<offset>}. */
    String ownId() {
        return source.topicId() + ":" + source.chain().partition() + ":" + offset;
    }
}

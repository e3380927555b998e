// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What one poll returned of one partition.
 *
 * @param partition whose records they are
 * @param reading which reading of the partition they belong to
 * @param records in the order of their offsets
 * @param bytes what they take in memory, roughly
 */
record SourceBatch(OwnedPartition partition, long reading, List<ConsumerRecord<byte[], byte[]>> records, long bytes) {
    private static final int OVERHEAD_BYTES = 256;

    static SourceBatch of(OwnedPartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
        long bytes = 0;
        for (ConsumerRecord<byte[], byte[]> record : records) {
            bytes += OVERHEAD_BYTES
                    + (long) Math.max(0, record.serializedKeySize())
                    + Math.max(0, record.serializedValueSize())
                    + RecordBytes.ofHeaders(record.headers());
        }
        return new SourceBatch(partition, partition.follower().reading(), records, bytes);
    }
}

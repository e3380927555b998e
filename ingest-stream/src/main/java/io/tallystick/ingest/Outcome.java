// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.entry.RejectReason;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A record for a tenant to read.
 *
 * @param tenant whose it is
 * @param record for the tenant's receipts or rejects topic
 * @param refused why, of a copy for the rejects topic
 */
record Outcome(String tenant, ProducerRecord<String, byte[]> record, Optional<RejectReason> refused) {
    private static final int OVERHEAD_BYTES = 256;

    /** Roughly what it takes in memory, in bytes. A copy for the rejects topic has the headers of the original. */
    int size() {
        return OVERHEAD_BYTES
                + (record.value() == null ? 0 : record.value().length)
                + Math.toIntExact(RecordBytes.ofHeaders(record.headers()));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A record for a tenant to read.
 *
 * @param tenant whose it is
 * @param record for the tenant's receipts or rejects topic
 */
record Outcome(String tenant, ProducerRecord<String, byte[]> record) {
    /** Roughly what it takes in memory. */
    int size() {
        return 256 + (record.value() == null ? 0 : record.value().length);
    }
}

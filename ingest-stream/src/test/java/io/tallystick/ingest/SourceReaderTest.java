// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceReaderTest {
    private static final TopicPartition PARTITION = new TopicPartition("ledger.in.acme", 1);

    /** The forms the consumer's exceptions have. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Encountered corrupt message when fetching offset 7 for topic-partition ledger.in.acme-1",
                "Record batch for partition ledger.in.acme-1 at offset 7 is invalid, cause: checksum",
                "Received exception when fetching the next record from ledger.in.acme-1. If needed, please seek past it",
                "Failed to make progress reading messages at ledger.in.acme-1=7. No complete records were found."
            })
    void partitionIsFoundInTheTextOfAnException(String text) {
        assertThat(SourceReader.isNamed(PARTITION, new KafkaException(text))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "User rebalance callback throws an error",
                "for topic-partition ledger.in.acme-12",
                "for topic-partition ledger.in.acme-1-0",
                "for topic-partition ledger.in.acme-1.b-0",
                "for topic-partition old.ledger.in.acme-1",
                "for topic-partition ledgerxin.acme-1"
            })
    void otherPartitionIsNotTakenForIt(String text) {
        assertThat(SourceReader.isNamed(PARTITION, new KafkaException(text))).isFalse();
    }

    @Test
    void exceptionWithoutTextNamesNothing() {
        assertThat(SourceReader.isNamed(PARTITION, new KafkaException())).isFalse();
    }
}

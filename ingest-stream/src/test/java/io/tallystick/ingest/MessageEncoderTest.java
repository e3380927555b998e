// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.AdmittedKind;
import io.tallystick.serde.LedgerSerdes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MessageEncoderTest {
    private static final String TOPIC = "ledger.ingest";

    private Serde<SpecificRecord> serde;

    @BeforeEach
    void setUp() throws IOException {
        LedgerSerdes serdes = new LedgerSerdes(new MockSchemaRegistryClient(), "mock://encoder");
        serdes.register(Map.of(TOPIC, List.of(AdmittedEvent.getClassSchema())));
        serde = serdes.records();
    }

    private static AdmittedEvent message(long offset, byte[] payload) {
        return AdmittedEvent.newBuilder()
                .setChain("acme/0")
                .setCluster("cluster")
                .setTopic("ledger.in.acme")
                .setPartition(0)
                .setTopicId("topic-id-1")
                .setFrom(offset)
                .setOffset(offset)
                .setKind(AdmittedKind.EVENT)
                .setTimestamp(Instant.ofEpochMilli(1_700_000_000_123L))
                .setPayload(payload == null ? null : ByteBuffer.wrap(payload))
                .build();
    }

    @Test
    void bytesAreThoseOfConfluentsSerialiser() {
        // Given
        MessageEncoder encoder = new MessageEncoder(serde.serializer(), TOPIC);

        for (byte[] payload : new byte[][] {null, {}, {1, 2, 3}, new byte[100_000]}) {
            AdmittedEvent message = message(7, payload);

            // When
            byte[] bytes = encoder.encode(message);

            // Then
            assertThat(bytes).isEqualTo(serde.serializer().serialize(TOPIC, message));
            assertThat(serde.deserializer().deserialize(TOPIC, bytes)).isEqualTo(message);
        }
    }

    @Test
    void messageIsNotChangedByItsEncoding() {
        // Given
        MessageEncoder encoder = new MessageEncoder(serde.serializer(), TOPIC);
        AdmittedEvent message = message(7, new byte[] {1, 2, 3});
        encoder.encode(message);

        // When
        byte[] again = encoder.encode(message);

        // Then
        assertThat(again).isEqualTo(encoder.encode(message));
        assertThat(message.getPayload().remaining()).isEqualTo(3);
    }
}

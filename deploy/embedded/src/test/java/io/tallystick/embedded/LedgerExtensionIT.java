// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LedgerExtension.class)
class LedgerExtensionIT {

    private static final Schema PARCEL = new Schema.Parser()
            .parse("{\"type\":\"record\",\"name\":\"Parcel\",\"fields\":[{\"name\":\"id\",\"type\":\"string\"}]}");

    private final EmbeddedLedger ledger;

    LedgerExtensionIT(EmbeddedLedger ledger) {
        this.ledger = ledger;
    }

    @Test
    void givesEveryTestTheSameLedgerAndAnotherPrefix(EmbeddedLedger again) {
        // When
        String prefix = ledger.newPrefix();

        // Then
        assertThat(again).isSameAs(ledger);
        assertThat(prefix).matches("t-[0-9a-f]{8}\\.").isNotEqualTo(again.newPrefix());
    }

    @Nested
    class InANestedClass {
        @Test
        void theLedgerIsTheSameToo(EmbeddedLedger nested) {
            // When // Then
            assertThat(nested).isSameAs(ledger);
        }
    }

    @Test
    void avroRecordGoesThroughBrokerAndRegistryAndComesBack() throws Exception {
        // Given
        String topic = ledger.newPrefix() + "parcels";
        new BrokerClient(ledger.bootstrapServers()).createTopic(topic);
        GenericRecord parcel = new GenericData.Record(PARCEL);
        parcel.put("id", "P-1");
        Map<String, Object> properties = new HashMap<>(ledger.clientProperties());
        properties.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        properties.put("value.serializer", KafkaAvroSerializer.class.getName());
        properties.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        properties.put("value.deserializer", KafkaAvroDeserializer.class.getName());
        properties.put("group.id", topic);
        properties.put("auto.offset.reset", "earliest");

        // When
        try (KafkaProducer<String, Object> producer = new KafkaProducer<>(properties)) {
            producer.send(new ProducerRecord<>(topic, parcel)).get();
        }
        List<Object> received = new ArrayList<>();
        try (KafkaConsumer<String, Object> consumer = new KafkaConsumer<>(properties)) {
            consumer.subscribe(List.of(topic));
            Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> received.add(record.value()));
                return !received.isEmpty();
            });
        }

        // Then
        assertThat(received).hasSize(1).first().hasToString("{\"id\": \"P-1\"}");
    }
}

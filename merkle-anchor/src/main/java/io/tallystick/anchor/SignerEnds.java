// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import java.util.Optional;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringSerializer;

/** What a {@link SignerSession} reads and writes outside its process. */
interface SignerEnds {
    /** A new producer with the signer's transactional id; the caller closes it. */
    Producer<String, SpecificRecord> producer();

    /** Reads all committed intents, in the order of their offsets. */
    void readIntents(Consumer<ConsumerRecord<String, SpecificRecord>> visitor);

    /** Opens the guard outside Kafka, if one is configured; the caller closes it. */
    Optional<GuardFile> guardFile();

    /** The broker, and the file the configuration names. */
    static SignerEnds of(AnchorConfig config, Serde<SpecificRecord> records) {
        return new SignerEnds() {
            @Override
            public Producer<String, SpecificRecord> producer() {
                return new KafkaProducer<>(config.signerProducer(), new StringSerializer(), records.serializer());
            }

            @Override
            public void readIntents(Consumer<ConsumerRecord<String, SpecificRecord>> visitor) {
                try (CommittedReader reader =
                        new CommittedReader(config.committedReader("signer-guard"), records.deserializer())) {
                    reader.readAll(new TopicPartition(config.topics().signer(), 0), visitor);
                }
            }

            @Override
            public Optional<GuardFile> guardFile() {
                return config.guardFile()
                        .map(path -> GuardFile.open(path, config.ledger().origin()));
            }
        };
    }
}

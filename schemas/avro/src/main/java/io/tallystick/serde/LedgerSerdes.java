// SPDX-License-Identifier: Apache-2.0
package io.tallystick.serde;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.AbstractKafkaSchemaSerDeConfig;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroDeserializerConfig;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import io.confluent.kafka.serializers.subject.TopicRecordNameStrategy;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The value serde of the ledger's Avro topics: Confluent framing, TopicRecordNameStrategy, specific records.
 *
 * <p>Serialisers never register: {@link #register} does, when a ledger is set up. Ids are cached, so a registry that is
 * down stops nobody who has used a schema before; whoever needs an id that is not cached waits for the registry, up to
 * {@link RegistryPatience#WAIT_MAX}.
 *
 * <p>A serde may be shared by several threads, as Confluent's serialisers may. Confluent's code is asked for the first record of
 * each schema only: its look-ups cost more than the encoding ({@link RecordSerializer}, {@link RecordDeserializer}).
 */
public final class LedgerSerdes {
    private static final Logger LOGGER = LoggerFactory.getLogger(LedgerSerdes.class);
    private static final int SCHEMAS_CACHED_MAX = 1000;

    private final SchemaRegistryClient client;
    private final Map<String, Object> settings;

    /** @param registryUrl URL of a Confluent-compatible schema registry */
    public LedgerSerdes(String registryUrl) {
        this(new CachedSchemaRegistryClient(registryUrl, SCHEMAS_CACHED_MAX), registryUrl);
    }

    /**
     * @param client registry client, shared by all serdes made here
     * @param registryUrl its URL; Confluent's configuration asks for one even when a client is given
     */
    public LedgerSerdes(SchemaRegistryClient client, String registryUrl) {
        this.client = client;
        this.settings = Map.of(
                AbstractKafkaSchemaSerDeConfig.SCHEMA_REGISTRY_URL_CONFIG,
                registryUrl,
                AbstractKafkaSchemaSerDeConfig.AUTO_REGISTER_SCHEMAS,
                false,
                AbstractKafkaSchemaSerDeConfig.VALUE_SUBJECT_NAME_STRATEGY,
                TopicRecordNameStrategy.class.getName(),
                KafkaAvroDeserializerConfig.SPECIFIC_AVRO_READER_CONFIG,
                true);
    }

    /** The serde of every value in the ledger's own Avro topics. */
    public Serde<SpecificRecord> records() {
        KafkaAvroSerializer serializer = new KafkaAvroSerializer(client);
        serializer.configure(settings, false);
        KafkaAvroDeserializer deserializer = new KafkaAvroDeserializer(client);
        deserializer.configure(settings, false);
        return Serdes.serdeFrom(
                new RecordSerializer(serializer), new RecordDeserializer(deserializer, this::writerSchema));
    }

    private Optional<Schema> writerSchema(int id) {
        try {
            return client.getSchemaById(id) instanceof AvroSchema avro
                    ? Optional.of(avro.rawSchema())
                    : Optional.empty();
        } catch (IOException | RestClientException e) {
            LOGGER.atDebug()
                    .addKeyValue("schemaId", id)
                    .addKeyValue("error", e)
                    .log("schema not fetched, trying again with the next record");
            return Optional.empty();
        }
    }

    /**
     * Registers schemas under {@code <topic>-<record full name>} and asks for BACKWARD_TRANSITIVE compatibility.
     *
     * @param schemas values of each topic
     * @throws IOException if the registry cannot be reached or refuses a schema
     */
    public void register(Map<String, List<Schema>> schemas) throws IOException {
        for (Map.Entry<String, List<Schema>> topic : schemas.entrySet()) {
            for (Schema schema : topic.getValue()) {
                String subject = topic.getKey() + "-" + schema.getFullName();
                try {
                    client.register(subject, new AvroSchema(schema));
                    client.updateCompatibility(subject, "BACKWARD_TRANSITIVE");
                } catch (RestClientException e) {
                    throw new IOException(
                            "schema registry refused " + subject + ": " + e.getMessage()
                                    + "; is it the registry of this ledger?",
                            e);
                }
            }
        }
    }
}

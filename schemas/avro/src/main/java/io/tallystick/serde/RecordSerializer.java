// SPDX-License-Identifier: Apache-2.0
package io.tallystick.serde;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Writes the bytes Confluent's serialiser writes. Confluent's own is asked for the first record of each topic and schema, so that
 * what a registry refuses is refused in its words; from then on the id is known and nothing but the encoding is left.
 *
 * <pre>
 * byte 0      magic, 0
 * bytes 1-4   schema id, big-endian
 * then        Avro binary encoding
 * </pre>
 *
 * <p>Safe for several threads.
 */
final class RecordSerializer implements Serializer<SpecificRecord> {
    static final byte MAGIC = 0;

    private final Serializer<Object> confluent;
    private final Map<String, Map<Schema, Known>> known = new ConcurrentHashMap<>();
    private final ThreadLocal<ArrayEncoder> encoders = ThreadLocal.withInitial(ArrayEncoder::new);

    /** A schema with its id in one topic's subject. */
    private record Known(Schema schema, int id, DatumWriter<SpecificRecord> writer) {}

    /** @param confluent asks the registry for ids */
    RecordSerializer(Serializer<Object> confluent) {
        this.confluent = confluent;
    }

    @Override
    public byte[] serialize(String topic, SpecificRecord value) {
        if (value == null) {
            return null;
        }
        Schema schema = value.getSchema();
        Known found = known.getOrDefault(topic, Map.of()).get(schema);
        if (found == null) {
            byte[] first = RegistryPatience.whileAway(() -> confluent.serialize(topic, value));
            remember(topic, schema, ByteBuffer.wrap(first).getInt(1));
            return first;
        }
        return encode(found, value, encoders.get());
    }

    private void remember(String topic, Schema schema, int id) {
        Map<Schema, Known> ofTopic = known.computeIfAbsent(topic, unused -> new ConcurrentHashMap<>());
        ofTopic.put(schema, new Known(schema, id, writer(schema)));
    }

    private static DatumWriter<SpecificRecord> writer(Schema schema) {
        Optional<FlatRecordWriter> flat = FlatRecordWriter.of(schema);
        return flat.isPresent() ? flat.get() : new SpecificDatumWriter<>(schema, coders(schema));
    }

    /** The model of the generated class, and its generated encoder where there is one. */
    private static SpecificData coders(Schema schema) {
        SpecificData generated = SpecificData.getForSchema(schema);
        SpecificData data = new SpecificData(generated.getClassLoader());
        generated.getConversions().forEach(data::addLogicalTypeConversion);
        data.setCustomCoders(true);
        return data;
    }

    private static byte[] encode(Known found, SpecificRecord value, ArrayEncoder out) {
        out.begin();
        out.writeRaw(MAGIC);
        out.writeRawInt(found.id);
        try {
            found.writer.write(value, out);
        } catch (IOException | RuntimeException e) {
            throw new SerializationException("a record of " + found.schema.getFullName() + " cannot be written", e);
        }
        return out.toBytes();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.serde;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads what {@link RecordSerializer} and Confluent's serialisers write, into the class of the writer's schema. Confluent's own is
 * asked for the first record of each schema id, so that what is unknown or not a record of ours is refused in its words.
 *
 * <p>Safe for several threads.
 */
final class RecordDeserializer implements Deserializer<SpecificRecord> {
    private static final int FRAME_BYTES = 5;

    private final Deserializer<Object> confluent;
    private final IntFunction<Optional<Schema>> registry;
    private final Map<Integer, Schema> writers = new ConcurrentHashMap<>();
    private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

    /** What a thread uses again. */
    private static final class Scratch {
        private final Map<Integer, RecordReader> readers = new HashMap<>();
        private BinaryDecoder decoder;
    }

    /** Reads the records of one schema. */
    private interface RecordReader {
        SpecificRecord read(BinaryDecoder in, int bytes) throws IOException;
    }

    /**
     * @param confluent asks the registry for schemas
     * @param registry the writer's schema of an id that was just used; empty if it cannot be had now
     */
    RecordDeserializer(Deserializer<Object> confluent, IntFunction<Optional<Schema>> registry) {
        this.confluent = confluent;
        this.registry = registry;
    }

    /** @throws SerializationException if the bytes are no record of ours, or the registry does not know, or stays away */
    @Override
    public SpecificRecord deserialize(String topic, byte[] bytes) {
        if (bytes == null) {
            return null;
        }
        if (bytes.length < FRAME_BYTES || bytes[0] != RecordSerializer.MAGIC) {
            throw new SerializationException(
                    "a record of " + topic + " does not begin with magic byte 0 and a schema id");
        }
        int id = ByteBuffer.wrap(bytes).getInt(1);
        Schema writer = writers.get(id);
        if (writer == null) {
            SpecificRecord read = first(topic, bytes);
            registry.apply(id).ifPresent(schema -> writers.put(id, schema));
            return read;
        }
        return decode(id, writer, bytes);
    }

    private SpecificRecord first(String topic, byte[] bytes) {
        Object read = RegistryPatience.whileAway(() -> confluent.deserialize(topic, bytes));
        if (read == null || read instanceof SpecificRecord) {
            return (SpecificRecord) read;
        }
        throw new SerializationException("the record in " + topic + " is no record of the ledger's");
    }

    private SpecificRecord decode(int id, Schema writer, byte[] bytes) {
        Scratch mine = scratch.get();
        RecordReader reader = mine.readers.computeIfAbsent(id, unused -> reader(writer));
        mine.decoder = DecoderFactory.get().binaryDecoder(bytes, FRAME_BYTES, bytes.length - FRAME_BYTES, mine.decoder);
        try {
            return reader.read(mine.decoder, bytes.length);
        } catch (IOException | RuntimeException e) {
            // Without a cause: these bytes will not get better, and an IOException would be taken for the registry's.
            throw new SerializationException(
                    "the bytes are no " + writer.getFullName() + " of schema id " + id + ": " + e);
        }
    }

    private static RecordReader reader(Schema writer) {
        Class<?> type = SpecificData.get().getClass(writer);
        Schema reader = SpecificData.get().getSchema(type);
        Optional<FlatRecordReader> flat = FlatRecordReader.of(writer, type, reader);
        if (flat.isPresent()) {
            return flat.get()::read;
        }
        SpecificDatumReader<SpecificRecord> avro =
                new SpecificDatumReader<>(writer, reader, SpecificData.getForSchema(reader));
        return (in, bytes) -> avro.read(null, in);
    }
}

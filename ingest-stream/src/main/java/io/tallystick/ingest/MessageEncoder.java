// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.avro.AdmittedEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Writes admitted events in the Confluent frame. The frame's head is taken once from Confluent's own serialiser, which looks
 * up subject and schema for each record anew; all else is Avro.
 *
 * <pre>
 * magic 0 | schema id, 4 bytes | Avro binary
 * </pre>
 *
 * <p>For one thread.
 */
final class MessageEncoder {
    private static final int FRAME_HEAD = 5;
    private static final int BYTES_FIRST = 2048;

    private final Serializer<SpecificRecord> serializer;
    private final String topic;
    private final SpecificDatumWriter<AdmittedEvent> writer = new SpecificDatumWriter<>(AdmittedEvent.getClassSchema());
    private BinaryEncoder encoder;
    private byte[] head;

    MessageEncoder(Serializer<SpecificRecord> serializer, String topic) {
        this.serializer = serializer;
        this.topic = topic;
    }

    byte[] encode(AdmittedEvent message) {
        if (head == null) {
            byte[] first = serializer.serialize(topic, message);
            head = Arrays.copyOf(first, FRAME_HEAD);
            return first;
        }
        int payload = message.getPayload() == null ? 0 : message.getPayload().remaining();
        ByteArrayOutputStream out = new ByteArrayOutputStream(BYTES_FIRST + payload);
        out.write(head, 0, FRAME_HEAD);
        encoder = EncoderFactory.get().binaryEncoder(out, encoder);
        try {
            writer.write(message, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}

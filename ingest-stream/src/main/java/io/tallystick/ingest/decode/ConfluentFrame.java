// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import io.tallystick.avro.LedgerEvent;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.ContextHeader;
import io.tallystick.entry.PayloadRef;
import io.tallystick.entry.RejectReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;

/**
 * A value in the Confluent wire format.
 *
 * <pre>
 * byte 0      magic, 0
 * bytes 1-4   schema id in the registry, big-endian
 * bytes 5-    Avro datum in the schema of that id
 * </pre>
 *
 * <p>A {@code LedgerEvent}, in whatever version of its schema, is taken apart. Any other datum is checked against its schema
 * and kept as it is, frame included.
 */
final class ConfluentFrame {
    static final byte MAGIC = 0;
    private static final int HEADER_BYTES = 5;
    private static final Schema LEDGER_EVENT = LedgerEvent.getClassSchema();

    private final byte[] value;
    private final SourceRecord record;
    private final Reading reading;

    private ConfluentFrame(byte[] value, SourceRecord record, Reading reading) {
        this.value = value;
        this.record = record;
        this.reading = reading;
    }

    static boolean isFramed(byte[] value) {
        return value.length > 0 && value[0] == MAGIC;
    }

    /** Reads the frame; returns the schema id if the registry has not said yet what it is. */
    static OptionalInt read(byte[] value, SourceRecord record, Schemas schemas, Reading reading) {
        return new ConfluentFrame(value, record, reading).read(schemas);
    }

    private OptionalInt read(Schemas schemas) {
        if (value.length < HEADER_BYTES) {
            reading.refuse(
                    RejectReason.AVRO_INVALID,
                    "The value begins with the magic byte 0 but has " + value.length + " of the 5 bytes of a frame.");
            return OptionalInt.empty();
        }
        int id = ByteBuffer.wrap(value).getInt(1);
        Schemas.Lookup lookup = id < 0 ? new Schemas.Lookup.Unknown("cannot exist") : schemas.byId(id);
        if (lookup instanceof Schemas.Lookup.Pending) {
            return OptionalInt.of(id);
        }
        if (lookup instanceof Schemas.Lookup.Unknown unknown) {
            reading.refuse(
                    RejectReason.SCHEMA_UNKNOWN,
                    "The schema with id " + Integer.toUnsignedString(id) + " " + unknown.detail() + ".");
        } else if (lookup instanceof Schemas.Lookup.Found found) {
            read(found.schema());
        }
        return OptionalInt.empty();
    }

    private void read(RegisteredSchema schema) {
        ByteBuffer datum = ByteBuffer.wrap(value, HEADER_BYTES, value.length - HEADER_BYTES);
        if (!schema.isLedgerEvent()) {
            reading.nameAfter(record);
        }
        try {
            AvroDatum.check(schema.schema(), datum);
            if (schema.isLedgerEvent()) {
                take(resolve(schema.schema()));
            } else {
                reading.payload = value;
                reading.media = Optional.of(PayloadRef.AVRO);
                reading.schema = Optional.of(schema.reference());
            }
        } catch (AvroDatum.Invalid e) {
            refuse("it cannot be read with schema " + schema.reference().id() + ": " + e.getMessage());
        }
    }

    private GenericRecord resolve(Schema writer) throws AvroDatum.Invalid {
        try {
            return new GenericDatumReader<GenericRecord>(writer, LEDGER_EVENT, new GenericData())
                    .read(
                            null,
                            DecoderFactory.get().binaryDecoder(value, HEADER_BYTES, value.length - HEADER_BYTES, null));
        } catch (IOException | RuntimeException | StackOverflowError e) {
            // The datum is one of its writer's schema; what fails is that schema, in ways Avro does not number.
            // An error here would end ingest for all tenants.
            throw new AvroDatum.Invalid("its schema does not resolve to LedgerEvent");
        }
    }

    private void take(GenericRecord event) {
        reading.id = text(event, "id");
        reading.type = text(event, "type");
        reading.producer = text(event, "producer");
        reading.time = text(event, "time");
        reading.subject = text(event, "subject");
        reading.actor = text(event, "actor");
        reading.media = text(event, "media");
        reading.attributes = attributes(event);
        for (String name : List.of("id", "type", "media")) {
            if (text(event, name).filter(String::isEmpty).isPresent()) {
                refuse("LedgerEvent." + name + " is empty");
            }
        }
        reading.id = reading.id.filter(id -> !id.isEmpty());
        reading.type = reading.type.filter(type -> !type.isEmpty());
        if (!Rfc3339.isAbsentOrDateTime(reading.time)) {
            refuse("LedgerEvent.time is not RFC 3339");
        }
        ByteBuffer payload = ((ByteBuffer) event.get("payload")).duplicate();
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        if (reading.media.filter(PayloadRef::isJson).isPresent()) {
            JsonRules.takeDeclared(bytes, reading);
        } else {
            reading.payload = bytes;
        }
    }

    private static Optional<String> text(GenericRecord event, String field) {
        return Optional.ofNullable(event.get(field)).map(Object::toString);
    }

    /** In the order of their names: the order in the datum means nothing in Avro. */
    private static List<ContextHeader> attributes(GenericRecord event) {
        Map<String, String> sorted = new TreeMap<>();
        ((Map<?, ?>) event.get("attributes")).forEach((name, value) -> sorted.put(name.toString(), value.toString()));
        List<ContextHeader> headers = new ArrayList<>();
        sorted.forEach((name, value) -> headers.add(new ContextHeader(name, Optional.of(Bytes.utf8(value)))));
        return headers;
    }

    private void refuse(String what) {
        reading.refuse(RejectReason.AVRO_INVALID, "The Avro record is refused: " + what + ".");
    }
}

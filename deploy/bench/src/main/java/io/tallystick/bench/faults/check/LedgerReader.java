// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.bench.faults.check.LedgerRecord.Line;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/** Reads values of the ledger's topics: Confluent's frame, then Avro by the writer's schema. */
final class LedgerReader {
    private final RegistrySchemas schemas;
    private final Map<Integer, GenericDatumReader<GenericRecord>> readers = new HashMap<>();

    LedgerReader(RegistrySchemas schemas) {
        this.schemas = schemas;
    }

    /** @throws IOException if the value is something else, or its schema cannot be had */
    LedgerRecord read(byte[] value) throws IOException {
        GenericRecord record = record(value);
        return of(record, record.getSchema());
    }

    /**
     * Reads a value of {@code ledger.checkpoints}.
     *
     * @throws IOException if the value is something else, or its schema cannot be had
     */
    Checkpoint checkpoint(byte[] value) throws IOException {
        GenericRecord record = record(value);
        if (!record.getSchema().getName().equals("SignedCheckpoint")) {
            throw new IOException("a record " + record.getSchema().getName());
        }
        return new Checkpoint(
                record.get("origin").toString(),
                (Long) record.get("size"),
                HexFormat.of().formatHex(array(record, "root")),
                (Long) record.get("windowStart"),
                new String(array(record, "note"), UTF_8));
    }

    private static byte[] array(GenericRecord record, String field) {
        ByteBuffer bytes = ((ByteBuffer) record.get(field)).duplicate();
        byte[] array = new byte[bytes.remaining()];
        bytes.get(array);
        return array;
    }

    private GenericRecord record(byte[] value) throws IOException {
        ByteBuffer frame = ByteBuffer.wrap(value);
        if (frame.remaining() < 5 || frame.get() != 0) {
            throw new IOException("not in Confluent's frame");
        }
        int id = frame.getInt();
        GenericDatumReader<GenericRecord> reader = readers.get(id);
        if (reader == null) {
            reader = new GenericDatumReader<>(schemas.byId(id));
            readers.put(id, reader);
        }
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(value, frame.position(), frame.remaining(), null);
        GenericRecord record = reader.read(null, decoder);
        if (!decoder.isEnd()) {
            throw new IOException("bytes follow the record");
        }
        return record;
    }

    private static LedgerRecord of(GenericRecord record, Schema schema) throws IOException {
        long pseq = (Long) record.get("pseq");
        return switch (schema.getName()) {
            case "Init" -> new LedgerRecord(pseq, LedgerRecord.Type.INIT, Optional.empty());
            case "Boundary" -> new LedgerRecord(pseq, LedgerRecord.Type.BOUNDARY, Optional.empty());
            case "LedgerEntry" -> new LedgerRecord(pseq, LedgerRecord.Type.ENTRY, Optional.of(line(record)));
            default -> throw new IOException("a record " + schema.getName());
        };
    }

    private static Line line(GenericRecord record) {
        return new Line(
                record.get("chain").toString(),
                (Long) record.get("seq"),
                (ByteBuffer) record.get("entry"),
                bytes(record, "payload"),
                bytes(record, "salt"),
                bytes(record, "context"),
                bytes(record, "contextSalt"));
    }

    private static Optional<ByteBuffer> bytes(GenericRecord record, String field) {
        return Optional.ofNullable((ByteBuffer) record.get(field));
    }
}

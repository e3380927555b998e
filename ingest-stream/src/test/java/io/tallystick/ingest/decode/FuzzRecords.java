// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.avro.LedgerEvent;
import io.tallystick.fixtures.SamplePayloads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Records of every form made of real events and the JSON suite, most of them damaged in some place. */
final class FuzzRecords {
    static final int PENDING_ID = 99;
    private static final int EVENT_ID = 9;
    private static final List<String> TYPES = List.of(
            "\"string\"",
            "\"bytes\"",
            "{\"type\":\"array\",\"items\":\"long\"}",
            "{\"type\":\"array\",\"items\":\"null\"}",
            "{\"type\":\"map\",\"values\":{\"type\":\"array\",\"items\":[\"null\",\"string\",\"double\"]}}",
            "{\"type\":\"record\",\"name\":\"L\",\"fields\":[{\"name\":\"v\",\"type\":\"boolean\"},"
                    + "{\"name\":\"next\",\"type\":[\"null\",\"L\"]}]}",
            "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"E\","
                    + "\"symbols\":[\"A\",\"B\"]}},{\"name\":\"f\",\"type\":{\"type\":\"fixed\",\"name\":\"F\",\"size\":3}},"
                    + "{\"name\":\"i\",\"type\":\"int\"},{\"name\":\"d\",\"type\":\"float\"}]}");

    static final Schemas SCHEMAS = schemas();

    private static final String[] HEADERS = {
        "ce_id",
        "ce_source",
        "ce_type",
        "ce_time",
        "ce_subject",
        "ce_specversion",
        "ce_ledgertenant",
        "content-type",
        "h"
    };
    private static final String[] VALUES = {
        "",
        "1.0",
        "acme",
        "globex",
        "ledger.x",
        "2026-11-21T03:15:00Z",
        "2026-11-21T03:15:00.",
        "application/json",
        "application/cloudevents+json",
        "application/cloudevents-batch+json",
        "text/plain",
        "\u0000",
        "\u0085",
        "\u20ac",
        " "
    };

    private final Random random;
    private final List<byte[]> events = SamplePayloads.realEvents();
    private final List<byte[]> suite = List.copyOf(JsonSuite.cases().values());

    FuzzRecords(Random random) {
        this.random = random;
    }

    private static Schemas schemas() {
        List<Schemas.Lookup> known = new ArrayList<>();
        for (int id = 0; id < TYPES.size(); id++) {
            known.add(RegisteredSchema.judge(id, "AVRO", TYPES.get(id), false));
        }
        Schemas.Lookup event = RegisteredSchema.judge(
                EVENT_ID, "AVRO", LedgerEvent.getClassSchema().toString(), false);
        return id -> id == EVENT_ID
                ? event
                : id == PENDING_ID
                        ? new Schemas.Lookup.Pending()
                        : id < known.size()
                                ? known.get(id)
                                : new Schemas.Lookup.Unknown("is not in the schema registry");
    }

    SourceRecord next() {
        Records record =
                switch (random.nextInt(6)) {
                    case 0 -> Records.plain().value(damaged(json()));
                    case 1 -> Records.plain().value(damaged(json())).header("content-type", "application/json");
                    case 2 -> Records.cloudEvent().value(damaged(json()));
                    case 3 -> Records.structured("").value(damaged(structured()));
                    case 4 -> Records.plain().value(frame(EVENT_ID, damaged(ledgerEvent())));
                    default -> Records.plain().value(otherFrame());
                };
        return headers(record).build();
    }

    private Records headers(Records record) {
        if (random.nextInt(3) > 0) {
            return record;
        }
        for (int times = random.nextInt(3); times >= 0; times--) {
            String name = HEADERS[random.nextInt(HEADERS.length)];
            if (random.nextBoolean()) {
                record.without(name);
            }
            byte[] value = VALUES[random.nextInt(VALUES.length)].getBytes(UTF_8);
            switch (random.nextInt(8)) {
                case 0 -> record.header(name, (byte[]) null);
                case 1 -> record.header(name, damaged(value));
                case 2 -> record.header(name, new byte[random.nextInt(20_000)]);
                case 3 -> record.key("k".repeat(random.nextInt(1000)));
                case 4 -> record.value(random.nextBoolean() ? null : new byte[random.nextInt(100)]);
                default -> record.header(name, value);
            }
        }
        return record;
    }

    private byte[] json() {
        List<byte[]> source = random.nextInt(3) == 0 ? suite : events;
        return source.get(random.nextInt(source.size()));
    }

    private byte[] structured() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"time\":null,"
                .getBytes(UTF_8));
        if (random.nextBoolean()) {
            out.writeBytes("\"data\":".getBytes(UTF_8));
            out.writeBytes(json());
        } else {
            out.writeBytes("\"data_base64\":\"".getBytes(UTF_8));
            out.writeBytes(Base64.getEncoder().encode(json()));
            out.write('"');
        }
        out.write('}');
        return out.toByteArray();
    }

    /** The datum of a sound LedgerEvent. */
    byte[] ledgerEvent() {
        GenericData.Record event = new GenericData.Record(LedgerEvent.getClassSchema());
        event.put("id", "a-1");
        event.put("type", "order");
        event.put("time", random.nextBoolean() ? "2026-11-21T03:15:00Z" : null);
        event.put("media", random.nextBoolean() ? "application/json" : "text/plain");
        event.put("payload", ByteBuffer.wrap(json()));
        event.put("attributes", random.nextBoolean() ? Map.of() : Map.of("zone", "z", "area", "a"));
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
            new GenericDatumWriter<GenericRecord>(event.getSchema()).write(event, encoder);
            encoder.flush();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Small bytes are what counts, lengths and branches are made of. */
    private byte[] otherFrame() {
        byte[] datum = new byte[random.nextInt(random.nextInt(20) == 0 ? 5_000 : 40)];
        for (int i = 0; i < datum.length; i++) {
            datum[i] = (byte) (random.nextInt(6) == 0 ? random.nextInt(256) : random.nextInt(8));
        }
        int id = random.nextInt(20) == 0 ? PENDING_ID : random.nextInt(TYPES.size() + 1);
        return frame(id == TYPES.size() ? 1000 : id, datum);
    }

    static byte[] frame(int id, byte[] datum) {
        return ByteBuffer.allocate(5 + datum.length)
                .put((byte) 0)
                .putInt(id)
                .put(datum)
                .array();
    }

    /** One in three stays as it is; else some bytes are changed, put in, taken out, doubled or cut off. */
    private byte[] damaged(byte[] sound) {
        byte[] bytes = sound;
        for (int times = random.nextInt(3); times > 0; times--) {
            int at = random.nextInt(bytes.length + 1);
            int keep = at;
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(bytes, 0, at);
            switch (random.nextInt(6)) {
                case 0 -> out.write(random.nextInt(256));
                case 1 -> out.write("{}[]\",:\\u0 \n$".charAt(random.nextInt(13)));
                case 2 -> out.write(bytes, 0, at);
                case 3 -> keep = Math.min(bytes.length, at + 1 + random.nextInt(9));
                case 4 -> keep = bytes.length;
                default -> {
                    out.write(random.nextInt(256));
                    keep = Math.min(bytes.length, at + 1);
                }
            }
            out.write(bytes, keep, bytes.length - keep);
            bytes = out.toByteArray();
        }
        return bytes;
    }
}

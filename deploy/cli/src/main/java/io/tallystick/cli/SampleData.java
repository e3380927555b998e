// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * What the three tenants of the quickstart produce: real events in three formats, and among them records no ledger should
 * accept. Sources and licences: {@code samples/README.md}.
 */
final class SampleData {
    private static final int OVERSIZED_BYTES = 2 * 1024 * 1024;
    private static final int UNKNOWN_SCHEMA_ID = 999_999;

    /**
     * A tenant's part of the sample.
     *
     * @param tenant tenant id
     * @param format how it produces, for people
     * @param partitions partitions of its input topic
     * @param file its events, a resource of this package
     */
    record Tenant(String tenant, String format, int partitions, String file) {}

    static final Tenant ACME = new Tenant("acme", "plain JSON", 2, "/samples/cloudtrail.ndjson");
    static final Tenant GLOBEX = new Tenant("globex", "CloudEvents", 1, "/samples/saas.ndjson");
    static final Tenant INITECH = new Tenant("initech", "Avro", 1, "/samples/kev.ndjson");
    static final List<Tenant> TENANTS = List.of(ACME, GLOBEX, INITECH);

    private SampleData() {}

    /** The lines of a tenant's file. */
    static List<byte[]> lines(Tenant tenant) throws IOException {
        List<byte[]> lines = new ArrayList<>();
        try (InputStream in = Objects.requireNonNull(SampleData.class.getResourceAsStream(tenant.file()));
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line.getBytes(UTF_8));
            }
        }
        return lines;
    }

    /** A plain JSON record. */
    static ProducerRecord<byte[], byte[]> plain(String topic, int partition, byte[] json) {
        return new ProducerRecord<>(topic, partition, null, json);
    }

    /** A CloudEvents record: every second one structured, the others binary. */
    static ProducerRecord<byte[], byte[]> cloudEvent(String topic, int number, byte[] json) {
        RecordHeaders headers = new RecordHeaders();
        if (number % 2 == 1) {
            headers.add("content-type", "application/cloudevents+json; charset=UTF-8".getBytes(UTF_8));
            String head = "{\"specversion\":\"1.0\",\"id\":\"saas-" + number
                    + "\",\"source\":\"https://globex.example/audit\",\"type\":\"com.example.saas.audit\","
                    + "\"datacontenttype\":\"application/json\",\"data\":";
            return new ProducerRecord<>(
                    topic, null, null, null, concat(head.getBytes(UTF_8), json, "}".getBytes(UTF_8)), headers);
        }
        cloudEventHeaders("saas-" + number).forEach((name, value) -> headers.add(name, value.getBytes(UTF_8)));
        return new ProducerRecord<>(topic, null, null, null, json, headers);
    }

    /** Records the ledger must refuse, each for another reason, as JSON or CloudEvents or framed Avro. */
    static List<ProducerRecord<byte[], byte[]>> bad(Tenant tenant, String topic) {
        return switch (tenant.tenant()) {
            case "acme" ->
                List.of(
                        declaredJson(topic, "not even close to JSON".getBytes(UTF_8)),
                        declaredJson(topic, "{\"user\":\"root\",\"us\\u0065r\":\"guest\"}".getBytes(UTF_8)),
                        declaredJson(topic, ("[".repeat(65) + "]".repeat(65)).getBytes(UTF_8)),
                        new ProducerRecord<>(topic, 0, null, oversized()),
                        new ProducerRecord<>(topic, 0, null, null));
            case "globex" ->
                List.of(incompleteCloudEvent(topic), declaredJson(topic, "{\"name\":\"\\ud800\"}".getBytes(UTF_8)));
            default ->
                List.of(new ProducerRecord<>(
                        topic,
                        0,
                        null,
                        ByteBuffer.allocate(8)
                                .put((byte) 0)
                                .putInt(UNKNOWN_SCHEMA_ID)
                                .array()));
        };
    }

    private static ProducerRecord<byte[], byte[]> declaredJson(String topic, byte[] value) {
        RecordHeaders headers = new RecordHeaders();
        headers.add("content-type", "application/json".getBytes(UTF_8));
        return new ProducerRecord<>(topic, 0, null, null, value, headers);
    }

    private static ProducerRecord<byte[], byte[]> incompleteCloudEvent(String topic) {
        RecordHeaders headers = new RecordHeaders();
        headers.add("ce_specversion", "1.0".getBytes(UTF_8));
        headers.add("ce_id", "without-a-source".getBytes(UTF_8));
        return new ProducerRecord<>(topic, 0, null, null, "{}".getBytes(UTF_8), headers);
    }

    private static Map<String, String> cloudEventHeaders(String id) {
        return Map.of(
                "ce_specversion", "1.0",
                "ce_id", id,
                "ce_source", "https://globex.example/audit",
                "ce_type", "com.example.saas.audit",
                "content-type", "application/json");
    }

    private static byte[] oversized() {
        byte[] value = new byte[OVERSIZED_BYTES];
        Arrays.fill(value, (byte) '7');
        return value;
    }

    private static byte[] concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer joined = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            joined.put(part);
        }
        return joined.array();
    }
}

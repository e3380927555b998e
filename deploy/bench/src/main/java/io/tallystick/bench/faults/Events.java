// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What producers send: plain JSON, CloudEvents of both kinds, some that must be refused and some that repeat an id.
 * Nothing has white space, so that payloads are values. For one thread.
 */
final class Events {
    private static final int OVERSIZE = (1 << 20) + 1;

    private final String topic;
    private final String producer;
    private final Random random;
    private ProducerRecord<byte[], byte[]> last;
    private long count;

    /** @param producer in every id, so that ids of two producers differ */
    Events(String topic, String producer, Random random) {
        this.topic = topic;
        this.producer = producer;
        this.random = random;
    }

    ProducerRecord<byte[], byte[]> plain(int partition) {
        count++;
        int draw = random.nextInt(1_000);
        if (draw < 10) {
            return record(partition, "{\"broken\":" + count + ",\"by\":\"" + producer + "\"");
        }
        if (draw < 15) {
            return new ProducerRecord<>(topic, partition, null, null);
        }
        if (draw == 15 && count % 5 == 0) {
            return record(partition, json("x".repeat(OVERSIZE)));
        }
        ProducerRecord<byte[], byte[]> record = record(partition, json(filler()));
        record.headers().add("content-type", "application/json".getBytes(UTF_8));
        if (draw < 200) {
            record.headers().add("trace", Long.toHexString(random.nextLong()).getBytes(UTF_8));
        }
        return record;
    }

    /** Now and then the one before again, as a producer without idempotence would send it. */
    ProducerRecord<byte[], byte[]> cloudEvent(int partition) {
        int draw = random.nextInt(1_000);
        if (draw < 10 && last != null) {
            return new ProducerRecord<>(topic, last.partition(), null, last.key(), last.value(), last.headers());
        }
        count++;
        last = draw < 300 ? structured(partition) : binary(partition, draw < 310 ? "0.9" : "1.0");
        return last;
    }

    private ProducerRecord<byte[], byte[]> binary(int partition, String version) {
        ProducerRecord<byte[], byte[]> record = record(partition, json(filler()));
        header(record, "ce_specversion", version);
        header(record, "ce_id", id());
        header(record, "ce_source", "/" + producer);
        header(record, "ce_type", "com.example.tried");
        header(record, "content-type", "application/json");
        return record;
    }

    private ProducerRecord<byte[], byte[]> structured(int partition) {
        ProducerRecord<byte[], byte[]> record = record(
                partition,
                "{\"specversion\":\"1.0\",\"id\":\"" + id() + "\",\"source\":\"/" + producer
                        + "\",\"type\":\"com.example.tried\",\"data\":" + json(filler()) + "}");
        header(record, "content-type", "application/cloudevents+json");
        return record;
    }

    private String id() {
        return producer + "-" + count;
    }

    private String json(String filler) {
        return "{\"by\":\"" + producer + "\",\"n\":" + count + ",\"filler\":\"" + filler + "\"}";
    }

    private String filler() {
        return "abcdefghij".repeat(1 + random.nextInt(40));
    }

    private ProducerRecord<byte[], byte[]> record(int partition, String value) {
        return new ProducerRecord<>(topic, partition, ("k" + count % 17).getBytes(UTF_8), value.getBytes(UTF_8));
    }

    private static void header(ProducerRecord<byte[], byte[]> record, String name, String value) {
        record.headers().add(name, value.getBytes(UTF_8));
    }
}

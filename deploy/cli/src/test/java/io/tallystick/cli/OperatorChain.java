// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.topic.OperatorTopic;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** The operator's topic; a write may fail, and be there all the same. */
final class OperatorChain implements OperatorTopic {
    final List<ProducerRecord<String, byte[]>> events = new ArrayList<>();
    int failsAfter = Integer.MAX_VALUE;
    boolean persisted;
    boolean away;

    @Override
    public Set<String> eventIds() {
        if (away) {
            throw new KafkaException("no broker");
        }
        Set<String> ids = new HashSet<>();
        events.forEach(event -> ids.add(header(event, "ce_id")));
        return ids;
    }

    @Override
    public void append(ProducerRecord<String, byte[]> event) {
        boolean fails = failsAfter-- == 0;
        if (!fails || persisted) {
            events.add(event);
        }
        if (fails) {
            throw new KafkaException("no answer");
        }
    }

    private static String header(ProducerRecord<String, byte[]> event, String name) {
        return new String(event.headers().lastHeader(name).value(), UTF_8);
    }

    List<String> types() {
        return events.stream().map(event -> header(event, "ce_type")).toList();
    }

    JsonObject payload(int index) throws Exception {
        return (JsonObject) JsonParser.parse(events.get(index).value(), 4);
    }
}

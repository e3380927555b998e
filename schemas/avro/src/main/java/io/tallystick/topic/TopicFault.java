// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What keeps a topic that exists from being what the ledger rests on. DESIGN.md section 4.
 *
 * @param topic full name
 * @param setting a topic setting as Kafka calls it, or {@link #MISSING}, {@link #PARTITIONS}, {@link #REPLICAS}
 * @param found what it is
 * @param expected what it must be, for people to read
 * @param remedy what mends it: a command of Kafka's, or a sentence
 */
public record TopicFault(String topic, String setting, String found, String expected, String remedy) {
    /** There is no such topic. */
    public static final String MISSING = "topic";

    /** Another number of partitions. */
    public static final String PARTITIONS = "partitions";

    /** Too few replicas. */
    public static final String REPLICAS = "replicas";

    /** What is wrong: topic, setting, what it is, what it must be. */
    public String sentence() {
        return switch (setting) {
            case MISSING -> "topic " + topic + " does not exist";
            case PARTITIONS, REPLICAS -> "topic " + topic + " has " + found + " " + setting + ", expected " + expected;
            default -> "topic " + topic + " has " + setting + "=" + found + ", expected " + expected;
        };
    }

    TopicFault mendedBy(String other) {
        return new TopicFault(topic, setting, found, expected, other);
    }

    /** What is wrong with all of them, and what mends it; each remedy once, in order. */
    static String explain(List<TopicFault> faults) {
        Map<String, StringBuilder> byRemedy = new LinkedHashMap<>();
        for (TopicFault fault : faults) {
            byRemedy.merge(fault.remedy(), new StringBuilder(fault.sentence()), (before, more) -> before.append("; ")
                    .append(more));
        }
        StringBuilder text = new StringBuilder();
        byRemedy.forEach((remedy, sentences) -> text.append(text.isEmpty() ? "" : " | ")
                .append(sentences)
                .append(": ")
                .append(remedy));
        return text.toString();
    }
}

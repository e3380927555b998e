// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.topic.AdminAnswer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** How many records have been dealt with, asked of the broker, so that the work itself is not slowed. */
final class Progress {
    /** Those that also have a process-id tell a thread's state and nothing else (KIP-1091). */
    private static final ObjectName STREAM_THREADS = name("kafka.streams:type=stream-thread-metrics,thread-id=*");

    private static final Duration STALLED = Duration.ofMinutes(2);

    private Progress() {}

    /** Sum of the positions a group has committed on a topic; records, where the topic has no transactions. */
    static LongSupplier committed(Admin admin, String group, String topic) {
        return () -> AdminAnswer.await(
                        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(),
                        "read offsets of " + group)
                .entrySet()
                .stream()
                .filter(partition -> partition.getKey().topic().equals(topic) && partition.getValue() != null)
                .mapToLong(partition -> partition.getValue().offset())
                .sum();
    }

    /** Sum of the ends of a topic's partitions. */
    static LongSupplier written(Admin admin, String topic, int partitions) {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        partitions(topic, partitions).forEach(partition -> ends.put(partition, OffsetSpec.latest()));
        return () -> AdminAnswer.await(admin.listOffsets(ends).all(), "read the ends of " + topic).values().stream()
                .mapToLong(ListOffsetsResultInfo::offset)
                .sum();
    }

    /**
     * Waits until this much is done.
     *
     * @throws IllegalStateException if nothing happens for two minutes
     */
    static void await(LongSupplier done, long wanted) throws InterruptedException {
        long seen = -1;
        long deadline = System.nanoTime() + STALLED.toNanos();
        for (long now = done.getAsLong(); now < wanted; now = done.getAsLong()) {
            if (now > seen) {
                seen = now;
                deadline = System.nanoTime() + STALLED.toNanos();
            } else if (System.nanoTime() > deadline) {
                throw new IllegalStateException("stands still at " + now + " of " + wanted + " records");
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /** Transactions that the stream threads of this process have committed. */
    static long transactions() {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        try {
            double all = 0;
            for (ObjectName thread : beans.queryNames(STREAM_THREADS, null)) {
                all += (double) beans.getAttribute(thread, "commit-total");
            }
            return Math.round(all);
        } catch (JMException e) {
            throw new IllegalStateException("Kafka Streams does not tell its commits", e);
        }
    }

    private static ObjectName name(String pattern) {
        try {
            return new ObjectName(pattern);
        } catch (MalformedObjectNameException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<TopicPartition> partitions(String topic, int partitions) {
        return IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }
}

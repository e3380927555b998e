// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.topic.AdminAnswer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;

/** How a group's partitions are spread over its members. */
final class Groups {
    private Groups() {}

    /** Number of partitions of each member, ascending. */
    static List<Integer> partitionsOfMembers(Admin admin, String group) {
        return AdminAnswer.await(admin.describeConsumerGroups(List.of(group)).all(), "describe group " + group)
                .get(group)
                .members()
                .stream()
                .map(MemberDescription::assignment)
                .map(assignment -> assignment.topicPartitions().size())
                .sorted()
                .toList();
    }

    /**
     * Waits until so many members share so many partitions, none of them idle.
     *
     * @return number of partitions of each, ascending
     * @throws IllegalStateException if it does not come to that
     */
    static List<Integer> awaitSpread(Admin admin, String group, int members, int partitions, Duration max)
            throws InterruptedException {
        long deadline = System.nanoTime() + max.toNanos();
        while (true) {
            List<Integer> spread = partitionsOfMembers(admin, group);
            int assigned = spread.stream().mapToInt(Integer::intValue).sum();
            if (spread.size() == members && assigned == partitions && spread.get(0) > 0) {
                return spread;
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(group + " is spread as " + spread + ", wanted " + members
                        + " members with " + partitions + " partitions");
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }
}

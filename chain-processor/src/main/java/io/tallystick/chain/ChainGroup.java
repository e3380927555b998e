// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.topic.AdminAnswer;
import io.tallystick.topic.LedgerIntegrityException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/** The consumer group of the chain stage: who is in it, and where it stands in the ingest topic. */
final class ChainGroup {
    private final Admin admin;
    private final String group;
    private final String ingest;
    private final List<TopicPartition> inputs;

    ChainGroup(ChainConfig config, Admin admin) {
        this.admin = admin;
        this.group = config.applicationId();
        this.ingest = config.ledger().topics().ingest();
        this.inputs = IntStream.range(0, config.ledger().partitions())
                .mapToObj(partition -> new TopicPartition(ingest, partition))
                .toList();
    }

    String name() {
        return group;
    }

    /**
     * Its members, for people to read; empty if there is no such group. An instance that was stopped or killed stays a member
     * until its session times out.
     */
    List<String> members() {
        try {
            ConsumerGroupDescription found = AdminAnswer.await(
                    admin.describeConsumerGroups(List.of(group))
                            .describedGroups()
                            .get(group),
                    "describe group " + group);
            return found.members().stream()
                    .map(member -> member.groupInstanceId().orElse(member.consumerId()) + " on " + member.host())
                    .toList();
        } catch (GroupIdNotFoundException e) {
            return List.of();
        }
    }

    /**
     * A group that lost its offsets, or whose name was changed, has no place to read on from, and none may be assumed.
     *
     * @throws LedgerIntegrityException naming the partitions without a usable offset
     */
    void requireOffsets() {
        Map<TopicPartition, String> unusable = unusable(committed(), offsets(OffsetSpec.earliest()), latest());
        if (!unusable.isEmpty()) {
            throw new LedgerIntegrityException("group " + group + " cannot read on in " + ingest + ": " + unusable
                    + "; nothing was written. Offsets go after 7 days without a running instance, with a changed "
                    + "ledger.prefix, or with the records they point at. Stop the chain stage and run 'tally recover"
                    + " chain': it compares state and topic and sets them; what is read twice is dropped");
        }
    }

    /**
     * Sets every offset that is missing or points at nothing to the beginning of its partition: what the chains account for
     * already is dropped, what is missing before is asked for.
     *
     * @return number of offsets set
     */
    int repairOffsets() {
        Map<TopicPartition, Long> earliest = offsets(OffsetSpec.earliest());
        Map<TopicPartition, OffsetAndMetadata> set = unusable(committed(), earliest, latest()).keySet().stream()
                .collect(Collectors.toMap(Function.identity(), input -> new OffsetAndMetadata(earliest.get(input))));
        if (!set.isEmpty()) {
            AdminAnswer.await(admin.alterConsumerGroupOffsets(group, set).all(), "set offsets of group " + group);
        }
        return set.size();
    }

    private Map<TopicPartition, OffsetAndMetadata> committed() {
        return AdminAnswer.await(
                admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(), "list offsets of " + group);
    }

    private Map<TopicPartition, Long> latest() {
        return offsets(OffsetSpec.latest());
    }

    private Map<TopicPartition, Long> offsets(OffsetSpec which) {
        Map<TopicPartition, OffsetSpec> wanted =
                inputs.stream().collect(Collectors.toMap(Function.identity(), input -> which));
        Map<TopicPartition, ListOffsetsResultInfo> found =
                AdminAnswer.await(admin.listOffsets(wanted).all(), "list offsets of " + ingest);
        return found.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()
                .offset()));
    }

    /** What is wrong, by partition, ascending. */
    private SortedMap<TopicPartition, String> unusable(
            Map<TopicPartition, OffsetAndMetadata> committed,
            Map<TopicPartition, Long> earliest,
            Map<TopicPartition, Long> latest) {
        SortedMap<TopicPartition, String> unusable = new TreeMap<>((a, b) -> a.partition() - b.partition());
        for (TopicPartition input : inputs) {
            OffsetAndMetadata offset = committed.get(input);
            if (offset == null) {
                unusable.put(input, "no committed offset");
            } else if (offset.offset() < earliest.get(input) || offset.offset() > latest.get(input)) {
                unusable.put(
                        input,
                        "committed offset " + offset.offset() + " is not in [" + earliest.get(input) + ", "
                                + latest.get(input) + "]");
            }
        }
        return unusable;
    }
}

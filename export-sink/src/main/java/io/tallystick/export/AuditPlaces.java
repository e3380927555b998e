// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.export.audit.BundleWalk;
import io.tallystick.topic.Topics;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps how far the self-audit is, where the exporter keeps its progress: in what is committed for the partitions of {@code
 * ledger.exports}, by a group of its own that reads nothing. Each tenant is told of in its partition.
 *
 * <pre>
 * metadata = "v1 " secret *( " " tenant "=" next "." first "." way )     at most 4,000 characters; numbers of radix 36, times
 *                                                                        in seconds
 * </pre>
 *
 * Tenants for whom there is no room begin with their newest bundle after each start. What did not change is not committed
 * again: of several instances one may know of a tenant only what another has long passed.
 */
final class AuditPlaces implements AuditThread.Places {
    /** Its group. */
    static final String STAGE = "export-audit";

    private static final Logger LOGGER = LoggerFactory.getLogger(AuditPlaces.class);
    private static final String VERSION = "v1";
    private static final int RADIX = Character.MAX_RADIX;

    /** A broker takes 4,096 bytes if nothing else is configured. */
    private static final int METADATA_MAX = 4_000;

    private final String topic;
    private final int partitions;
    private final Supplier<Consumer<?, ?>> group;

    /** What this instance read or committed last, by partition. */
    private final Map<TopicPartition, String> known = new HashMap<>();

    AuditPlaces(Clients clients) {
        this(clients.topics().exports(), clients.ledger().partitions(), () -> clients.committer(STAGE));
    }

    /** @param group a member for one use */
    AuditPlaces(String topic, int partitions, Supplier<Consumer<?, ?>> group) {
        this.topic = topic;
        this.partitions = partitions;
        this.group = group;
    }

    @Override
    public Optional<BundleWalk.Progress> load() {
        Set<TopicPartition> all = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .collect(Collectors.toSet());
        try (Consumer<?, ?> consumer = group.get()) {
            Optional<BundleWalk.Progress> loaded = Optional.empty();
            for (Map.Entry<TopicPartition, OffsetAndMetadata> committed :
                    consumer.committed(all).entrySet()) {
                if (committed.getValue() != null) {
                    known.put(committed.getKey(), committed.getValue().metadata());
                    loaded = with(loaded, parse(committed.getValue().metadata()));
                }
            }
            return loaded;
        }
    }

    private static Optional<BundleWalk.Progress> with(
            Optional<BundleWalk.Progress> all, Optional<BundleWalk.Progress> one) {
        if (all.isEmpty() || one.isEmpty()) {
            return all.or(() -> one);
        }
        TreeMap<String, BundleWalk.Place> places = new TreeMap<>(all.get().places());
        places.putAll(one.get().places());
        return Optional.of(new BundleWalk.Progress(one.get().secret(), places));
    }

    @Override
    public void save(BundleWalk.Progress progress) {
        Map<Integer, StringBuilder> texts = new HashMap<>();
        progress.places().forEach((tenant, place) -> {
            StringBuilder text = texts.computeIfAbsent(
                    Topics.partitionOf(tenant, partitions),
                    partition -> new StringBuilder(VERSION + " " + Long.toString(progress.secret(), RADIX)));
            String told = " " + tenant + "=" + seconds(place.next()) + "." + seconds(place.first()) + "."
                    + Integer.toString(place.way(), RADIX);
            if (text.length() + told.length() <= METADATA_MAX) {
                text.append(told);
            }
        });
        Map<TopicPartition, String> changed = new HashMap<>();
        texts.forEach((partition, text) -> changed.put(new TopicPartition(topic, partition), text.toString()));
        changed.entrySet().removeIf(text -> text.getValue().equals(known.get(text.getKey())));
        if (!changed.isEmpty()) {
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            changed.forEach((partition, text) -> offsets.put(partition, new OffsetAndMetadata(0, text)));
            try (Consumer<?, ?> consumer = group.get()) {
                consumer.commitSync(offsets);
            }
            known.putAll(changed);
        }
    }

    private static String seconds(Instant time) {
        return Long.toString(time.getEpochSecond(), RADIX);
    }

    /** What cannot be read is nothing worth to stop for: the audit begins anew. */
    private static Optional<BundleWalk.Progress> parse(String metadata) {
        String[] fields = metadata.split(" ", -1);
        if (fields.length < 2 || !fields[0].equals(VERSION)) {
            return unreadable(metadata);
        }
        try {
            TreeMap<String, BundleWalk.Place> places = new TreeMap<>();
            for (int i = 2; i < fields.length; i++) {
                int equals = fields[i].indexOf('=');
                String[] numbers = fields[i].substring(equals + 1).split("\\.", -1);
                if (equals < 1 || numbers.length != 3) {
                    return unreadable(metadata);
                }
                places.put(
                        fields[i].substring(0, equals),
                        new BundleWalk.Place(time(numbers[0]), time(numbers[1]), Integer.parseInt(numbers[2], RADIX)));
            }
            return Optional.of(new BundleWalk.Progress(Long.parseLong(fields[1], RADIX), places));
        } catch (IllegalArgumentException e) {
            return unreadable(metadata);
        }
    }

    private static Instant time(String seconds) {
        long parsed = Long.parseLong(seconds, RADIX);
        if (parsed < 0 || parsed > Instant.MAX.getEpochSecond()) {
            throw new IllegalArgumentException("not a time: " + seconds);
        }
        return Instant.ofEpochSecond(parsed);
    }

    private static Optional<BundleWalk.Progress> unreadable(String metadata) {
        LOGGER.atWarn()
                .addKeyValue("metadata", metadata)
                .log("how far the self-audit was cannot be read; it begins with the newest bundles");
        return Optional.empty();
    }
}

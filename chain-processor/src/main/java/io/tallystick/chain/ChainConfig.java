// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.chain.duplicates.IndexMemory;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.GroupProtocol;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.DefaultProductionExceptionHandler;
import org.apache.kafka.streams.errors.LogAndFailExceptionHandler;
import org.apache.kafka.streams.errors.LogAndFailProcessingExceptionHandler;

/**
 * Configuration of the chain stage: the keys all stages share, its own, and Kafka's.
 *
 * <p>{@code client.<key>} reaches every Kafka client, {@code streams.<key>} Kafka Streams. What the ledger's promises rest
 * on is set here and refused there.
 */
public final class ChainConfig extends AbstractConfig {
    public static final String STATE_DIR = "state.dir";
    public static final String CLOCK_MAX_AHEAD_MS = "ledger.clock.max.ahead.ms";
    public static final String DUPLICATES_MEMORY_BYTES = "ledger.duplicates.memory.bytes";
    public static final String DUPLICATES_REBUILD_MAX_MS = "ledger.duplicates.rebuild.max.ms";
    public static final String GROUP_INSTANCE_ID = "group.instance.id";
    public static final String STREAMS_PREFIX = "streams.";

    /**
     * Six times what Streams sets: one transaction holds every boundary of a downtime. Below the broker's
     * {@code transaction.max.timeout.ms}, 15 min.
     */
    private static final int TRANSACTION_TIMEOUT_MS = 60_000;

    /** Kafka's default. */
    private static final int MAX_POLL_INTERVAL_MS = 300_000;

    private static final List<String> CLIENT_PREFIXES = List.of(
            StreamsConfig.MAIN_CONSUMER_PREFIX,
            StreamsConfig.RESTORE_CONSUMER_PREFIX,
            StreamsConfig.GLOBAL_CONSUMER_PREFIX,
            StreamsConfig.CONSUMER_PREFIX,
            StreamsConfig.PRODUCER_PREFIX,
            StreamsConfig.ADMIN_CLIENT_PREFIX);

    /** Keys no setting may name, with or without a prefix of one kind of client. */
    private static final Set<String> FIXED_CLIENT_KEYS = Set.of(
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            ConsumerConfig.GROUP_ID_CONFIG,
            ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            ProducerConfig.ACKS_CONFIG,
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
            ProducerConfig.PARTITIONER_CLASS_CONFIG,
            EntriesPartitioner.ENTRIES,
            EntriesPartitioner.PARTITIONS,
            ProducerConfig.TRANSACTIONAL_ID_CONFIG);

    /** Other names of fixed settings, and what would change the diagram. */
    private static final Set<String> ALSO_FIXED = Set.of(
            "default.deserialization.exception.handler",
            "default.production.exception.handler",
            StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG,
            StreamsConfig.PROCESSOR_WRAPPER_CLASS_CONFIG);

    /** Settings the promises rest on: exactly once, fail closed, no silent start at an end of the input. */
    private static final Map<String, Object> FIXED = Map.ofEntries(
            Map.entry(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2),
            Map.entry(StreamsConfig.GROUP_PROTOCOL_CONFIG, GroupProtocol.CLASSIC.name()),
            Map.entry(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true),
            Map.entry(StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, LogAndFailExceptionHandler.class),
            Map.entry(
                    StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
                    LogAndFailProcessingExceptionHandler.class),
            Map.entry(
                    StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, DefaultProductionExceptionHandler.class));

    private static final Set<String> OURS = Set.of(
            StreamsConfig.APPLICATION_ID_CONFIG,
            StreamsConfig.BOOTSTRAP_SERVERS_CONFIG,
            StreamsConfig.STATE_DIR_CONFIG);

    private final LedgerSettings ledger;

    /** @throws ConfigException if a key is missing or out of range, or a setting would weaken a promise */
    public ChainConfig(Map<String, ?> properties) {
        super(definition(), properties, false);
        this.ledger = LedgerSettings.of(this);
        refuseFixed(LedgerSettings.CLIENT_PREFIX, ledger.clientProperties());
        refuseFixed(STREAMS_PREFIX, originalsWithPrefix(STREAMS_PREFIX));
    }

    /** All keys with types, defaults and documentation. */
    public static ConfigDef definition() {
        return LedgerSettings.define(new ConfigDef())
                .define(
                        STATE_DIR,
                        ConfigDef.Type.STRING,
                        Importance.HIGH,
                        "Directory of the local state. Belongs to one process; is rebuilt from Kafka if lost.")
                .define(
                        GROUP_INSTANCE_ID,
                        ConfigDef.Type.STRING,
                        "0",
                        new ConfigDef.NonEmptyString(),
                        Importance.HIGH,
                        "Name of this instance among those of the chain stage; the same after a restart, different in"
                                + " each instance. Static membership: a restart within the session timeout moves no"
                                + " partition.")
                .define(
                        CLOCK_MAX_AHEAD_MS,
                        ConfigDef.Type.LONG,
                        Duration.ofSeconds(5).toMillis(),
                        Range.between(0, Duration.ofHours(1).toMillis()),
                        Importance.LOW,
                        "Milliseconds an append time may lie ahead of this machine's clock before it is clamped.")
                .define(
                        DUPLICATES_MEMORY_BYTES,
                        ConfigDef.Type.LONG,
                        64L << 20,
                        Range.atLeast(IndexMemory.BYTES_MIN),
                        Importance.MEDIUM,
                        "Bytes of memory for the duplicate indexes of all partitions of this process together. A quarter,"
                                + " but at most an eighth of the heap, lies on the heap: ten bits an identity keep lookups"
                                + " off the disk.")
                .define(
                        DUPLICATES_REBUILD_MAX_MS,
                        ConfigDef.Type.LONG,
                        Duration.ofSeconds(10).toMillis(),
                        Range.between(100, Duration.ofMinutes(2).toMillis()),
                        Importance.LOW,
                        "Milliseconds a partition may take at its start to read a lost duplicate index anew. What lies"
                                + " further back than that is left out, with a warning. All partitions together stay"
                                + " within four fifths of max.poll.interval.ms and of transaction.timeout.ms, whichever"
                                + " is less: with the defaults 48 s divided by ledger.partitions is the most.");
    }

    private static void refuseFixed(String prefix, Map<String, ?> settings) {
        for (String key : settings.keySet()) {
            String bare = CLIENT_PREFIXES.stream()
                    .filter(key::startsWith)
                    .findFirst()
                    .map(kind -> key.substring(kind.length()))
                    .orElse(key);
            if (FIXED_CLIENT_KEYS.contains(bare)
                    || ALSO_FIXED.contains(key)
                    || FIXED.containsKey(key)
                    || OURS.contains(key)) {
                throw new ConfigException(
                        prefix + key, settings.get(key), "cannot be set: the ledger's promises rest on it; remove it");
            }
        }
    }

    /** What this stage knows of the ledger. */
    public LedgerSettings ledger() {
        return ledger;
    }

    public Duration clockMaxAhead() {
        return Duration.ofMillis(getLong(CLOCK_MAX_AHEAD_MS));
    }

    public Path stateDirectory() {
        return Path.of(getString(STATE_DIR));
    }

    long duplicatesMemoryBytes() {
        return getLong(DUPLICATES_MEMORY_BYTES);
    }

    /** Beside the directories of Streams, which tidies up its own. */
    Path duplicatesDirectory() {
        return stateDirectory().resolve(applicationId() + "-duplicates");
    }

    /**
     * How long one partition may take to read its index anew: so that all together do not lose their place in the group, and no
     * transaction that another task of the thread has begun is aborted meanwhile.
     */
    Duration duplicatesRebuildMax() {
        Object interval = streams()
                .getMainConsumerConfigs("group", "rebuild", 0)
                .getOrDefault(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, MAX_POLL_INTERVAL_MS);
        long ms = (int) ConfigDef.parseType(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, interval, ConfigDef.Type.INT);
        long together = Math.min(ms, transactionTimeout().toMillis()) * 4 / 5;
        return Duration.ofMillis(Math.min(getLong(DUPLICATES_REBUILD_MAX_MS), together / ledger.partitions()));
    }

    /** How long a transaction may take before the broker aborts it. */
    Duration transactionTimeout() {
        Object ms = streams().getProducerConfigs("transaction-timeout").get(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
        return Duration.ofMillis(
                (int) ConfigDef.parseType(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, ms, ConfigDef.Type.INT));
    }

    /** Name of the Streams application, its group and the prefix of its changelog. */
    public String applicationId() {
        return ledger.topics().group("chain");
    }

    /** Everything Kafka Streams is given, also to build the topology with. */
    public StreamsConfig streams() {
        return new StreamsConfig(streamsProperties());
    }

    Map<String, Object> streamsProperties() {
        Map<String, Object> all = new HashMap<>(tuning());
        all.putAll(ledger.clientProperties());
        all.putAll(originalsWithPrefix(STREAMS_PREFIX));
        all.putAll(FIXED);
        all.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId());
        all.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, ledger.bootstrapServers());
        all.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory().toString());
        all.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "none");
        all.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG),
                getString(GROUP_INSTANCE_ID));
        all.put(StreamsConfig.producerPrefix(ProducerConfig.ACKS_CONFIG), "all");
        all.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), Topics.LARGE_RECORD_BYTES_MAX);
        all.put(StreamsConfig.producerPrefix(ProducerConfig.PARTITIONER_CLASS_CONFIG), EntriesPartitioner.class);
        all.put(
                StreamsConfig.producerPrefix(EntriesPartitioner.ENTRIES),
                ledger.topics().entries());
        all.put(StreamsConfig.producerPrefix(EntriesPartitioner.PARTITIONS), ledger.partitions());
        return all;
    }

    /**
     * Measured defaults; each may be set otherwise with {@code streams.}. The commit interval is the longest: see
     * {@link CommitPace}, which Streams asks at least once in {@code poll.ms}. What is committed is sent at once, so the linger costs
     * no latency; the longer it is, the fewer requests a transaction needs.
     */
    private static Map<String, Object> tuning() {
        return Map.of(
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
                50L,
                StreamsConfig.POLL_MS_CONFIG,
                10L,
                StreamsConfig.NUM_STREAM_THREADS_CONFIG,
                1,
                StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG,
                SmallRocksDb.class,
                StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG),
                50,
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                TRANSACTION_TIMEOUT_MS,
                StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG),
                128 * 1024);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigException;

/**
 * What every stage must know of the ledger it works for. All stages of a ledger are given the same values.
 *
 * @param bootstrapServers Kafka brokers, {@code host:port,host:port}
 * @param schemaRegistryUrl a Confluent-compatible schema registry
 * @param origin origin of the registry, at most 128 bytes, without spaces or {@code +}
 * @param topics topic names
 * @param partitions N, fixed when the ledger is set up
 * @param windowSize divides 24 hours
 * @param checkpointInterval divides the window size
 * @param clientProperties further properties of every Kafka client, such as security settings
 */
public record LedgerSettings(
        String bootstrapServers,
        String schemaRegistryUrl,
        String origin,
        Topics topics,
        int partitions,
        Duration windowSize,
        Duration checkpointInterval,
        Map<String, Object> clientProperties) {

    public static final String BOOTSTRAP_SERVERS = "bootstrap.servers";
    public static final String SCHEMA_REGISTRY_URL = "schema.registry.url";
    public static final String ORIGIN = "ledger.origin";
    public static final String PREFIX = "ledger.prefix";
    public static final String PARTITIONS = "ledger.partitions";
    public static final String WINDOW_SIZE_MS = "ledger.window.size.ms";
    public static final String CHECKPOINT_INTERVAL_MS = "ledger.checkpoint.interval.ms";
    public static final String CLIENT_PREFIX = "client.";

    private static final int ORIGIN_BYTES_MAX = 128;
    private static final int PARTITIONS_MAX = 10_000;
    private static final long DAY_MS = Duration.ofDays(1).toMillis();

    /** @throws ConfigException if two values do not fit each other, or the origin cannot be a note's key name */
    public LedgerSettings {
        clientProperties = Map.copyOf(clientProperties);
        boolean unusable = origin.isEmpty()
                || origin.getBytes(UTF_8).length > ORIGIN_BYTES_MAX
                || origin.codePoints()
                        .anyMatch(c -> c == '+' || Character.isWhitespace(c) || Character.isISOControl(c));
        if (unusable) {
            throw new ConfigException(ORIGIN, origin, "must be 1 to 128 bytes without white space or '+'");
        }
        if (DAY_MS % windowSize.toMillis() != 0) {
            throw new ConfigException(WINDOW_SIZE_MS, windowSize.toMillis(), "must divide 24 hours");
        }
        if (windowSize.toMillis() % checkpointInterval.toMillis() != 0) {
            throw new ConfigException(
                    CHECKPOINT_INTERVAL_MS, checkpointInterval.toMillis(), "must divide " + WINDOW_SIZE_MS);
        }
    }

    /** Adds the shared keys to a stage's configuration. */
    public static ConfigDef define(ConfigDef def) {
        return def.define(
                        BOOTSTRAP_SERVERS,
                        ConfigDef.Type.STRING,
                        Importance.HIGH,
                        "Kafka brokers to start from, host:port,host:port.")
                .define(
                        SCHEMA_REGISTRY_URL,
                        ConfigDef.Type.STRING,
                        Importance.HIGH,
                        "URL of a Confluent-compatible schema registry. May be down once a stage runs.")
                .define(
                        ORIGIN,
                        ConfigDef.Type.STRING,
                        Importance.HIGH,
                        "Name of the ledger in its checkpoints, for example ledger.example.com; at most 128 bytes,"
                                + " without spaces or '+'. Never changed.")
                .define(
                        PREFIX,
                        ConfigDef.Type.STRING,
                        Topics.DEFAULT_PREFIX,
                        Importance.LOW,
                        "Prefix of all topic names.")
                .define(
                        PARTITIONS,
                        ConfigDef.Type.INT,
                        24,
                        Range.between(1, PARTITIONS_MAX),
                        Importance.HIGH,
                        "Partitions of ledger.ingest, ledger.entries and ledger.exports. Fixed when the ledger is set"
                                + " up; a stage refuses to start if the broker disagrees.")
                .define(
                        WINDOW_SIZE_MS,
                        ConfigDef.Type.LONG,
                        Duration.ofMinutes(15).toMillis(),
                        Range.between(1000, DAY_MS),
                        Importance.MEDIUM,
                        "Size of a window in milliseconds, aligned to UTC; divides 24 hours.")
                .define(
                        CHECKPOINT_INTERVAL_MS,
                        ConfigDef.Type.LONG,
                        Duration.ofMinutes(1).toMillis(),
                        Range.between(1000, DAY_MS),
                        Importance.MEDIUM,
                        "Milliseconds of ledger time between signed chain checkpoints within a window; divides the"
                                + " window size.");
    }

    /**
     * Reads the shared keys.
     *
     * @throws ConfigException if two values do not fit each other
     */
    public static LedgerSettings of(AbstractConfig config) {
        return new LedgerSettings(
                config.getString(BOOTSTRAP_SERVERS),
                config.getString(SCHEMA_REGISTRY_URL),
                config.getString(ORIGIN),
                new Topics(config.getString(PREFIX)),
                config.getInt(PARTITIONS),
                Duration.ofMillis(config.getLong(WINDOW_SIZE_MS)),
                Duration.ofMillis(config.getLong(CHECKPOINT_INTERVAL_MS)),
                config.originalsWithPrefix(CLIENT_PREFIX));
    }

    /** Without the values of the client properties: there are passwords among them. */
    @Override
    public String toString() {
        return "LedgerSettings[bootstrapServers=" + bootstrapServers
                + ", schemaRegistryUrl=" + schemaRegistryUrl
                + ", origin=" + origin
                + ", entries=" + topics.entries()
                + ", partitions=" + partitions
                + ", windowSize=" + windowSize
                + ", checkpointInterval=" + checkpointInterval
                + ", clientProperties=" + new TreeSet<>(clientProperties.keySet())
                + "]";
    }

    /** Properties every Kafka client of the ledger begins with; a fresh, changeable map. */
    public Map<String, Object> kafkaClient(String clientId) {
        Map<String, Object> properties = new HashMap<>(clientProperties);
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        properties.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
        return properties;
    }
}

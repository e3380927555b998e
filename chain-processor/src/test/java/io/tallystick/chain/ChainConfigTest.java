// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChainConfigTest {
    static Map<String, Object> properties() {
        Map<String, Object> properties = new HashMap<>();
        properties.put("bootstrap.servers", "localhost:9092");
        properties.put("schema.registry.url", "http://localhost:8081");
        properties.put("ledger.origin", "ledger.example.com");
        properties.put("ledger.partitions", 4);
        properties.put("state.dir", "/var/lib/tallystick/chain");
        return properties;
    }

    private static ChainConfig with(String key, Object value) {
        Map<String, Object> properties = properties();
        properties.put(key, value);
        return new ChainConfig(properties);
    }

    @Test
    void thePromisesAreSetWithoutBeingAskedFor() {
        Map<String, Object> streams = new ChainConfig(properties()).streamsProperties();
        assertThat(streams)
                .containsEntry("processing.guarantee", "exactly_once_v2")
                .containsEntry("application.id", "ledger-chain")
                .containsEntry("consumer.auto.offset.reset", "none")
                .containsEntry("main.consumer.group.instance.id", "0")
                .containsEntry("producer.acks", "all")
                .containsEntry("producer.max.request.size", 4 * 1024 * 1024)
                .containsEntry("commit.interval.ms", 50L)
                .containsEntry("producer.partitioner.class", EntriesPartitioner.class)
                .containsEntry("producer.ledger.entries.topic", "ledger.entries")
                .containsEntry("producer.ledger.partitions", 4)
                .containsEntry("ensure.explicit.internal.resource.naming", true);
    }

    @Test
    void kafkasOwnSettingsPassThrough() {
        Map<String, Object> properties = properties();
        properties.put("streams.commit.interval.ms", "10");
        properties.put("streams.num.stream.threads", "2");
        properties.put("client.security.protocol", "SSL");
        StreamsConfig streams = new ChainConfig(properties).streams();
        assertThat(streams.getLong("commit.interval.ms")).isEqualTo(10);
        assertThat(streams.getInt("num.stream.threads")).isEqualTo(2);
        assertThat(streams.getMainConsumerConfigs("g", "c", 0)).containsEntry("security.protocol", "SSL");
        assertThat(streams.getProducerConfigs("c")).containsEntry("security.protocol", "SSL");
    }

    @Test
    void aTransactionHasTimeForTheBoundariesOfALongDowntime() {
        // Given
        Map<String, Object> longer = properties();
        longer.put("streams.producer.transaction.timeout.ms", "120000");

        // When, Then
        assertThat(new ChainConfig(properties()).streams().getProducerConfigs("c"))
                .containsEntry("transaction.timeout.ms", 60_000);
        assertThat(new ChainConfig(longer).streams().getProducerConfigs("c"))
                .containsEntry("transaction.timeout.ms", "120000");
    }

    @Test
    void readingAllIndexesAnewOutlastsNeitherATransactionNorThePollInterval() {
        // Given
        Map<String, Object> slow = properties();
        slow.put(ChainConfig.DUPLICATES_REBUILD_MAX_MS, 120_000L);
        long partitions = new ChainConfig(slow).ledger().partitions();
        Map<String, Object> impatient = new HashMap<>(slow);
        impatient.put("streams.main.consumer.max.poll.interval.ms", "30000");

        // When, Then
        assertThat(new ChainConfig(slow).duplicatesRebuildMax()).hasMillis(60_000 * 4 / 5 / partitions);
        assertThat(new ChainConfig(impatient).duplicatesRebuildMax()).hasMillis(30_000 * 4 / 5 / partitions);
    }

    @Test
    void theFixedSettingsReachTheClients() {
        StreamsConfig streams = new ChainConfig(properties()).streams();
        assertThat(streams.getMainConsumerConfigs("g", "c", 1))
                .containsEntry("isolation.level", "read_committed")
                .containsEntry("auto.offset.reset", "none")
                .containsEntry("group.instance.id", "0-1");
        assertThat(streams.getProducerConfigs("c"))
                .containsEntry("acks", "all")
                .containsEntry("max.request.size", 4 * 1024 * 1024);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "streams.processing.guarantee",
                "streams.application.id",
                "streams.bootstrap.servers",
                "streams.state.dir",
                "streams.group.protocol",
                "streams.ensure.explicit.internal.resource.naming",
                "streams.processing.exception.handler",
                "streams.production.exception.handler",
                "streams.default.production.exception.handler",
                "streams.deserialization.exception.handler",
                "streams.default.deserialization.exception.handler",
                "streams.processor.wrapper.class",
                "streams.topology.optimization",
                "streams.producer.acks",
                "streams.acks",
                "streams.producer.max.request.size",
                "streams.producer.enable.idempotence",
                "streams.producer.transactional.id",
                "streams.main.consumer.isolation.level",
                "streams.consumer.isolation.level",
                "streams.restore.consumer.isolation.level",
                "streams.auto.offset.reset",
                "streams.main.consumer.auto.offset.reset",
                "streams.main.consumer.group.instance.id",
                "client.isolation.level",
                "client.acks",
                "client.group.id"
            })
    void whatThePromisesRestOnCannotBeOverridden(String key) {
        assertThatThrownBy(() -> with(key, "x"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key)
                .hasMessageContaining("remove it");
    }

    @Test
    void aStateDirectoryIsNeeded() {
        Map<String, Object> properties = properties();
        properties.remove("state.dir");
        assertThatThrownBy(() -> new ChainConfig(properties)).isInstanceOf(ConfigException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "3600001", "soon"})
    void anUnbelievableClockLimitIsRefused(String ms) {
        assertThatThrownBy(() -> with(ChainConfig.CLOCK_MAX_AHEAD_MS, ms)).isInstanceOf(ConfigException.class);
    }

    @Test
    void anInstanceNeedsAName() {
        assertThatThrownBy(() -> with(ChainConfig.GROUP_INSTANCE_ID, "")).isInstanceOf(ConfigException.class);
    }
}

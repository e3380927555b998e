// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LedgerSettingsTest {
    private static final Map<String, String> VALID = Map.of(
            LedgerSettings.BOOTSTRAP_SERVERS, "127.0.0.1:9092",
            LedgerSettings.SCHEMA_REGISTRY_URL, "http://127.0.0.1:8081",
            LedgerSettings.ORIGIN, "ledger.example.com");

    @Test
    void defaultsAreThoseOfTheDesign() {
        LedgerSettings settings = read(VALID);

        assertThat(settings.partitions()).isEqualTo(24);
        assertThat(settings.windowSize()).isEqualTo(Duration.ofMinutes(15));
        assertThat(settings.checkpointInterval()).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.topics().entries()).isEqualTo("ledger.entries");
    }

    @Test
    void clientPropertiesReachEveryClient() {
        assertThat(read(with("client.security.protocol", "SSL")).kafkaClient("x"))
                .containsEntry("security.protocol", "SSL")
                .containsEntry("client.id", "x");
    }

    @Test
    void valuesOfClientPropertiesAreNotPrinted() {
        assertThat(read(with("client.sasl.jaas.config", "password=hunter2")).toString())
                .contains("ledger.example.com", "sasl.jaas.config")
                .doesNotContain("hunter2");
    }

    @ParameterizedTest
    @CsvSource({
        "ledger.origin, ''",
        "ledger.origin, a+b",
        "ledger.origin, a b",
        "ledger.partitions, 0",
        "ledger.partitions, many",
        "ledger.window.size.ms, 7000000",
        "ledger.window.size.ms, 86400001",
        "ledger.window.size.ms, 0",
        "ledger.checkpoint.interval.ms, 7000",
        "ledger.checkpoint.interval.ms, 1800000"
    })
    void unusableValueIsRefusedByName(String key, String value) {
        assertThatThrownBy(() -> read(with(key, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key);
    }

    @Test
    void overlongOriginIsRefused() {
        assertThatThrownBy(() -> read(with(LedgerSettings.ORIGIN, "o".repeat(129))))
                .isInstanceOf(ConfigException.class);
    }

    private static Map<String, String> with(String key, String value) {
        Map<String, String> properties = new HashMap<>(VALID);
        properties.put(key, value);
        return properties;
    }

    private static LedgerSettings read(Map<String, String> properties) {
        return LedgerSettings.of(new AbstractConfig(LedgerSettings.define(new ConfigDef()), properties, false));
    }
}

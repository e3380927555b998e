// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;

/** Where a process that runs stages tells how they are. */
final class MonitoringConfig extends AbstractConfig {
    static final String PORT = "ledger.metrics.port";
    static final String HOST = "ledger.metrics.host";
    static final String LINGER_MS = "ledger.metrics.linger.ms";

    private static final int PORT_MAX = 65_535;
    private static final ConfigDef DEFINITION = new ConfigDef()
            .define(
                    PORT,
                    ConfigDef.Type.INT,
                    0,
                    Range.between(0, PORT_MAX),
                    Importance.MEDIUM,
                    "Port of /metrics (Prometheus) and /healthz; 0 for not at all.")
            .define(
                    HOST,
                    ConfigDef.Type.STRING,
                    "127.0.0.1",
                    Importance.LOW,
                    "Address /metrics listens on. Whoever reaches it may read it: tenants' names and counts are in it.")
            .define(
                    LINGER_MS,
                    ConfigDef.Type.LONG,
                    Duration.ofMinutes(1).toMillis(),
                    Range.between(0, Duration.ofHours(1).toMillis()),
                    Importance.LOW,
                    "Milliseconds for which /metrics can still be read after a stage met a fault it cannot go on with;"
                            + " then the process ends. At least two intervals of the scraper. 0 for not at all.");

    private MonitoringConfig(Map<String, String> properties) {
        super(DEFINITION, properties, false);
    }

    /**
     * Reads a stage's configuration.
     *
     * @param port takes the place of the configured one; null if not given
     * @throws CommandException if it is no port
     */
    static MonitoringConfig of(Map<String, String> properties, Integer port) {
        Map<String, String> all = new TreeMap<>(properties);
        if (port != null) {
            ListenAddress.requirePort("--metrics-port", port);
            all.put(PORT, port.toString());
        }
        return new MonitoringConfig(all);
    }

    boolean isOn() {
        return port() > 0;
    }

    int port() {
        return getInt(PORT);
    }

    String host() {
        return getString(HOST);
    }

    Duration linger() {
        return Duration.ofMillis(getLong(LINGER_MS));
    }
}

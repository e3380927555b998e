// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** The metrics of one process, those of its JVM among them, and where they can be read. */
final class Monitoring implements AutoCloseable {
    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final Optional<MonitoringServer> server;

    private Monitoring(MonitoringConfig config, Health health) throws IOException {
        new JvmMemoryMetrics().bindTo(metrics);
        collections.bindTo(metrics);
        new JvmThreadMetrics().bindTo(metrics);
        new ProcessorMetrics().bindTo(metrics);
        new FileDescriptorMetrics().bindTo(metrics);
        new UptimeMetrics().bindTo(metrics);
        Gauge.builder("ledger.build.info", () -> 1)
                .description("Always 1; the labels say which program this is.")
                .tags("version", Version.text(), "commit", Version.commit())
                .register(metrics);
        this.server = config.isOn()
                ? Optional.of(MonitoringServer.start(config.host(), config.port(), metrics::scrape, health))
                : Optional.empty();
    }

    /**
     * Starts something that is watched from before it starts until after it has ended. If a fault ended it, its last counts can
     * be read for a while: one that nobody has read raises no alert.
     *
     * @throws CommandException if the port cannot be listened on
     */
    static AutoCloseable around(
            MonitoringConfig config, Health health, Function<Monitoring, ? extends AutoCloseable> start) {
        Monitoring monitoring = open(config, health);
        try {
            AutoCloseable running = start.apply(monitoring);
            return () -> {
                try {
                    running.close();
                    monitoring.linger(config.linger(), health);
                } finally {
                    monitoring.close();
                }
            };
        } catch (RuntimeException e) {
            monitoring.close();
            throw e;
        }
    }

    private static Monitoring open(MonitoringConfig config, Health health) {
        try {
            return new Monitoring(config, health);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "cannot serve metrics on " + config.host() + ":" + config.port() + ": " + e.getMessage(),
                    "Choose another port with --metrics-port or " + MonitoringConfig.PORT
                            + "; each process needs its own.",
                    e);
        }
    }

    /** Where stages count what they do. */
    MeterRegistry metrics() {
        return metrics;
    }

    /** Where the metrics can be read, if anywhere. */
    Optional<String> url() {
        return server.map(MonitoringServer::metricsUrl);
    }

    private void linger(Duration time, Health health) throws InterruptedException {
        if (server.isPresent()) {
            health.linger(time);
        }
    }

    @Override
    public void close() {
        server.ifPresent(MonitoringServer::close);
        collections.close();
        metrics.close();
    }
}

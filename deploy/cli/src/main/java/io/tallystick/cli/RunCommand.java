// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.anchor.AnchorApplication;
import io.tallystick.anchor.AnchorConfig;
import io.tallystick.chain.ChainApplication;
import io.tallystick.chain.ChainConfig;
import io.tallystick.export.ExportApplication;
import io.tallystick.export.ExportConfig;
import io.tallystick.ingest.IngestApplication;
import io.tallystick.ingest.IngestConfig;
import io.tallystick.topic.Topics;
import io.tallystick.topic.WallClockWatch;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tally run}: one stage against a real cluster. */
@Command(
        name = "run",
        description = {
            "Run one stage in the foreground until it is told to end (SIGTERM).",
            "With a metrics port it serves /metrics for Prometheus, and /healthz: 200 while the stage runs, else 503.",
            "Ends with exit code 70 when an invariant of the ledger is broken: see the log, then 'tally --help'. Before that"
                    + " /metrics can be read for ledger.metrics.linger.ms (default: 60000)."
        })
final class RunCommand implements Callable<Integer> {
    /** A stage of the pipeline. */
    enum Stage {
        INGEST {
            @Override
            AutoCloseable start(Map<String, String> properties, MeterRegistry metrics, Consumer<Throwable> onFatal) {
                var stage = new IngestApplication(new IngestConfig(properties), metrics, onFatal);
                stage.start();
                return stage;
            }
        },
        CHAIN {
            @Override
            AutoCloseable start(Map<String, String> properties, MeterRegistry metrics, Consumer<Throwable> onFatal) {
                ChainConfig config = new ChainConfig(properties);
                StateDirectory.requireFree(config.stateDirectory(), config.applicationId());
                var stage = new ChainApplication(config, metrics, onFatal);
                stage.start();
                return stage;
            }
        },
        ANCHOR {
            @Override
            AutoCloseable start(Map<String, String> properties, MeterRegistry metrics, Consumer<Throwable> onFatal) {
                AnchorConfig config = new AnchorConfig(properties);
                Topics topics = config.ledger().topics();
                StateDirectory.requireFree(
                        Path.of(config.getString(AnchorConfig.STATE_DIR)),
                        topics.group("trees"),
                        topics.group("registry"));
                var stage = new AnchorApplication(config, metrics, onFatal);
                stage.start();
                return stage;
            }
        },
        EXPORT {
            @Override
            AutoCloseable start(Map<String, String> properties, MeterRegistry metrics, Consumer<Throwable> onFatal) {
                var stage = new ExportApplication(new ExportConfig(properties), metrics, onFatal);
                stage.start();
                return stage;
            }
        };

        /**
         * Starts the stage; it runs in threads of its own until it is closed.
         *
         * @param metrics where it counts what it does
         * @param onFatal told when it cannot go on
         */
        abstract AutoCloseable start(
                Map<String, String> properties, MeterRegistry metrics, Consumer<Throwable> onFatal);
    }

    @Mixin
    private ConfigFile config;

    @Parameters(paramLabel = "STAGE", description = "ingest, chain, anchor or export.")
    private Stage stage;

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            description = "Serve /metrics and /healthz on this port, 0 for not at all"
                    + " (default: ledger.metrics.port of the configuration, else 0).")
    private Integer metricsPort;

    @Override
    @SuppressWarnings("try") // a watch works while its block lasts; nothing in the block names it
    public Integer call() throws Exception {
        Map<String, String> properties = config.properties();
        Termination termination = new Termination();
        try (WallClockWatch watch = WallClockWatch.start(termination::abandon)) {
            return termination.run(() -> Monitoring.around(
                    MonitoringConfig.of(properties, metricsPort),
                    termination.health(),
                    monitoring -> stage.start(properties, monitoring.metrics(), termination::fatal)));
        }
    }
}

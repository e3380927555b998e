// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.embedded.EmbeddedException;
import io.tallystick.embedded.EmbeddedOptions;
import io.tallystick.json.JsonObject;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.WallClockWatch;
import io.tallystick.trust.TrustRoot;
import io.tallystick.verify.ExitCode;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.kafka.common.config.ConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tally up}: the ledger on one machine, staying up. */
@Command(
        name = "up",
        description = {
            "Run a whole ledger on this machine: broker, registry and all stages, until Ctrl-C.",
            "The data directory may be empty or hold a ledger that was stopped or killed: it goes on where it was.",
            "Other shells find it through its ledger.properties."
        })
final class UpCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private OutputOption output;

    @Option(names = "--data", paramLabel = "DIR", description = "Data directory (default: ~/.tallystick).")
    private Path data = ConfigFile.DEFAULT_HOME;

    @Option(
            names = "--origin",
            defaultValue = "ledger.local",
            description = "Name of a new ledger in its checkpoints (default: ledger.local).")
    private String origin;

    @Option(names = "--partitions", defaultValue = "4", description = "Partitions of a new ledger (default: 4).")
    private int partitions;

    @Option(
            names = "--window",
            paramLabel = "SECONDS",
            defaultValue = "900",
            description = "Size of a new ledger's windows; divides a day (default: 900).")
    private long windowSeconds;

    @Option(
            names = "--broker-port",
            defaultValue = "0",
            description = "Port of the broker (default: the one of the last start, else a free one).")
    private int brokerPort;

    @Option(
            names = "--registry-port",
            defaultValue = "0",
            description = "Port of the schema registry (default: the one of the last start, else a free one).")
    private int registryPort;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Address to listen on and to tell clients (default: 127.0.0.1).")
    private String listen;

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            description = "Serve /metrics for Prometheus and /healthz on this port, 0 for not at all"
                    + " (default: ledger.metrics.port of the ledger's configuration, else 0).")
    private Integer metricsPort;

    @Override
    @SuppressWarnings("try") // a watch works while its block lasts; nothing in the block names it
    public Integer call() throws Exception {
        requireUsable();
        LedgerHome home = new LedgerHome(data);
        LogFile.in(home, "WARN");
        requireSettings();
        Duration window = Duration.ofSeconds(windowSeconds);
        Duration checkpoint =
                window.compareTo(Duration.ofMinutes(1)) > 0 && windowSeconds % 60 == 0 ? Duration.ofMinutes(1) : window;
        LocalLedger.Options options = new LocalLedger.Options(
                origin,
                partitions,
                window,
                checkpoint,
                EmbeddedOptions.defaults()
                        .withHosts(listen, listen)
                        .withBrokerPort(brokerPort)
                        .withRegistryPort(registryPort));
        PrintWriter err = spec.commandLine().getErr();
        err.println("starting the ledger in " + home.directory() + " ...");
        err.flush();
        MonitoringConfig monitoring = MonitoringConfig.of(existing(home), metricsPort);
        Termination termination = new Termination();
        try (WallClockWatch watch = WallClockWatch.start(termination::abandon)) {
            return termination.run(() -> Monitoring.around(monitoring, termination.health(), around -> {
                LocalLedger ledger = LocalLedger.start(home, options, around.metrics(), fault -> {
                    if (fault instanceof EmbeddedException) {
                        termination.brokerEnded(fault);
                    } else {
                        termination.fatal(fault);
                    }
                });
                print(home, ledger, around);
                return ledger;
            }));
        }
    }

    /** Before there is a data directory: it keeps what it was made with. */
    private void requireUsable() {
        try {
            TrustRoot.requireOrigin(origin);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitCode.USAGE, e.getMessage(), "Give another --origin, such as ledger.example.com.", e);
        }
        var unused = ListenAddress.of(listen, 0);
        ListenAddress.requirePort("--broker-port", brokerPort);
        ListenAddress.requirePort("--registry-port", registryPort);
        if (metricsPort != null) {
            ListenAddress.requirePort("--metrics-port", metricsPort);
        }
    }

    /** Before they are written. Settings make loggers, so the log must be where it belongs. */
    private void requireSettings() {
        requireSetting(
                "--partitions",
                Integer.toString(partitions),
                Map.of(LedgerSettings.PARTITIONS, Integer.toString(partitions)),
                "Give 1 to 10000, such as 4; a ledger keeps them for ever.");
        // As text: what is too large for milliseconds is refused as any other number.
        requireSetting(
                "--window",
                Long.toString(windowSeconds),
                Map.of(LedgerSettings.WINDOW_SIZE_MS, windowSeconds + "000"),
                "Give whole seconds that divide a day, such as 10, 60 or 900; a ledger keeps them for ever.");
    }

    private void requireSetting(String option, String given, Map<String, String> setting, String remedy) {
        Map<String, String> all = new TreeMap<>(Map.of(
                LedgerSettings.BOOTSTRAP_SERVERS, "localhost:9092",
                LedgerSettings.SCHEMA_REGISTRY_URL, "http://localhost:8081",
                LedgerSettings.ORIGIN, origin,
                LedgerSettings.CHECKPOINT_INTERVAL_MS, "1000"));
        all.putAll(setting);
        try {
            var unused = ConfigFile.settings(all);
        } catch (ConfigException e) {
            throw new CommandException(
                    ExitCode.USAGE, option + " " + given + " cannot be: " + e.getMessage(), remedy, e);
        }
    }

    /** The configuration of the last start, if there was one. */
    private static Map<String, String> existing(LedgerHome home) {
        return Files.exists(home.config()) ? ConfigFile.read(home.config()) : Map.of();
    }

    private void print(LedgerHome home, LocalLedger ledger, Monitoring monitoring) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.json()) {
            out.println(OutputOption.text(json(home, ledger, monitoring)));
            out.flush();
            return;
        }
        out.println("ledger " + ledger.settings().origin() + " is up");
        out.println("  brokers     " + ledger.settings().bootstrapServers());
        out.println("  registry    " + ledger.settings().schemaRegistryUrl());
        out.println("  bundles     " + home.bucket().resolve("v1"));
        out.println("  trust root  " + home.trustRoot());
        out.println("  window      " + ledger.settings().windowSize().toSeconds() + " s");
        monitoring.url().ifPresent(url -> out.println("  metrics     " + url));
        out.println("try: deploy/tally tenant create acme" + configOption(home));
        out.flush();
    }

    private static JsonObject json(LedgerHome home, LocalLedger ledger, Monitoring monitoring) {
        return JsonObject.builder()
                .put("brokers", ledger.settings().bootstrapServers())
                .put("bundles", home.bucket().resolve("v1").toString())
                .put("config", home.config().toString())
                .put("metrics", monitoring.url())
                .put("origin", ledger.settings().origin())
                .put("registry", ledger.settings().schemaRegistryUrl())
                .put("trustRoot", home.trustRoot().toString())
                .put("windowSeconds", ledger.settings().windowSize().toSeconds())
                .build();
    }

    private static String configOption(LedgerHome home) {
        return home.directory().equals(new LedgerHome(ConfigFile.DEFAULT_HOME).directory())
                ? ""
                : " --config " + home.config();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.embedded.EmbeddedException;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.EmbeddedOptions;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole ledger on one machine: the broker in a JVM of its own; the registry and all stages in this one.
 *
 * <p>Everything lies below one data directory, which may be empty or hold a ledger that was stopped or killed.
 */
final class LocalLedger implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(LocalLedger.class);
    private static final int REPLICATION = 1;
    private static final List<RunCommand.Stage> DOWNSTREAM_FIRST =
            List.of(RunCommand.Stage.EXPORT, RunCommand.Stage.ANCHOR, RunCommand.Stage.CHAIN, RunCommand.Stage.INGEST);
    private static final Duration DRAIN_MAX = Duration.ofSeconds(20);

    private final LedgerHome home;
    private final Map<String, String> properties;
    private final Deque<AutoCloseable> running;

    /**
     * What a new ledger is made with. A ledger that exists keeps what it was made with.
     *
     * @param origin its name in checkpoints
     * @param partitions N, for ever
     * @param window size of a window
     * @param checkpoint interval between chain checkpoints
     * @param platform ports and addresses of broker and registry
     */
    record Options(String origin, int partitions, Duration window, Duration checkpoint, EmbeddedOptions platform) {}

    private LocalLedger(LedgerHome home, Map<String, String> properties, Deque<AutoCloseable> running) {
        this.home = home;
        this.properties = properties;
        this.running = running;
    }

    /**
     * Starts everything; returns when all stages have been started.
     *
     * @param metrics where the stages count what they do
     * @param onFatal told when broker or a stage ends by itself
     * @throws CommandException if something cannot start
     */
    static LocalLedger start(LedgerHome home, Options options, MeterRegistry metrics, Consumer<Throwable> onFatal) {
        Deque<AutoCloseable> running = new ArrayDeque<>();
        try {
            home.create();
            EmbeddedLedger platform = EmbeddedLedger.start(home.platform(), options.platform(), onFatal);
            running.push(platform);
            Map<String, String> properties = configure(home, options, platform);
            LedgerSettings settings = ConfigFile.settings(properties);
            LedgerKeys.of(properties).createMissing(settings.origin(), properties);
            try (LedgerAdmin admin = new LedgerAdmin(settings)) {
                admin.init(REPLICATION);
            }
            for (RunCommand.Stage stage : DOWNSTREAM_FIRST) {
                running.push(stage.start(properties, metrics, onFatal));
            }
            return new LocalLedger(home, properties, running);
        } catch (IOException e) {
            closeAll(running);
            throw new CommandException(
                    ExitCode.UNREACHABLE,
                    "cannot set up the ledger in " + home.directory() + ": " + e.getMessage(),
                    "Is the directory writable, and is there space?",
                    e);
        } catch (EmbeddedException e) {
            closeAll(running);
            throw new CommandException(
                    ExitCode.UNREACHABLE, e.getMessage(), "The broker's log is below " + home.platform() + ".", e);
        } catch (RuntimeException e) {
            closeAll(running);
            throw e;
        }
    }

    /** The settings of all stages. */
    Map<String, String> properties() {
        return properties;
    }

    LedgerSettings settings() {
        return ConfigFile.settings(properties);
    }

    /**
     * Writes the configuration: what a ledger was made with stays, addresses are today's. What cannot be used is not written: the
     * next start would find it.
     */
    private static Map<String, String> configure(LedgerHome home, Options options, EmbeddedLedger platform)
            throws IOException {
        Map<String, String> properties = new TreeMap<>();
        properties.put(LedgerSettings.ORIGIN, options.origin());
        properties.put(LedgerSettings.PARTITIONS, Integer.toString(options.partitions()));
        properties.put(
                LedgerSettings.WINDOW_SIZE_MS, Long.toString(options.window().toMillis()));
        properties.put(
                LedgerSettings.CHECKPOINT_INTERVAL_MS,
                Long.toString(options.checkpoint().toMillis()));
        properties.put("state.dir", home.state().toString());
        properties.put("ledger.export.directory", home.bucket().toString());
        properties.putAll(LedgerKeys.defaults(home));
        properties.putAll(Files.exists(home.config()) ? ConfigFile.read(home.config()) : Map.of());
        LocalAnchorLog.configure(home, properties);
        if (properties.containsKey("ledger.export.store")) {
            properties.remove("ledger.export.directory"); // somebody moved the evidence to an object store
        }
        properties.put(LedgerSettings.BOOTSTRAP_SERVERS, platform.bootstrapServers());
        properties.put(LedgerSettings.SCHEMA_REGISTRY_URL, platform.registryUrl());
        var unused = ConfigFile.settings(properties);
        write(home.config(), properties);
        return properties;
    }

    private static void write(Path file, Map<String, String> properties) throws IOException {
        Properties out = new Properties();
        out.putAll(properties);
        StringWriter text = new StringWriter();
        out.store(text, "Settings of all stages of this ledger");
        WholeFile.write(file, text.toString().getBytes(UTF_8));
    }

    /**
     * Ends ingest, so that the ledger clock stands still; waits for the windows that are closed to be exported, which
     * leaves a bucket that verifies as a whole; then ends the rest.
     */
    @Override
    public void close() {
        closeOne(running);
        if (!new SettledBucket(home.bucket()).await(DRAIN_MAX)) {
            LOGGER.atWarn()
                    .addKeyValue("waitedMs", DRAIN_MAX.toMillis())
                    .log("the newest window is not exported yet; it will be at the next start");
        }
        closeAll(running);
    }

    /** In the order of the pipeline; one that fails to close does not keep the others open. */
    private static void closeAll(Deque<AutoCloseable> running) {
        while (!running.isEmpty()) {
            closeOne(running);
        }
    }

    private static void closeOne(Deque<AutoCloseable> running) {
        try {
            running.pop().close();
        } catch (Exception e) {
            LOGGER.atWarn().setCause(e).log("closing failed; going on with the others");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.topic.LedgerSettings;
import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import picocli.CommandLine.Option;

/** Where a command finds its ledger: one properties file that all stages share. */
final class ConfigFile {
    /** Where {@code tally up} keeps a ledger unless told otherwise. */
    static final Path DEFAULT_HOME = Path.of(System.getProperty("user.home"), ".tallystick");

    private static final Path DEFAULT_FILE = DEFAULT_HOME.resolve(LedgerHome.CONFIG_NAME);

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = {
                "Properties of the ledger: bootstrap.servers, schema.registry.url, ledger.origin, ...",
                "Default: the file 'tally up' writes, ~/.tallystick/ledger.properties"
            })
    private Path file = DEFAULT_FILE;

    /** The file that an option names, or the default. */
    ConfigFile() {}

    ConfigFile(Path file) {
        this.file = file;
    }

    /** @throws CommandException if the file cannot be read */
    Map<String, String> properties() {
        return read(file);
    }

    /**
     * The properties, or none where no file is named and none lies where {@code tally up} keeps it.
     *
     * @throws CommandException if the file cannot be read
     */
    Map<String, String> propertiesIfAny() {
        return isMissingDefault() ? Map.of() : read(file);
    }

    /** Whether no file is named, and none lies where {@code tally up} keeps it. */
    boolean isMissingDefault() {
        return file.equals(DEFAULT_FILE) && Files.notExists(file);
    }

    /**
     * Changes one setting in the file and nothing else.
     *
     * @throws CommandException if the file has it not, or not on one line
     */
    void set(String key, String value) {
        try {
            List<String> lines = new ArrayList<>(Files.readAllLines(file));
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i);
                if (line.matches("\\s*" + Pattern.quote(key) + "\\s*[=:\\s].*") && !line.endsWith("\\")) {
                    lines.set(i, key + "=" + value.replace("\\", "\\\\"));
                    WholeFile.write(file, (String.join("\n", lines) + "\n").getBytes(UTF_8));
                    return;
                }
            }
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE, "cannot read " + file + ": " + e.getMessage(), "Set " + key + "=" + value, e);
        }
        throw new CommandException(
                ExitCode.USAGE, file + " has no line with " + key, "Set it by hand: " + key + "=" + value);
    }

    /** The settings all stages share. */
    LedgerSettings settings() {
        return settings(properties());
    }

    static LedgerSettings settings(Map<String, String> properties) {
        return LedgerSettings.of(new AbstractConfig(LedgerSettings.define(new ConfigDef()), properties, false));
    }

    static Map<String, String> read(Path file) {
        Properties loaded = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            loaded.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "cannot read the configuration " + file + ": " + FileFault.why(e),
                    "Name the ledger's properties file with --config, or start a ledger with 'tally up'.",
                    e);
        }
        Map<String, String> properties = new TreeMap<>();
        loaded.stringPropertyNames().forEach(name -> properties.put(name, loaded.getProperty(name)));
        return properties;
    }
}

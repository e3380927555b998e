// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.topic.LedgerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.NonEmptyString;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigException;

/** Configuration of the exporter. The checked-in page {@code docs/configuration.rst} is made from it. */
public final class ExportConfig extends AbstractConfig {
    public static final String DIRECTORY = StoreConfig.DIRECTORY;
    public static final String NAME = "ledger.export.name";
    public static final String SCRATCH_DIRECTORY = "ledger.export.scratch.directory";
    public static final String RETRY_TIMEOUT_MS = "ledger.export.retry.timeout.ms";
    public static final String AUDIT_SHARE = "ledger.export.audit.share";
    public static final String AUDIT_INTERVAL_MS = "ledger.export.audit.interval.ms";
    public static final String BUNDLE_KEY_FILE = "ledger.bundle.key.file";
    public static final String PASSPHRASE_FILE = "ledger.key.passphrase.file";
    public static final String TRUST_ROOT_FILE = "ledger.trust.root.file";

    private static final double AUDIT_SHARE_DEFAULT = 0.1;
    private static final Pattern NAME_FORM = Pattern.compile("(?:[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?)?");

    private final LedgerSettings ledger;
    private final StoreConfig store;

    /**
     * @param properties by key
     * @throws ConfigException if a value is missing or not allowed
     */
    public ExportConfig(Map<String, ?> properties) {
        super(definition(), properties, false);
        this.ledger = LedgerSettings.of(this);
        this.store = new StoreConfig(this);
        if (bundleKeyFiles().isEmpty()) {
            throw new ConfigException(BUNDLE_KEY_FILE, "", "must name a file");
        }
        if (bundleKeyFiles().size() > 1 && trustRootFile().isEmpty()) {
            throw new ConfigException(
                    BUNDLE_KEY_FILE,
                    bundleKeyFiles(),
                    "names several keys: " + TRUST_ROOT_FILE + " is to tell when each signs");
        }
        if (!NAME_FORM.matcher(name()).matches()) {
            throw new ConfigException(NAME, name(), "must be at most 32 lower-case letters, digits and inner dashes");
        }
    }

    /** All keys. */
    public static ConfigDef definition() {
        return StoreConfig.define(LedgerSettings.define(new ConfigDef()))
                .define(
                        BUNDLE_KEY_FILE,
                        ConfigDef.Type.LIST,
                        ConfigDef.NO_DEFAULT_VALUE,
                        Importance.HIGH,
                        "Encrypted PKCS#8 file with the ECDSA P-256 key that signs bundles; in a rotation two, the old"
                                + " one first. The trust root and a window's end decide which of them signs. No"
                                + " checkpoint keys.")
                .define(
                        PASSPHRASE_FILE,
                        ConfigDef.Type.STRING,
                        ConfigDef.NO_DEFAULT_VALUE,
                        new NonEmptyString(),
                        Importance.HIGH,
                        "File with the passphrase of the key files; readable by its owner only.")
                .define(
                        TRUST_ROOT_FILE,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "Trust root to publish beside the bundles, with its keys as PEM files, read at start. The bundle"
                                + " keys must be listed in it. Empty: only the public bundle key is published.")
                .define(
                        NAME,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.LOW,
                        "Name of a further exporter of the same ledger, with a store of its own that it fills from the"
                                + " ledger's beginning. Empty for the ledger's first exporter.")
                .define(
                        SCRATCH_DIRECTORY,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "Local directory for the data of open windows; needs room for about two windows. What is in it"
                                + " means nothing after the process has ended. It is made readable for its owner alone;"
                                + " one that is another's, or that others may write to (as volumes often are), is"
                                + " refused: then name a folder inside. Empty: tallystick-export in the system's"
                                + " temporary directory.")
                .define(
                        RETRY_TIMEOUT_MS,
                        ConfigDef.Type.LONG,
                        Duration.ofMinutes(10).toMillis(),
                        Range.atLeast(0),
                        Importance.LOW,
                        "Milliseconds for which a store, a schema registry or a broker that goes on failing is tried"
                                + " again before the exporter stops. The text of a schema that the registry does not"
                                + " have is waited for without limit.")
                .define(
                        AUDIT_SHARE,
                        ConfigDef.Type.DOUBLE,
                        AUDIT_SHARE_DEFAULT,
                        Range.between(0, 1),
                        Importance.MEDIUM,
                        "Share of the stored bundles that the exporter reads back and verifies on each way from the newest"
                                + " to the first, at least; on the next way others, until all were read. 0: none. Needs "
                                + TRUST_ROOT_FILE + "; without it nothing is audited.")
                .define(
                        AUDIT_INTERVAL_MS,
                        ConfigDef.Type.LONG,
                        Duration.ofSeconds(30).toMillis(),
                        Range.atLeast(10),
                        Importance.LOW,
                        "Milliseconds from one audited bundle to the next.");
    }

    /** The keys as text, for the documentation. */
    static String documentation() {
        return definition().toEnrichedRst();
    }

    LedgerSettings ledger() {
        return ledger;
    }

    StoreConfig store() {
        return store;
    }

    String name() {
        return getString(NAME);
    }

    Path scratchDirectory() {
        String directory = getString(SCRATCH_DIRECTORY);
        return directory.isEmpty()
                ? Path.of(System.getProperty("java.io.tmpdir"), "tallystick-export")
                : Path.of(directory);
    }

    /** Share of the bundles to audit; empty for no audit. */
    Optional<Double> auditShare() {
        return Optional.of(getDouble(AUDIT_SHARE))
                .filter(share -> share > 0 && trustRootFile().isPresent());
    }

    Duration auditInterval() {
        return Duration.ofMillis(getLong(AUDIT_INTERVAL_MS));
    }

    Duration retryTimeout() {
        return Duration.ofMillis(getLong(RETRY_TIMEOUT_MS));
    }

    List<Path> bundleKeyFiles() {
        return getList(BUNDLE_KEY_FILE).stream().map(Path::of).toList();
    }

    Path passphraseFile() {
        return Path.of(getString(PASSPHRASE_FILE));
    }

    Optional<Path> trustRootFile() {
        return Optional.of(getString(TRUST_ROOT_FILE))
                .filter(file -> !file.isEmpty())
                .map(Path::of);
    }
}

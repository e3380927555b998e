// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.azure.AzureSettings;
import io.tallystick.export.store.s3.S3Settings;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;

/** The part of the configuration that says where evidence is stored, and how it is locked there. */
final class StoreConfig {
    static final String DIRECTORY = "ledger.export.directory";
    static final String STORE = "ledger.export.store";
    static final String LOCK_MODE = "ledger.export.lock.mode";
    static final String LEGAL_HOLD_TENANTS = "ledger.export.legal.hold.tenants";
    static final String S3_ENDPOINT = "ledger.export.s3.endpoint";
    static final String S3_REGION = "ledger.export.s3.region";
    static final String S3_PATH_STYLE = "ledger.export.s3.path.style";
    static final String S3_KMS_KEY = "ledger.export.s3.kms.key";
    static final String S3_CONDITION = "ledger.export.s3.condition";
    static final String S3_PART_BYTES = "ledger.export.s3.part.bytes";

    private static final long PART_BYTES_DEFAULT = 64L * 1024 * 1024;
    private static final String S3 = "s3";

    private final AbstractConfig config;

    /** @throws ConfigException if the values do not fit together */
    StoreConfig(AbstractConfig config) {
        this.config = config;
        if (config.getString(DIRECTORY).isEmpty() == config.getString(STORE).isEmpty()) {
            throw new ConfigException("Exactly one of " + DIRECTORY + " and " + STORE + " is needed");
        }
        if (isDirectory()) {
            return;
        }
        requireLockMode();
        if (isAzure()) {
            azure();
        } else {
            s3();
        }
    }

    static ConfigDef define(ConfigDef definition) {
        definition
                .define(
                        DIRECTORY,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.HIGH,
                        "Directory the evidence is written to. Only ever added to. Needs hard links. Not with " + STORE
                                + ".")
                .define(
                        STORE,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.HIGH,
                        "Object store the evidence is written to: s3://bucket or s3://bucket/prefix, with credentials"
                                + " from AWS's default chain; or azure://container or azure://container/prefix. Not"
                                + " with " + DIRECTORY + ".")
                .define(
                        LOCK_MODE,
                        ConfigDef.Type.STRING,
                        "",
                        ValidString.in("", "none", "governance", "compliance"),
                        Importance.HIGH,
                        "How an object store locks evidence until its tenant's retention ends: compliance (nobody can"
                                + " shorten it, not even the account's owner), governance (a special permission can), or"
                                + " none. Needed with " + STORE + "; a bucket needs Object Lock, a container of Azure"
                                + " version-level immutability. Check with 'tally doctor store' before the first"
                                + " compliance lock.")
                .define(
                        LEGAL_HOLD_TENANTS,
                        ConfigDef.Type.LIST,
                        List.of(),
                        Importance.LOW,
                        "Tenants whose bundles are stored under a legal hold, from now on. Bundles that are stored"
                                + " already are held with the store's own tools.");
        return AzureConfig.define(defineS3(definition));
    }

    private static ConfigDef defineS3(ConfigDef definition) {
        return definition
                .define(
                        S3_ENDPOINT,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "URL of an S3-compatible store. Empty: AWS.")
                .define(
                        S3_REGION,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "Region of the bucket. Empty: from AWS's default chain.")
                .define(
                        S3_PATH_STYLE,
                        ConfigDef.Type.BOOLEAN,
                        false,
                        Importance.MEDIUM,
                        "Whether the bucket's name goes into the URL's path instead of its host name.")
                .define(
                        S3_KMS_KEY,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "Id or ARN of the KMS key that encrypts what is stored (SSE-KMS). Empty: the bucket's own"
                                + " encryption.")
                .define(
                        S3_CONDITION,
                        ConfigDef.Type.STRING,
                        "checked",
                        ValidString.in("checked", "trusted"),
                        Importance.LOW,
                        "What to make of If-None-Match, which goes with every PUT. checked: some stores ignore it on"
                                + " locked buckets, so the versions of a name are listed before and after, three requests"
                                + " an object. trusted: not after, and with lock mode none not at all; only where 'tally"
                                + " doctor store' finds that the store keeps it.")
                .define(
                        S3_PART_BYTES,
                        ConfigDef.Type.LONG,
                        PART_BYTES_DEFAULT,
                        Range.between(S3Settings.PART_BYTES_MIN, 5L * 1024 * 1024 * 1024),
                        Importance.LOW,
                        "Bytes of a part; larger objects are uploaded in parts of this size.");
    }

    boolean isDirectory() {
        return config.getString(STORE).isEmpty();
    }

    Path directory() {
        return Path.of(config.getString(DIRECTORY));
    }

    /** Tenants under a legal hold. */
    Set<String> held() {
        return Set.copyOf(config.getList(LEGAL_HOLD_TENANTS));
    }

    private void requireLockMode() {
        if (config.getString(LOCK_MODE).isEmpty()) {
            throw new ConfigException(LOCK_MODE, "", "must be said with " + STORE);
        }
    }

    /** Whether the store is a container of Azure. */
    boolean isAzure() {
        return config.getString(STORE).startsWith(AzureConfig.SCHEME + ":");
    }

    /** How the store locks; a directory does not. */
    LockMode lockMode() {
        return isDirectory() ? LockMode.NONE : LockMode.of(config.getString(LOCK_MODE));
    }

    /** The container, where the store is one. */
    AzureSettings azure() {
        Place place = place(AzureConfig.SCHEME);
        return AzureConfig.settings(config, place.name(), place.prefix(), lockMode());
    }

    /** The bucket, where the store is one. */
    S3Settings s3() {
        Place place = place(S3);
        return new S3Settings(
                place.name(),
                place.prefix(),
                text(S3_ENDPOINT).map(StoreConfig::endpoint),
                text(S3_REGION),
                config.getBoolean(S3_PATH_STYLE),
                lockMode(),
                text(S3_KMS_KEY),
                S3Settings.Condition.valueOf(config.getString(S3_CONDITION).toUpperCase(Locale.ROOT)),
                config.getLong(S3_PART_BYTES));
    }

    /** A bucket's or container's name, and a prefix in it. */
    private record Place(String name, String prefix) {}

    private Place place(String scheme) {
        URI store = url();
        String path = store.getPath() == null ? "" : store.getPath();
        String prefix = path.replaceAll("^/|/$", "");
        boolean plain = scheme.equals(store.getScheme()) && store.getHost() != null && store.getQuery() == null;
        if (!plain || !isPrefix(prefix)) {
            throw new ConfigException(STORE, store, "must be s3://bucket or azure://container, and perhaps a /prefix");
        }
        return new Place(store.getHost(), prefix);
    }

    private URI url() {
        try {
            return new URI(config.getString(STORE));
        } catch (URISyntaxException e) {
            throw new ConfigException(STORE, config.getString(STORE), "is no URL: " + e.getMessage());
        }
    }

    private static boolean isPrefix(String prefix) {
        try {
            return prefix.isEmpty() || !new ObjectName(prefix).path().isEmpty();
        } catch (IllegalArgumentException e) {
            return false; // the caller says what form it has
        }
    }

    private static URI endpoint(String text) {
        URI endpoint = URI.create(text);
        boolean http = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
        if (!http || endpoint.getHost() == null) {
            throw new ConfigException(S3_ENDPOINT, text, "must be a http or https URL");
        }
        return endpoint;
    }

    private Optional<String> text(String key) {
        return Optional.of(config.getString(key)).filter(text -> !text.isEmpty());
    }

    @Override
    public String toString() {
        return isDirectory() ? directory().toString() : config.getString(STORE);
    }
}

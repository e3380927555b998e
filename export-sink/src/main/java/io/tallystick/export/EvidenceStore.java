// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.StoreListing;
import io.tallystick.export.store.azure.AzureObjectStore;
import io.tallystick.export.store.s3.S3ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/**
 * The store of a ledger's evidence, for whoever reads it. Named as the exporter's configuration names it, of which it needs
 * the keys of the store alone; whatever lock mode or condition that has, versions are looked at, and the oldest counts.
 */
public final class EvidenceStore {
    private final StoreConfig config;

    private EvidenceStore(StoreConfig config) {
        this.config = config;
    }

    /**
     * What is not in a configuration.
     *
     * @param endpoint URL of an S3-compatible store, or of an Azure account's blob service
     * @param region of an S3 bucket
     * @param pathStyle whether an S3 bucket's name goes into the path
     */
    public record Access(Optional<String> endpoint, Optional<String> region, boolean pathStyle) {}

    /** Whether the text is meant to name a bucket or container. */
    public static boolean isUrl(String text) {
        return text.startsWith("s3://") || text.startsWith("azure://");
    }

    /**
     * The store that a configuration names.
     *
     * @throws ConfigException if it names none, or its values do not fit together
     */
    public static EvidenceStore of(Map<String, String> properties) {
        return store(properties);
    }

    /**
     * The store at a URL.
     *
     * @param url {@code s3://bucket/prefix} or {@code azure://container/prefix}, where {@code v1} lies
     * @param properties for what {@code access} does not say; may be empty
     * @throws ConfigException if the values do not fit together
     */
    public static EvidenceStore at(String url, Access access, Map<String, String> properties) {
        Map<String, String> all = new TreeMap<>(properties);
        all.remove(StoreConfig.DIRECTORY);
        all.put(StoreConfig.STORE, url);
        boolean azure = url.startsWith(AzureConfig.SCHEME + ":");
        if (azure && (access.region().isPresent() || access.pathStyle())) {
            throw new ConfigException("region and path style are of S3, not of " + url);
        }
        access.endpoint().ifPresent(endpoint -> {
            all.put(azure ? AzureConfig.ENDPOINT : StoreConfig.S3_ENDPOINT, endpoint);
            all.remove(AzureConfig.CONNECTION_STRING_FILE);
        });
        access.region().ifPresent(region -> all.put(StoreConfig.S3_REGION, region));
        if (access.pathStyle()) {
            all.put(StoreConfig.S3_PATH_STYLE, "true");
        }
        return store(all);
    }

    /** With locks, the versions of an Azure container's blobs are looked at. */
    private static EvidenceStore store(Map<String, String> properties) {
        Map<String, String> all = new TreeMap<>(properties);
        all.put(StoreConfig.LOCK_MODE, LockMode.COMPLIANCE.text());
        return new EvidenceStore(new StoreConfig(new AbstractConfig(StoreConfig.define(new ConfigDef()), all, false)));
    }

    /** Its folder, if it is one of this machine. */
    public Optional<Path> directory() {
        return config.isDirectory() ? Optional.of(config.directory()) : Optional.empty();
    }

    /**
     * Opens a store that is no {@linkplain #directory directory}. Needs no right but to list and to read.
     *
     * @throws IOException if there are no credentials to ask it with; whether it can be reached shows the first listing
     */
    public StoreListing open() throws IOException {
        return config.isAzure()
                ? AzureObjectStore.reader(config.azure(), Stores.log())
                : S3ObjectStore.reader(config.s3(), Stores.log());
    }

    /** For people. */
    @Override
    public String toString() {
        return config.toString();
    }
}

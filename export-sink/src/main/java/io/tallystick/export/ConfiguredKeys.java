// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.entry.Bytes;
import io.tallystick.export.assemble.BundleKeys;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootWatch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The keys that sign bundles and the trust root that lists them, as configured. */
final class ConfiguredKeys {
    private static final Logger LOGGER = LoggerFactory.getLogger(ConfiguredKeys.class);

    private ConfiguredKeys() {}

    /** A trust root, watched since it was read, and its file, which is published byte for byte. */
    record PublishedRoot(TrustRootWatch watch, Bytes file) {
        TrustRoot root() {
            return watch.loaded();
        }
    }

    /**
     * The configured trust root, if there is one.
     *
     * @throws ConfigException if it cannot be used
     */
    static Optional<PublishedRoot> root(ExportConfig config) {
        return config.trustRootFile().map(file -> read(config, file));
    }

    private static PublishedRoot read(ExportConfig config, Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(TrustRoot.SIZE_MAX + 1);
            TrustRoot root = TrustRoot.parse(bytes);
            if (!root.ledger().equals(config.ledger().origin())) {
                throw new ConfigException(ExportConfig.TRUST_ROOT_FILE, file, "is about " + root.ledger());
            }
            TrustRootWatch watch = new TrustRootWatch(file, root, found -> LOGGER.atWarn()
                    .addKeyValue("found", found)
                    .log("the trust root is not the one the exporter works by; restart the export stage"));
            return new PublishedRoot(watch, Bytes.wrap(bytes));
        } catch (IOException | TrustException e) {
            throw new ConfigException(ExportConfig.TRUST_ROOT_FILE, file, "cannot be used: " + e);
        }
    }

    /**
     * Opens the configured keys.
     *
     * @throws ConfigException if one cannot be used
     */
    static BundleKeys open(ExportConfig config, Optional<PublishedRoot> root) {
        List<SigningKey> read = new ArrayList<>();
        char[] passphrase = new char[0];
        try {
            passphrase = KeyFile.readPassphrase(config.passphraseFile());
            for (Path file : config.bundleKeyFiles()) {
                read.add(KeyFile.read(file, passphrase));
            }
            return root.isPresent() ? BundleKeys.of(read, root.get().watch()) : BundleKeys.always(read.get(0));
        } catch (KeyException | IllegalArgumentException e) {
            read.forEach(SigningKey::close);
            throw new ConfigException(
                    ExportConfig.BUNDLE_KEY_FILE, config.bundleKeyFiles(), "cannot be used: " + e.getMessage());
        } finally {
            Arrays.fill(passphrase, '\0');
        }
    }
}

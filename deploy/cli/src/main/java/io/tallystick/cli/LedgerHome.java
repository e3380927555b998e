// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The data directory of a ledger on one machine.
 *
 * @param directory everything of the ledger lies below it
 */
record LedgerHome(Path directory) {
    static final String CONFIG_NAME = "ledger.properties";

    LedgerHome {
        directory = directory.toAbsolutePath().normalize();
    }

    /** Broker and registry. */
    Path platform() {
        return directory.resolve("kafka");
    }

    /** Local state of the stages. */
    Path state() {
        return directory.resolve("state");
    }

    /** Encrypted keys and the file with their passphrase. */
    Path keys() {
        return directory.resolve("keys");
    }

    /** The evidence bucket. */
    Path bucket() {
        return directory.resolve("bucket");
    }

    /** The trust root, for auditors. */
    Path trustRoot() {
        return directory.resolve("trust-root.json");
    }

    /** Settings of all stages. */
    Path config() {
        return directory.resolve(CONFIG_NAME);
    }

    /** Makes the directory, closed to other users. */
    void create() throws IOException {
        Files.createDirectories(directory);
        Files.createDirectories(
                keys(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.createDirectories(state());
        Files.createDirectories(bucket());
    }
}

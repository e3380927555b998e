// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Names a process to its consumer groups across restarts: a random id kept in the state directory, as that directory
 * belongs to one process. If it is lost the process is a new member and waits for the old one's session to end.
 */
final class InstanceId {
    private static final String FILE = "instance-id";

    private InstanceId() {}

    /** @throws UncheckedIOException if the file can neither be read nor created */
    static String of(Path stateDirectory) {
        try {
            Files.createDirectories(stateDirectory);
            Path file = stateDirectory.resolve(FILE);
            try {
                Files.writeString(file, UUID.randomUUID().toString(), StandardOpenOption.CREATE_NEW);
            } catch (FileAlreadyExistsException e) {
                return read(file);
            }
            return read(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use state directory " + stateDirectory, e);
        }
    }

    /** A kill while the file was written leaves it short: then it is written again. */
    private static String read(Path file) throws IOException {
        String text = Files.readString(file);
        try {
            return UUID.fromString(text).toString();
        } catch (IllegalArgumentException e) {
            String id = UUID.randomUUID().toString();
            Files.writeString(file, id);
            return id;
        }
    }
}

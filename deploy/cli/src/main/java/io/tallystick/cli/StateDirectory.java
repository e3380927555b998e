// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The directory of a stage's local state, {@code state.dir}: one process at a time works on it. */
final class StateDirectory {
    /** Held by a running Streams application, in the directory of its id. */
    private static final String LOCK = ".lock";

    private static final String REMEDY =
            "Give the stage a directory it can write to, in state.dir; what lies there may be lost and is rebuilt.";

    private StateDirectory() {}

    /**
     * Makes it, if it is not there. To be asked before any broker is: Kafka Streams refuses it later, by an exception that
     * looks as if the brokers were to blame.
     *
     * @param applicationIds the Streams applications of the stage
     * @throws CommandException if it cannot be written, or another process works on it
     */
    static void requireFree(Path directory, String... applicationIds) {
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory);
            }
            if (!Files.isWritable(directory)) {
                throw cannotBeWritten(directory, "this user may not write to it", null);
            }
            for (String id : applicationIds) {
                requireFree(directory, directory.resolve(id).resolve(LOCK));
            }
        } catch (FileAlreadyExistsException e) {
            throw cannotBeWritten(directory, "it is no directory", e);
        } catch (IOException e) {
            throw cannotBeWritten(directory, FileFault.why(e), e);
        }
    }

    private static void requireFree(Path directory, Path lock) throws IOException {
        if (Files.notExists(lock)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                FileLock held = channel.tryLock()) {
            if (held == null) {
                throw inUse(directory);
            }
        } catch (OverlappingFileLockException e) {
            throw inUse(directory);
        }
    }

    private static CommandException inUse(Path directory) {
        return new CommandException(
                ExitCode.USAGE,
                "state directory " + directory + " is in use by another process",
                "Stop that process, such as a 'tally up' of the same ledger, or give each its own state.dir.");
    }

    private static CommandException cannotBeWritten(Path directory, String why, Throwable cause) {
        return new CommandException(
                ExitCode.USAGE, "state directory " + directory + " cannot be written: " + why, REMEDY, cause);
    }
}

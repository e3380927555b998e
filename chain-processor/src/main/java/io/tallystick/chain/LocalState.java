// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.chain.recover.RecoveryRefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The directory in which Kafka Streams keeps the stage's stores on this machine: {@code <state.dir>/<application id>}. */
final class LocalState {
    /** Held by a running Streams application. */
    private static final String LOCK = ".lock";

    private final Path directory;

    LocalState(ChainConfig config) {
        this.directory = config.stateDirectory().toAbsolutePath().normalize().resolve(config.applicationId());
    }

    Path directory() {
        return directory;
    }

    /** @throws RecoveryRefusedException if a process on this machine uses it */
    void requireUnused() {
        Path lock = directory.resolve(LOCK);
        if (!Files.exists(lock, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                FileLock held = channel.tryLock()) {
            if (held == null) {
                throw used();
            }
        } catch (OverlappingFileLockException e) {
            throw used();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RecoveryRefusedException used() {
        return RecoveryRefusedException.notReady(
                "the state directory " + directory + " is in use by a running chain stage", "Stop it, then try again.");
    }

    /**
     * Deletes it, so that the next start restores what was rebuilt. Only a real directory of this name is touched.
     *
     * @return whether there was one
     */
    boolean remove() {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        requireUnused();
        try (Stream<Path> found = Files.walk(directory)) {
            List<Path> deepestFirst = found.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

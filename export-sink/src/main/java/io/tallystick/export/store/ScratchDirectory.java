// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A process's own folder for files that mean nothing after it has gone. Beside the folder lies a lock file which the
 * owner holds; opening one removes the folders whose lock nobody holds any more, so a crash leaves nothing for ever and
 * a living neighbour loses nothing.
 *
 * <p>What is in it is nobody else's: it is made with mode 0700, in a parent that nobody else can write to. On a file system
 * without owners and permissions that is the host's to see to.
 */
public final class ScratchDirectory implements AutoCloseable {
    private static final String LOCK_SUFFIX = ".lock";

    private final Path path;
    private final Path lockFile;
    private final FileChannel lock;

    private ScratchDirectory(Path path, Path lockFile, FileChannel lock) {
        this.path = path;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /**
     * Opens a fresh folder in {@code parent}, creating the parent if needed, and removes abandoned ones.
     *
     * @throws IOException if the file system fails, or others own the parent or may write to it
     */
    public static ScratchDirectory open(Path parent) throws IOException {
        OwnerOnly.createDirectories(parent);
        OwnerOnly.require(parent);
        removeAbandoned(parent);
        while (true) {
            String name = UUID.randomUUID().toString();
            Path lockFile = parent.resolve(name + LOCK_SUFFIX);
            FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            if (isHeld(channel, lockFile)) {
                return new ScratchDirectory(OwnerOnly.createDirectory(parent.resolve(name)), lockFile, channel);
            }
            channel.close();
        }
    }

    /** A neighbour that cleans up may take the lock file for an abandoned one before it is locked. */
    private static boolean isHeld(FileChannel channel, Path lockFile) throws IOException {
        try {
            channel.lock();
            return Files.exists(lockFile);
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** The folder. */
    public Path path() {
        return path;
    }

    private static void removeAbandoned(Path parent) throws IOException {
        try (DirectoryStream<Path> locks = Files.newDirectoryStream(parent, "*" + LOCK_SUFFIX)) {
            for (Path lockFile : locks) {
                removeIfAbandoned(lockFile);
            }
        }
    }

    private static void removeIfAbandoned(Path lockFile) throws IOException {
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
                FileLock held = channel.tryLock()) {
            if (held != null) {
                String name = lockFile.getFileName().toString();
                removeTree(lockFile.resolveSibling(name.substring(0, name.length() - LOCK_SUFFIX.length())));
                Files.deleteIfExists(lockFile);
            }
        } catch (OverlappingFileLockException | NoSuchFileException e) {
            return; // held by this process, or removed by a neighbour that opened at the same time
        }
    }

    private static void removeTree(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(tree)) {
            paths = walk.sorted((a, b) -> b.compareTo(a)).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }

    /** Removes the folder with all that is in it. */
    @Override
    public void close() throws IOException {
        try (lock) {
            removeTree(path);
            Files.deleteIfExists(lockFile);
        }
    }
}

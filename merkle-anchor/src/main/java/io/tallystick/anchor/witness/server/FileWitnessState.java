// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.witness.server;

import io.tallystick.anchor.witness.WitnessState;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A directory with one file a log, named by SHA-256 of its origin and {@code .checkpoint}, holding the three lines of the
 * checkpoint cosigned last. Written as a new file, fsync, rename, fsync of the directory; one process at a time.
 */
public final class FileWitnessState implements WitnessState, AutoCloseable {
    private static final int SIZE_MAX = 4096;

    private final Path directory;
    private final FileChannel lock;

    private FileWitnessState(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /** @throws IOException if the directory cannot be used, or another process uses it */
    public static FileWitnessState open(Path directory) throws IOException {
        Files.createDirectories(directory);
        FileChannel lock =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!isMine(lock)) {
            lock.close();
            throw new IOException(directory + " is in use by another witness");
        }
        return new FileWitnessState(directory, lock);
    }

    /** The lock is released with its channel. */
    private static boolean isMine(FileChannel channel) throws IOException {
        try {
            FileLock taken = channel.tryLock();
            return taken != null;
        } catch (OverlappingFileLockException e) {
            return false; // this process has it already
        }
    }

    private Path file(String origin) {
        return directory.resolve(Hash.sha256(origin.getBytes(StandardCharsets.UTF_8)) + ".checkpoint");
    }

    /** @throws IOException if the file cannot be read, or is not what {@link #store} wrote: nothing may be cosigned then */
    @Override
    public TreeHead head(String origin) throws IOException {
        Path file = file(origin);
        if (!Files.exists(file)) {
            return TreeHead.EMPTY;
        }
        try {
            if (Files.size(file) <= SIZE_MAX) {
                Checkpoint stored = Checkpoint.parse(Files.readAllBytes(file));
                if (stored.origin().equals(origin)) {
                    return stored.head();
                }
            }
        } catch (NoteException e) {
            throw new IOException(file + " is no checkpoint: " + e.getMessage(), e);
        }
        throw new IOException(file + " is not the checkpoint of " + origin);
    }

    @Override
    public void store(String origin, TreeHead head) throws IOException {
        Path file = file(origin);
        Path fresh = directory.resolve(file.getFileName() + ".new");
        Files.write(
                fresh,
                new Checkpoint(origin, head).text(),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                StandardOpenOption.SYNC);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel folder = FileChannel.open(directory)) {
            folder.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}

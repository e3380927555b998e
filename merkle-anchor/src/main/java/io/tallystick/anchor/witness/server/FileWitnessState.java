// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.witness.server;

import io.tallystick.anchor.file.FileInUseException;
import io.tallystick.anchor.file.LockedFile;
import io.tallystick.anchor.witness.WitnessState;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A directory with one file a log, named by SHA-256 of its origin and {@code .checkpoint}, holding the three lines of the
 * checkpoint cosigned last. Written as a new file, fsync, rename, fsync of the directory; one process at a time.
 */
public final class FileWitnessState implements WitnessState, AutoCloseable {
    private static final int SIZE_MAX = 4096;
    private static final String LOCK = "lock";

    private final Path directory;
    private final LockedFile lock;

    private FileWitnessState(Path directory, LockedFile lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /** @throws IOException if the directory cannot be used, or another process uses it */
    public static FileWitnessState open(Path directory) throws IOException {
        Files.createDirectories(directory);
        try {
            return new FileWitnessState(directory, LockedFile.open(directory.resolve(LOCK), StandardOpenOption.WRITE));
        } catch (FileInUseException e) {
            throw new IOException(directory + " is in use by another witness", e);
        }
    }

    private Path file(String origin) {
        return directory.resolve(Hash.sha256(origin.getBytes(StandardCharsets.UTF_8)) + ".checkpoint");
    }

    /**
     * Only a file that is certainly absent stands for a log that was never cosigned.
     *
     * @throws IOException if it cannot be told, or the file cannot be read or is not what {@link #store} wrote: nothing may be
     *     cosigned then
     */
    @Override
    public TreeHead head(String origin) throws IOException {
        Path file = file(origin);
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(SIZE_MAX + 1);
        } catch (NoSuchFileException e) {
            requireDirectory();
            return TreeHead.EMPTY;
        }
        try {
            if (content.length <= SIZE_MAX) {
                Checkpoint stored = Checkpoint.parse(content);
                if (stored.origin().equals(origin)) {
                    return stored.head();
                }
            }
        } catch (NoteException e) {
            throw new IOException(file + " is no checkpoint: " + e.getMessage(), e);
        }
        throw new IOException(file + " is not the checkpoint of " + origin);
    }

    /** Without the lock it is not the directory that was opened: its disk is gone, and all files with it. */
    private void requireDirectory() throws IOException {
        try {
            Files.readAttributes(directory.resolve(LOCK), BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            throw new IOException(directory + " is gone since this witness has opened it; is its disk mounted?", e);
        }
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

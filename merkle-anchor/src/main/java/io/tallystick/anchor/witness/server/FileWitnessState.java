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
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * A directory with one file a log, named by SHA-256 of its origin and {@code .checkpoint}, holding the three lines of the
 * checkpoint cosigned last. Written as a new file, fsync, rename, fsync of the directory; one process at a time.
 *
 * <p>The file {@code lock} says that a state was begun here. Without it nothing is opened, and only {@link #create} makes it: a
 * directory that is missing or empty may be a disk that is not mounted, and a witness that began anew would cosign a second
 * history.
 */
public final class FileWitnessState implements WitnessState, AutoCloseable {
    private static final int SIZE_MAX = 4096;
    private static final String LOCK = "lock";
    private static final String HEAD = ".checkpoint";

    private final Path directory;
    private final LockedFile lock;
    private final Object lockKey;

    private FileWitnessState(Path directory, LockedFile lock) throws IOException {
        this.directory = directory;
        this.lock = lock;
        this.lockKey = lockKey(directory);
    }

    /**
     * Opens a state that was begun.
     *
     * @throws NoSuchFileException if there is none: it is never begun anew
     * @throws IOException if the directory cannot be used, or another process uses it
     */
    public static FileWitnessState open(Path directory) throws IOException {
        var unused = lockKey(directory);
        LockedFile lock;
        try {
            lock = LockedFile.open(directory.resolve(LOCK), StandardOpenOption.WRITE);
        } catch (FileInUseException e) {
            throw new IOException(directory + " is in use by another witness", e);
        }
        FileWitnessState state = null;
        try {
            state = new FileWitnessState(directory, lock);
            return state;
        } finally {
            if (state == null) {
                lock.close();
            }
        }
    }

    /**
     * Begins a state that knows of no log, for a witness that has never cosigned. When this returns it is on disk.
     *
     * @throws FileAlreadyExistsException if the directory holds anything of a state; it stays as it is
     * @throws IOException if the directory cannot be made or written
     */
    public static void create(Path directory) throws IOException {
        Path made = directory.toAbsolutePath();
        Path stands = made;
        while (!Files.exists(stands)) {
            stands = stands.getParent();
        }
        if (!Files.isDirectory(made)) {
            Files.createDirectories(made);
        }
        try (DirectoryStream<Path> heads = Files.newDirectoryStream(made, "*" + HEAD)) {
            for (Path head : heads) {
                throw new FileAlreadyExistsException(head.toString());
            }
        }
        Files.createFile(made.resolve(LOCK));
        force(made);
        for (Path parent = made; !parent.equals(stands); ) {
            parent = parent.getParent();
            force(parent);
        }
    }

    /** Whether a state was begun in a directory. @throws IOException if it cannot be told */
    public static boolean isBegun(Path directory) throws IOException {
        try {
            var unused = lockKey(directory);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static Object lockKey(Path directory) throws IOException {
        return Files.readAttributes(directory.resolve(LOCK), BasicFileAttributes.class)
                .fileKey();
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel folder = FileChannel.open(directory)) {
            folder.force(true);
        }
    }

    private Path file(String origin) {
        return directory.resolve(Hash.sha256(origin.getBytes(StandardCharsets.UTF_8)) + HEAD);
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
        requireDirectory();
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

    /** Without the lock that was opened it is not the directory that was: its disk is gone, and all files with it. */
    private void requireDirectory() throws IOException {
        String gone = directory + " is gone since this witness has opened it; is its disk mounted?";
        try {
            if (!Objects.equals(lockKey(directory), lockKey)) {
                throw new IOException(gone);
            }
        } catch (NoSuchFileException e) {
            throw new IOException(gone, e);
        }
    }

    @Override
    public void store(String origin, TreeHead head) throws IOException {
        requireDirectory();
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
        force(directory);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}

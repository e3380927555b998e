// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.witness.server;

import io.tallystick.anchor.file.FileInUseException;
import io.tallystick.anchor.file.LockedFile;
import io.tallystick.anchor.witness.WitnessState;
import io.tallystick.entry.Bytes;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.SecretFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Optional;

/**
 * A directory with one file a log, named by SHA-256 of its origin and {@code .checkpoint}, holding the three lines of the
 * checkpoint cosigned last. Written as a new file, fsync, rename, fsync of the directory; one process at a time. The file
 * {@code index} says which files there are and what each holds: for a log whose file was deleted, set back or changed nothing is
 * cosigned. A state that was begun without an index gets one when it is opened first, of the files that are there; from then on
 * {@code lock} is not empty, and the index must be there.
 *
 * <p>What proves that a log has forked is kept beside: {@link ForkNotes}.
 *
 * <p>Others than this process's user and root must not be able to change the directory, nor the way to it.
 *
 * <p>The file {@code lock} says that a state was begun here. Without it nothing is opened, and only {@link #create} makes it: a
 * directory that is missing or empty may be a disk that is not mounted, and a witness that began anew would cosign a second
 * history.
 */
public final class FileWitnessState implements WitnessState, AutoCloseable {
    /** What to do about a state that is not as it was left. */
    static final String REMEDY =
            "Put it back as it was last; an older copy is refused. If that is lost, begin a new witness, with a"
                    + " new state and a new key: this one would cosign a second history";

    /** A file with a head. */
    static final String HEAD_NAME = "[0-9a-f]{64}\\.checkpoint";

    private static final int SIZE_MAX = 4096;
    private static final String LOCK = "lock";
    private static final String HEAD = ".checkpoint";

    private final Path directory;
    private final LockedFile lock;
    private final Object lockKey;
    private final StateIndex index;
    private final ForkNotes forks;

    private FileWitnessState(Path directory, LockedFile lock, Disk disk) throws IOException {
        this.directory = directory;
        this.lock = lock;
        this.lockKey = lockKey(directory);
        this.index = index(directory, lock.channel(), disk);
        this.forks = new ForkNotes(directory, disk);
    }

    /**
     * Opens a state that was begun.
     *
     * @throws NoSuchFileException if there is none: it is never begun anew
     * @throws WitnessStateException if its index is missing or damaged, or others can change it
     * @throws IOException if the directory cannot be used, or another process uses it
     */
    public static FileWitnessState open(Path directory) throws IOException {
        return open(directory, Disk.OWN);
    }

    static FileWitnessState open(Path directory, Disk disk) throws IOException {
        var unused = lockKey(directory);
        requireProtected(directory);
        LockedFile lock;
        try {
            lock = LockedFile.open(directory.resolve(LOCK), StandardOpenOption.WRITE);
        } catch (FileInUseException e) {
            throw new IOException(directory + " is in use by another witness", e);
        }
        FileWitnessState state = null;
        try {
            state = new FileWitnessState(directory, lock, disk);
            return state;
        } finally {
            if (state == null) {
                lock.close();
            }
        }
    }

    private static void requireProtected(Path directory) throws WitnessStateException {
        try {
            SecretFile.requireProtected(directory);
        } catch (KeyException e) {
            throw new WitnessStateException("others can change the state of the witness: " + e.getMessage(), e);
        }
    }

    /** The lock is marked when the index is on disk: a crash before finds the index, and one that is missing after was deleted. */
    private static StateIndex index(Path directory, FileChannel lock, Disk disk) throws IOException {
        boolean isMarked = lock.size() > 0;
        Optional<StateIndex> found = StateIndex.read(directory, disk);
        if (found.isEmpty() && isMarked) {
            throw new WitnessStateException(directory.resolve(StateIndex.NAME) + " is missing. " + REMEDY);
        }
        StateIndex index = found.isPresent() ? found.get() : StateIndex.of(directory, "*" + HEAD, disk);
        index.settle();
        if (!isMarked) {
            lock.write(ByteBuffer.wrap("indexed\n".getBytes(StandardCharsets.UTF_8)));
            lock.force(true);
        }
        return index;
    }

    /**
     * Begins a state that knows of no log, for a witness that has never cosigned. When this returns it is on disk.
     *
     * @throws FileAlreadyExistsException if the directory holds anything of a state; it stays as it is
     * @throws WitnessStateException if others can change the directory
     * @throws IOException if the directory cannot be made or written
     */
    public static void create(Path directory) throws IOException {
        Path made = directory.toAbsolutePath();
        Path stands = made;
        while (!Files.exists(stands)) {
            stands = stands.getParent();
        }
        if (!Files.isDirectory(made)) {
            Files.createDirectories(
                    made, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        requireProtected(made);
        if (Files.exists(made.resolve(LOCK))) {
            throw new FileAlreadyExistsException(made.resolve(LOCK).toString());
        }
        try (DirectoryStream<Path> heads = Files.newDirectoryStream(made, "*" + HEAD)) {
            for (Path head : heads) {
                throw new FileAlreadyExistsException(head.toString());
            }
        }
        Optional<StateIndex> left = StateIndex.read(made, Disk.OWN);
        if (left.isPresent() && !left.get().isEmpty()) {
            throw new FileAlreadyExistsException(made.resolve(StateIndex.NAME).toString());
        }
        var unused = StateIndex.of(made, "*" + HEAD, Disk.OWN);
        Files.createFile(made.resolve(LOCK));
        Disk.force(made);
        for (Path parent = made; !parent.equals(stands); ) {
            parent = parent.getParent();
            Disk.force(parent);
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

    private static String name(String origin) {
        return Hash.sha256(origin.getBytes(StandardCharsets.UTF_8)) + HEAD;
    }

    /**
     * What counts of a file: of one that is longer than any head is, its beginning.
     *
     * @return empty if the file is certainly absent
     */
    static Optional<byte[]> content(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(in.readNBytes(SIZE_MAX + 1));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** What {@link #store} wrote last for a log; empty if it never did. */
    private Optional<byte[]> stored(String origin) throws IOException {
        Optional<byte[]> content = content(directory.resolve(name(origin)));
        requireDirectory();
        index.require(name(origin), content);
        return content;
    }

    /**
     * Only a file that is certainly absent, and of which the index knows nothing, stands for a log that was never cosigned.
     *
     * @throws IOException if it cannot be told, or the file cannot be read or is not what {@link #store} wrote last: nothing may
     *     be cosigned then
     */
    @Override
    public synchronized TreeHead head(String origin) throws IOException {
        Optional<byte[]> content = stored(origin);
        return content.isEmpty() ? TreeHead.EMPTY : parse(origin, content.get());
    }

    private TreeHead parse(String origin, byte[] content) throws IOException {
        Path file = directory.resolve(name(origin));
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
    public synchronized void store(String origin, TreeHead head) throws IOException {
        index.replace(name(origin), stored(origin), new Checkpoint(origin, head).text());
    }

    @Override
    public synchronized void keepNote(Checkpoint checkpoint, Bytes note) throws IOException {
        requireDirectory();
        forks.cosign(checkpoint, note);
    }

    @Override
    public synchronized Fork keepFork(Checkpoint checkpoint, Bytes note, TreeHead stands) throws IOException {
        requireDirectory();
        return forks.keep(checkpoint, note, stands);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A file that is open and locked, for one user in this process and one process.
 *
 * <p>POSIX gives up a process's lock of a file as soon as the process closes any of its descriptors of that file. So a file that
 * this process has open is never opened a second time, whatever name it is reached by: refusing the second user would take
 * the lock from the first. Safe from any thread.
 */
public final class LockedFile implements AutoCloseable {
    private static final Set<Object> OPEN = ConcurrentHashMap.newKeySet();

    private final Object identity;
    private final FileChannel channel;
    private final AtomicBoolean closed = new AtomicBoolean();

    private LockedFile(Object identity, FileChannel channel) {
        this.identity = identity;
        this.channel = channel;
    }

    /**
     * Opens and locks a file; makes an empty one if there is none.
     *
     * @throws FileInUseException if this process has it open, or another has it locked
     * @throws IOException if it cannot be opened or made
     */
    public static LockedFile open(Path path, OpenOption... access) throws IOException {
        make(path);
        Object identity = identity(path);
        if (!OPEN.add(identity)) {
            throw inUse(path, "this process");
        }
        LockedFile file = null;
        try {
            file = locked(path, identity, FileChannel.open(path, access));
            return file;
        } finally {
            if (file == null) {
                OPEN.remove(identity);
            }
        }
    }

    private static LockedFile locked(Path path, Object identity, FileChannel channel) throws IOException {
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            throw inUse(path, "this process");
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        if (lock == null) {
            throw inUse(path, "another process");
        }
        return new LockedFile(identity, channel);
    }

    /** Without opening one that exists. */
    private static void make(Path path) throws IOException {
        try {
            Files.createFile(path);
        } catch (FileAlreadyExistsException e) {
            return; // by whomever
        }
    }

    /** The same for all names of a file. */
    private static Object identity(Path path) throws IOException {
        Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        return key == null ? path.toRealPath() : key;
    }

    private static FileInUseException inUse(Path path, String by) {
        return new FileInUseException(path + " is in use by " + by);
    }

    /** Reads and writes the file; closed with this. */
    public FileChannel channel() {
        return channel;
    }

    /** Gives the lock back; may be called again. */
    @Override
    public void close() throws IOException {
        // An interrupt may have closed the channel before; the file is free only now.
        if (closed.compareAndSet(false, true)) {
            try {
                channel.close();
            } finally {
                OPEN.remove(identity);
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * The right to use a directory, held by at most one process.
 *
 * <p>The operating system drops it when the holder dies, however it dies: there is never a stale lock to remove. The
 * file holds the process id of its last holder, for messages only.
 */
final class DirectoryLock implements AutoCloseable {

    private static final String FILE_NAME = "lock";
    private static final long POLL_MS = 50;
    private static final int PID_BYTES_MAX = 20;

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Makes the directory if it is not there, and locks it.
     *
     * @param patience how long to wait for another holder to go; a broker whose parent died takes a moment to end
     * @throws EmbeddedException if another process still holds it then, or the directory cannot be written
     */
    static DirectoryLock acquire(Path directory, Duration patience) {
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        try {
            Files.createDirectories(directory);
            Path file = directory.resolve(FILE_NAME);
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                while (!tryLock(channel)) {
                    if (System.nanoTime() - deadlineNanos >= 0) {
                        throw new EmbeddedException("The data directory " + directory.toAbsolutePath()
                                + " is in use by process " + holder(channel)
                                + ". Stop that process, or choose another data directory.");
                    }
                    Thread.sleep(POLL_MS);
                }
                writeHolder(channel);
                return new DirectoryLock(channel);
            } catch (IOException | InterruptedException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new EmbeddedException(
                    "The data directory " + directory.toAbsolutePath() + " cannot be used: " + e
                            + ". Make it writable, or choose another data directory.",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedException("Interrupted while waiting for the data directory. Start again.", e);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // held by this JVM, through another channel
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(PID_BYTES_MAX);
        channel.read(text, 0);
        String pid = US_ASCII.decode(text.flip()).toString().trim();
        return pid.isEmpty() ? "(unknown)" : pid;
    }

    private static void writeHolder(FileChannel channel) throws IOException {
        channel.truncate(0);
        channel.write(US_ASCII.encode(Long.toString(ProcessHandle.current().pid())), 0);
    }

    /** Gives the directory free. The file stays: removing it would let two processes lock two files of one name. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new EmbeddedException("A lock file cannot be closed: " + e + ". Check the data directory.", e);
        }
    }
}

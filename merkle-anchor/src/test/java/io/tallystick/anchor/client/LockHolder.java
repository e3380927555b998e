// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.client;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** A process that holds the lock of a file. */
public final class LockHolder implements AutoCloseable {
    private final Process process;

    private LockHolder(Process process) {
        this.process = process;
    }

    /** Returns once the file is locked. */
    public static LockHolder start(Path file) throws IOException {
        Process process = process(file.toString());
        if (process.getInputStream().read() != '+') {
            process.destroyForcibly();
            throw new IOException("the other process did not lock " + file);
        }
        return new LockHolder(process);
    }

    /** Whether another process could lock the file. */
    public static boolean isFree(Path file) throws IOException {
        Process process = process(file.toString(), "try");
        int answer = process.getInputStream().read();
        end(process);
        return answer == '+';
    }

    private static Process process(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LockHolder.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Locks the file named and holds it until its input ends; with a second argument does not wait for the lock. */
    public static void main(String... arguments) throws IOException {
        try (FileChannel channel = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE);
                FileLock lock = arguments.length > 1 ? channel.tryLock() : channel.lock()) {
            System.out.write(lock != null && lock.isValid() ? '+' : '-');
            System.out.flush();
            while (System.in.read() >= 0) {
                // Nothing is said.
            }
        }
    }

    /** Returns once the lock is gone. */
    @Override
    public void close() throws IOException {
        end(process);
    }

    private static void end(Process process) throws IOException {
        process.getOutputStream().close();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}

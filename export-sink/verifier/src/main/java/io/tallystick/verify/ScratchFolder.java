// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A folder of this program's own, which nobody else can look into. It is gone when this is closed, and when the process is told
 * to end (SIGTERM, Ctrl-C): evidence is not left behind on a machine where it was only looked at.
 */
final class ScratchFolder implements Closeable {
    private static final int REMOVALS = 20;
    private static final long REMOVAL_PAUSE_MS = 50;

    private final Path path;
    private final Thread onSignal = new Thread(this::abandon, "scratch-folder");
    private volatile boolean abandoned;

    private ScratchFolder(Path path) {
        this.path = path;
    }

    /**
     * In the folder of temporary files.
     *
     * @throws TemporaryFolderException if nothing can be made there
     */
    static ScratchFolder temporary(String prefix) throws IOException {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        try {
            return in(folder, prefix);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            throw new TemporaryFolderException(e.getMessage() + " (java.io.tmpdir names another folder)", e);
        }
    }

    static ScratchFolder in(Path folder, String prefix) throws IOException {
        Path made;
        try {
            made = Files.createTempDirectory(folder, prefix);
        } catch (IOException e) {
            throw new IOException("nothing can be written in " + folder + why(folder, e), e);
        }
        return open(made);
    }

    /** What is made has a name that nobody knows: what is said is about the folder. */
    private static String why(Path folder, IOException fault) {
        if (!Files.exists(folder)) {
            return ": it does not exist";
        }
        if (!Files.isDirectory(folder)) {
            return ": it is not a folder";
        }
        return fault instanceof AccessDeniedException ? ": access is denied" : ": " + Reason.of(fault);
    }

    private static ScratchFolder open(Path path) throws IOException {
        ScratchFolder scratch = new ScratchFolder(path);
        try {
            Runtime.getRuntime().addShutdownHook(scratch.onSignal);
        } catch (IllegalStateException e) {
            Files.delete(path);
            throw new InterruptedIOException("the program is ending");
        }
        return scratch;
    }

    Path path() {
        return path;
    }

    /**
     * Asked by whoever writes for long.
     *
     * @throws InterruptedIOException if the process ends
     */
    void requireThere() throws InterruptedIOException {
        if (abandoned) {
            throw new InterruptedIOException("the program is ending");
        }
    }

    /** @throws InterruptedIOException if the folder went away while this was open: what was found in it does not count */
    @Override
    public void close() throws IOException {
        requireThere();
        try {
            Runtime.getRuntime().removeShutdownHook(onSignal);
        } catch (IllegalStateException e) {
            throw new InterruptedIOException("the program is ending"); // the hook removes it
        }
        Folders.delete(path);
    }

    /** Whoever still writes may make a file or two until it asks. */
    private void abandon() {
        abandoned = true;
        for (int i = 0; i < REMOVALS && Files.exists(path); i++) {
            try {
                Folders.delete(path);
            } catch (IOException e) {
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(REMOVAL_PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

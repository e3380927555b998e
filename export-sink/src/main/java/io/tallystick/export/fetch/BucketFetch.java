// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.fetch;

import io.tallystick.export.store.StoreListing;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Fetches evidence from a bucket, several objects at a time. What was listed must come, every byte of it; else nothing is
 * said of the evidence. For one use.
 */
public final class BucketFetch {
    /**
     * Most objects of one fetch. A window of 15 minutes has some ten of them, and more with the partitions: this is years of
     * a tenant with few, and some hundred megabytes of memory for their names.
     */
    static final int OBJECTS_MAX = 2_000_000;

    private static final int THREADS = 8;
    private static final int ATTEMPTS = 3;
    private static final int BUFFER = 64 * 1024;
    private static final long BLOCK = 4 * 1024;
    private static final long END_SECONDS = 10;

    private final StoreListing store;
    private final Progress progress;
    private final int objectsMax;
    private final Room room;
    private final BundleLocks locks = new BundleLocks();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicLong fetched = new AtomicLong();
    private volatile boolean stopped;

    /** Told how far it is, by any thread. */
    public interface Progress {
        /** @param bytes fetched, of {@code bytesAll} */
        void at(int objects, int objectsAll, long bytes, long bytesAll);
    }

    /** How many bytes a disk has left. */
    interface Room {
        long of(Path folder) throws IOException;
    }

    /** @param store is left open */
    public BucketFetch(StoreListing store, Progress progress) {
        this(store, progress, OBJECTS_MAX, folder -> Files.getFileStore(folder).getUsableSpace());
    }

    BucketFetch(StoreListing store, Progress progress, int objectsMax, Room room) {
        this.store = store;
        this.progress = progress;
        this.objectsMax = objectsMax;
        this.room = room;
    }

    /** Makes {@link #into} end soon. By any thread. */
    public void stop() {
        stopped = true;
    }

    /**
     * Fetches what is wanted.
     *
     * @param folder empty, and nobody else's
     * @return empty if nothing is stored where it was looked for
     * @throws UnfitBucketException if an object cannot be evidence; nothing is fetched then
     * @throws TooMuchException if there are more objects than are fetched at once; nothing is fetched then
     * @throws ScratchException if the local disk has no room, or fails
     * @throws IOException if the store fails, or what it listed does not come
     */
    public Optional<Fetched> into(Path folder, Extent extent, Narrowing narrowing)
            throws IOException, UnfitBucketException, TooMuchException {
        BucketIndex index = new BucketIndex(store, extent, narrowing, objectsMax);
        index.list();
        if (!index.isAny()) {
            return Optional.empty();
        }
        requireRoom(folder, index);
        createTenants(folder, index);
        fetchAll(folder, index);
        return Optional.of(new Fetched(
                folder,
                index.objects().size(),
                fetched.get(),
                index.ambiguous(),
                index.incomplete(),
                locks.shown(),
                locks.notShown()));
    }

    private void requireRoom(Path folder, BucketIndex index) throws IOException {
        long needed = index.bytes() + BLOCK * index.objects().size();
        long left = room.of(folder);
        if (needed > left) {
            throw new ScratchException(index.objects().size() + " objects need " + mebibytes(needed) + " MiB, and "
                    + folder + " has " + mebibytes(left) + " MiB left");
        }
    }

    /** A tenant whose bundles are all gone is still one that was there. */
    private static void createTenants(Path folder, BucketIndex index) throws ScratchException {
        try {
            for (String tenant : index.tenants()) {
                createFolder(folder, folder.resolve(tenant));
            }
        } catch (IOException e) {
            throw new ScratchException("cannot make folders in " + folder + ": " + e.getMessage(), e);
        }
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }

    private void fetchAll(Path folder, BucketIndex index) throws IOException, UnfitBucketException {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "fetch");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                workers.add(threads.submit(() -> {
                    work(folder, index);
                    return null;
                }));
            }
            for (Future<?> worker : workers) {
                await(worker);
            }
        } finally {
            stopped = true;
            end(threads);
        }
    }

    /** Whoever gets the folder back finds nobody who still writes to it, unless the store holds them up. */
    private static void end(ExecutorService threads) {
        threads.shutdownNow();
        boolean interrupted = Thread.interrupted();
        try {
            threads.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(Future<?> worker) throws IOException, UnfitBucketException {
        try {
            worker.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException fault) {
                throw fault;
            }
            if (e.getCause() instanceof UnfitBucketException unfit) {
                throw unfit;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Until all is done, or one fails: then the others need not go on. */
    private void work(Path folder, BucketIndex index) throws IOException, UnfitBucketException {
        boolean well = false;
        try {
            for (int i = next.getAndIncrement(); i < index.objects().size(); i = next.getAndIncrement()) {
                fetch(index.objects().get(i), index, folder);
                long bytes = fetched.addAndGet(index.objects().get(i).stored().bytes());
                progress.at(done.incrementAndGet(), index.objects().size(), bytes, index.bytes());
            }
            well = true;
        } finally {
            if (!well) {
                next.set(index.objects().size());
            }
        }
    }

    private void fetch(FoundObject object, BucketIndex index, Path folder) throws IOException, UnfitBucketException {
        requireRunning();
        Path file = folder.resolve(object.stored().name());
        create(folder, file, object.stored().name());
        for (int attempt = 1; ; attempt++) {
            try {
                copy(object, index.bundleOf(object), file);
                return;
            } catch (ScratchException e) {
                throw e;
            } catch (IOException e) {
                if (stopped || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static void create(Path folder, Path file, String name) throws ScratchException, UnfitBucketException {
        try {
            createFolder(folder, file.getParent());
            Files.createFile(file);
        } catch (FileAlreadyExistsException | NotDirectoryException e) {
            throw new UnfitBucketException(name + " is an object and a folder, or there twice in upper and lower case");
        } catch (IOException e) {
            throw new ScratchException("cannot make " + file + ": " + e.getMessage(), e);
        }
    }

    /** With those above it, but for the outermost: if that is gone, nobody wants anything any more. */
    private static void createFolder(Path outermost, Path folder) throws IOException {
        if (folder.equals(outermost) || Files.isDirectory(folder)) {
            return;
        }
        createFolder(outermost, folder.getParent());
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw e; // else another thread was faster
            }
        }
    }

    private void copy(FoundObject object, Optional<String> bundleDir, Path file) throws IOException {
        StoreListing.Opened opened = store.open(object.stored())
                .orElseThrow(() -> new IOException(object.stored().name()
                        + " was listed and is not there any more: something changed in the bucket meanwhile"));
        bundleDir.ifPresent(bundle -> locks.add(bundle, opened.lock()));
        long count = 0;
        try (InputStream in = opened.in();
                OutputStream out = open(file)) {
            byte[] buffer = new byte[BUFFER];
            for (int read = read(in, buffer, object); read >= 0; read = read(in, buffer, object)) {
                requireRunning();
                count += read;
                if (count > object.stored().bytes()) {
                    break;
                }
                write(out, buffer, read);
            }
        }
        if (count != object.stored().bytes()) {
            throw new IOException("GET " + object.stored().name() + ": the store gave "
                    + (count > object.stored().bytes() ? "more than" : count + " of") + " the "
                    + object.stored().bytes() + " bytes that it listed");
        }
    }

    private static int read(InputStream in, byte[] buffer, FoundObject object) throws IOException {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            throw new IOException("GET " + object.stored().name() + ": " + e.getMessage(), e);
        }
    }

    private static OutputStream open(Path file) throws ScratchException {
        try {
            return Files.newOutputStream(file, StandardOpenOption.TRUNCATE_EXISTING);
        } catch (IOException e) {
            throw new ScratchException("cannot write to " + file + ": " + e.getMessage(), e);
        }
    }

    private static void write(OutputStream out, byte[] buffer, int count) throws ScratchException {
        try {
            out.write(buffer, 0, count);
        } catch (IOException e) {
            throw new ScratchException("cannot write what was fetched: " + e.getMessage(), e);
        }
    }

    private void requireRunning() throws IOException {
        if (stopped) {
            throw new InterruptedIOException("stopped");
        }
    }
}

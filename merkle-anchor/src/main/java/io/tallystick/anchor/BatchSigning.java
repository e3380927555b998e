// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.sign.Root;
import io.tallystick.entry.Bytes;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Signs the roots of a batch in several threads at once: a window's end brings a root of every chain, and signing is what takes
 * time then. For one caller, who gets all notes of a batch or none.
 */
final class BatchSigning implements AutoCloseable {
    /** A key's service that takes long to answer is asked for so many, however few processors there are. */
    private static final int THREADS_MIN = 4;

    private static final int THREADS_MAX = 8;

    private final Function<Root, Bytes> signature;
    private final int threads;
    private final ExecutorService workers;

    /**
     * @param name of the threads
     * @param signature signs one root; called by several threads at once
     */
    BatchSigning(String name, Function<Root, Bytes> signature) {
        this.signature = signature;
        this.threads =
                Math.max(THREADS_MIN, Math.min(THREADS_MAX, Runtime.getRuntime().availableProcessors()));
        AtomicInteger number = new AtomicInteger();
        this.workers = Executors.newFixedThreadPool(threads, work -> {
            Thread thread = new Thread(work, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Signs the roots; returns when no thread is at work any more.
     *
     * @return the notes in the order of the roots
     * @throws RuntimeException what the signature of one of them threw; no further one is begun then
     */
    List<Bytes> sign(List<Root> batch) {
        Bytes[] notes = new Bytes[batch.size()];
        AtomicInteger next = new AtomicInteger();
        Callable<Void> turns = () -> {
            boolean done = false;
            try {
                for (int turn = next.getAndIncrement(); turn < notes.length; turn = next.getAndIncrement()) {
                    notes[turn] = signature.apply(batch.get(turn));
                }
                done = true;
            } finally {
                if (!done) {
                    next.set(notes.length);
                }
            }
            return null;
        };
        try {
            List<Future<Void>> ends = workers.invokeAll(Collections.nCopies(Math.min(threads, notes.length), turns));
            for (Future<Void> end : ends) {
                end.get();
            }
        } catch (ExecutionException e) {
            throw thrown(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
        return Arrays.asList(notes);
    }

    private static RuntimeException thrown(Throwable fault) {
        if (fault instanceof Error error) {
            throw error;
        }
        return (RuntimeException) fault;
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }
}

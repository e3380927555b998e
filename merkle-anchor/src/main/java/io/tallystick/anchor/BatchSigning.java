// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.sign.Root;
import io.tallystick.entry.Bytes;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Signs the roots of a batch in several threads at once: a window's end brings a root of every chain, and signing is what takes
 * time then. For one caller, who gets the notes of a batch from its beginning on, or none.
 */
final class BatchSigning implements AutoCloseable {
    private final Function<Root, Bytes> signature;
    private final int threads;
    private final ExecutorService workers;

    /**
     * @param name of the threads
     * @param threads how many sign at once
     * @param signature signs one root; called by that many threads at once
     */
    BatchSigning(String name, int threads, Function<Root, Bytes> signature) {
        this.signature = signature;
        this.threads = threads;
        AtomicInteger number = new AtomicInteger();
        this.workers = Executors.newFixedThreadPool(threads, work -> {
            Thread thread = new Thread(work, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Signs the roots, or as many of the first of them as there is time for; returns when no thread is at work any more, unless
     * it is interrupted: then none begins another.
     *
     * @param timeIsUp asked by each thread after each signature: from then on it begins none
     * @return the notes in the order of the roots: at least one, unless there are no roots
     * @throws RuntimeException what the signature of one of them threw; no further one is begun then. Of several faults the
     *     gravest, with the others suppressed: one that may be gone at the next attempt hides none that will not
     */
    List<Bytes> sign(List<Root> batch, BooleanSupplier timeIsUp) {
        Bytes[] notes = new Bytes[batch.size()];
        AtomicInteger next = new AtomicInteger();
        Callable<Void> turns = () -> {
            try {
                int turn = next.getAndIncrement();
                while (turn < notes.length) {
                    notes[turn] = signature.apply(batch.get(turn));
                    turn = timeIsUp.getAsBoolean() ? notes.length : next.getAndIncrement();
                }
            } finally {
                next.set(notes.length);
            }
            return null;
        };
        try {
            requireDone(workers.invokeAll(Collections.nCopies(Math.min(threads, notes.length), turns)));
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } finally {
            next.set(notes.length);
        }
        return Arrays.stream(notes).takeWhile(Objects::nonNull).toList();
    }

    private static void requireDone(List<Future<Void>> ends) throws InterruptedException {
        List<Throwable> faults = new ArrayList<>();
        for (Future<Void> end : ends) {
            try {
                end.get();
            } catch (ExecutionException e) {
                faults.add(e.getCause());
            }
        }
        if (faults.isEmpty()) {
            return;
        }
        faults.sort(Comparator.comparing(BatchSigning::mayPass));
        Throwable gravest = faults.get(0);
        faults.stream().skip(1).filter(other -> other != gravest).forEach(gravest::addSuppressed);
        if (gravest instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) gravest;
    }

    /** 0 for an error, 1 for what ends the process, 2 for what may succeed at another time. */
    private static int mayPass(Throwable fault) {
        return fault instanceof Error ? 0 : fault instanceof UncheckedIOException ? 2 : 1;
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }
}

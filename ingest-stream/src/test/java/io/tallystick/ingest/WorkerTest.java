// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.InterruptException;
import org.junit.jupiter.api.Test;

class WorkerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<Throwable> fatal = new CopyOnWriteArrayList<>();

    private Worker worker(Worker.Step step, Runnable end, Duration patience) {
        return new Worker("test-worker", step, end, patience, fatal::add);
    }

    @Test
    void failureAtTheEndDoesNotReplaceTheCause() {
        // Given
        IllegalStateException cause = new IllegalStateException("step");
        IllegalArgumentException second = new IllegalArgumentException("end");

        // When
        try (Worker worker = worker(
                () -> {
                    throw cause;
                },
                () -> {
                    throw second;
                },
                PATIENCE)) {
            worker.start();
            await().atMost(PATIENCE).until(() -> !fatal.isEmpty());
        }

        // Then
        assertThat(fatal).containsExactly(cause);
        assertThat(cause).hasSuppressedException(second);
    }

    @Test
    void failureAtTheEndAloneIsTold() {
        // Given
        IllegalArgumentException atEnd = new IllegalArgumentException("end");

        // When
        try (Worker worker = worker(
                Thread::onSpinWait,
                () -> {
                    throw atEnd;
                },
                PATIENCE)) {
            worker.start();
        }

        // Then
        assertThat(fatal).containsExactly(atEnd);
    }

    @Test
    void interruptionOfKafkasClientsAtTheCloseIsNoFailure() throws InterruptedException {
        // Given
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        Worker worker = worker(
                () -> {
                    began.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        throw new InterruptException(e);
                    }
                },
                ended::countDown,
                Duration.ofMillis(10));
        worker.start();
        assertThat(began.await(60, TimeUnit.SECONDS)).isTrue();

        // When
        worker.close();

        // Then
        assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(fatal).isEmpty();
    }

    @Test
    void interruptionOfKafkasClientsBeforeTheCloseIsAFailure() {
        // Given
        InterruptException cause = new InterruptException("nobody asked for it");

        // When
        try (Worker worker = worker(
                () -> {
                    throw cause;
                },
                () -> {},
                PATIENCE)) {
            worker.start();
            await().atMost(PATIENCE).until(() -> !fatal.isEmpty());
        }

        // Then
        assertThat(fatal).containsExactly(cause);
    }
}

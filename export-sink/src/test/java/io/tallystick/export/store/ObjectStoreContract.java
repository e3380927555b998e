// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link ObjectStore} must do; a store's test extends it. */
public abstract class ObjectStoreContract {
    private static final ObjectName NAME = new ObjectName("v1/tenant=acme/dt=2026-11-21/manifest.json");

    /** Opens the same store, as another process would. */
    protected abstract ObjectStore open() throws IOException;

    private static Content content(String text) {
        return Content.of(text.getBytes(UTF_8));
    }

    @Test
    void storesAndReadsAnObject() throws Exception {
        // Given
        try (ObjectStore store = open()) {
            // When
            PutOutcome outcome = store.putIfAbsent(NAME, content("evidence"));

            // Then
            assertThat(outcome).isEqualTo(PutOutcome.CREATED);
            assertThat(store.read(NAME, 100))
                    .hasValueSatisfying(bytes -> assertThat(bytes).asString().isEqualTo("evidence"));
            assertThat(store.exists(NAME)).isTrue();
        }
    }

    @Test
    void storesAFileWhole(@TempDir Path directory) throws Exception {
        // Given
        byte[] bytes = new byte[3_000_000];
        bytes[2_999_999] = 1;
        Path file = Files.write(directory.resolve("f"), bytes);
        try (ObjectStore store = open()) {
            // When
            store.putIfAbsent(NAME, Content.ofFile(file, bytes.length, Hash.sha256(bytes)));

            // Then
            try (InputStream in = store.open(NAME).orElseThrow()) {
                assertThat(in.readAllBytes()).isEqualTo(bytes);
            }
        }
    }

    @Test
    void keepsTheFirstObjectOfAName() throws Exception {
        // Given
        try (ObjectStore store = open()) {
            store.putIfAbsent(NAME, content("first"));

            // When
            PutOutcome outcome = store.putIfAbsent(NAME, content("second"));

            // Then
            assertThat(outcome).isEqualTo(PutOutcome.EXISTED);
            assertThat(store.read(NAME, 100).orElseThrow()).asString().isEqualTo("first");
        }
    }

    @Test
    void findsObjectsOfAnEarlierProcess() throws Exception {
        // Given
        try (ObjectStore store = open()) {
            store.putIfAbsent(NAME, content("first"));
        }

        // When
        try (ObjectStore store = open()) {
            PutOutcome outcome = store.putIfAbsent(NAME, content("first"));

            // Then
            assertThat(outcome).isEqualTo(PutOutcome.EXISTED);
        }
    }

    @Test
    void hasNoObjectThatWasNotStored() throws Exception {
        // Given
        try (ObjectStore store = open()) {
            store.putIfAbsent(NAME, content("first"));

            // When
            Optional<byte[]> other = store.read(ObjectName.in("v1/tenant=acme/dt=2026-11-21", "manifest.sig"), 10);
            Optional<byte[]> folder = store.read(new ObjectName("v1/tenant=acme"), 10);

            // Then
            assertThat(other).isEmpty();
            assertThat(folder).isEmpty();
            assertThat(store.exists(new ObjectName("v1/tenant=acme"))).isFalse();
        }
    }

    @Test
    void refusesToReadMoreThanAsked() throws Exception {
        // Given
        try (ObjectStore store = open()) {
            store.putIfAbsent(NAME, content("evidence"));

            // When / Then
            assertThatThrownBy(() -> store.read(NAME, 7))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("7 bytes");
        }
    }

    @Test
    void storesNothingWhoseBytesAreNotThoseAnnounced(@TempDir Path directory) throws Exception {
        // Given
        Path file = Files.writeString(directory.resolve("f"), "changed");
        Content wrong = Content.ofFile(file, 7, Hash.sha256("before!".getBytes(UTF_8)));
        try (ObjectStore store = open()) {
            // When / Then
            assertThatThrownBy(() -> store.putIfAbsent(NAME, wrong)).isInstanceOf(IOException.class);
            assertThat(store.exists(NAME)).isFalse();
        }
    }

    @Test
    void letsOneOfManyWritersCreateAName() throws Exception {
        // Given
        int writers = 8;
        CyclicBarrier together = new CyclicBarrier(writers);
        ExecutorService executor = Executors.newFixedThreadPool(writers);
        List<PutOutcome> outcomes = new ArrayList<>();
        try (ObjectStore store = open();
                ObjectStore neighbour = open()) {
            // When
            List<Future<PutOutcome>> puts = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                ObjectStore used = i % 2 == 0 ? store : neighbour;
                String text = "writer " + i;
                puts.add(executor.submit(() -> {
                    together.await();
                    return used.putIfAbsent(NAME, content(text));
                }));
            }
            for (Future<PutOutcome> put : puts) {
                outcomes.add(outcome(put));
            }
        } finally {
            executor.shutdown();
        }

        // Then
        assertThat(outcomes).filteredOn(PutOutcome.CREATED::equals).hasSize(1);
    }

    private static PutOutcome outcome(Future<PutOutcome> put) throws InterruptedException, ExecutionException {
        return put.get();
    }
}

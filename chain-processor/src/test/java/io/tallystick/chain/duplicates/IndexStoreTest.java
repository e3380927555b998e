// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.duplicates;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

class IndexStoreTest {
    private static final byte[] KEY = "key".getBytes(UTF_8);
    private static final byte[] LATER = "later".getBytes(UTF_8);
    private static final byte[] VALUE = "value".getBytes(UTF_8);

    @TempDir
    private Path directory;

    private final IndexMemory memory = new IndexMemory(IndexMemory.BYTES_MIN);

    @AfterEach
    void close() {
        memory.close();
    }

    private void fill() throws RocksDBException {
        try (IndexStore store = new IndexStore(directory, memory);
                WriteBatch batch = new WriteBatch()) {
            batch.put(KEY, VALUE);
            store.write(batch);
            store.flush();
        }
    }

    /** The files as a process leaves them that is killed after two writes. */
    private void kill(Path left) throws RocksDBException, IOException {
        try (IndexStore store = new IndexStore(directory, memory)) {
            for (byte[] key : List.of(KEY, LATER)) {
                try (WriteBatch batch = new WriteBatch()) {
                    batch.put(key, VALUE);
                    store.write(batch);
                }
            }
            for (Path file : files("(?!LOCK).*")) {
                Files.copy(file, left.resolve(file.getFileName()));
            }
        }
    }

    private List<Path> files(String pattern) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(file -> file.getFileName().toString().matches(pattern))
                    .toList();
        }
    }

    @Test
    void whatWasWrittenOutlivesTheProcess(@TempDir Path left) throws RocksDBException, IOException {
        // Given
        kill(left);

        // When, Then
        try (IndexStore store = new IndexStore(left, memory)) {
            assertThat(store.get(KEY)).isEqualTo(VALUE);
            assertThat(store.get(LATER)).isEqualTo(VALUE);
        }
    }

    @Test
    void aLogThatIsTornLosesItsEndAndNoMore(@TempDir Path left) throws RocksDBException, IOException {
        // Given: the machine died, and the end of the log had not reached the disk
        kill(left);
        try (Stream<Path> files = Files.list(left);
                FileChannel log = FileChannel.open(
                        files.filter(file -> file.toString().endsWith(".log"))
                                .findFirst()
                                .orElseThrow(),
                        StandardOpenOption.WRITE)) {
            log.truncate(log.size() - 1);
        }

        // When, Then
        try (IndexStore store = new IndexStore(left, memory)) {
            assertThat(store.get(KEY)).isEqualTo(VALUE);
            assertThat(store.get(LATER)).isNull();
        }
    }

    @Test
    void whatIsWholeStays() throws RocksDBException {
        // Given
        fill();

        // When, Then
        try (IndexStore store = new IndexStore(directory, memory)) {
            assertThat(store.get(KEY)).isEqualTo(VALUE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CURRENT", "MANIFEST-.*", ".*\\.sst"})
    void aStoreWithAMissingFileIsMadeAnew(String missing) throws IOException, RocksDBException {
        // Given
        fill();
        List<Path> lost = files(missing);
        assertThat(lost).isNotEmpty();
        for (Path file : lost) {
            Files.delete(file);
        }

        // When, Then
        try (IndexStore store = new IndexStore(directory, memory)) {
            assertThat(store.get(KEY)).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CURRENT", "MANIFEST-.*", ".*\\.sst"})
    void aStoreWithADamagedFileIsMadeAnew(String damaged) throws IOException, RocksDBException {
        // Given
        fill();
        for (Path file : files(damaged)) {
            Files.writeString(file, "?");
        }

        // When, Then
        try (IndexStore store = new IndexStore(directory, memory)) {
            assertThat(store.get(KEY)).isNull();
        }
    }
}

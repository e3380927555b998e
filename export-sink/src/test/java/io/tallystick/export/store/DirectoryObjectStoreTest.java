// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryObjectStoreTest extends ObjectStoreContract {
    @TempDir
    Path directory;

    @Override
    protected ObjectStore open() throws IOException {
        return DirectoryObjectStore.open(directory.resolve("bucket"));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> walk = Files.walk(directory.resolve("bucket"))) {
            return walk.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void leavesNothingButTheObjects() throws IOException {
        // Given
        try (ObjectStore store = open()) {
            // When
            store.putIfAbsent(new ObjectName("a/b"), Content.of("x".getBytes(UTF_8)));
            store.putIfAbsent(new ObjectName("a/b"), Content.of("y".getBytes(UTF_8)));
        }

        // Then
        assertThat(files()).containsExactly(directory.resolve("bucket/a/b"));
    }

    @Test
    void removesWhatACrashedWriterLeft() throws IOException {
        // Given
        Path scratch = Files.createDirectories(directory.resolve("bucket/.scratch/gone"));
        Files.writeString(scratch.resolve("1.part"), "half");
        Files.createFile(directory.resolve("bucket/.scratch/gone.lock"));

        // When
        try (ObjectStore store = open()) {
            store.exists(new ObjectName("a"));
        }

        // Then
        assertThat(files()).isEmpty();
    }

    @Test
    void leavesTheScratchFilesOfALivingNeighbour() throws IOException {
        // Given
        try (ScratchDirectory neighbour = ScratchDirectory.open(directory.resolve("bucket/.scratch"))) {
            Path part = Files.writeString(neighbour.path().resolve("1.part"), "half");

            // When
            try (ObjectStore store = open()) {
                store.exists(new ObjectName("a"));
            }

            // Then
            assertThat(part).exists();
        }
    }

    @Test
    void refusesADirectoryThatIsAFile() throws IOException {
        // Given
        Files.writeString(directory.resolve("bucket"), "not a directory");

        // When / Then
        assertThatThrownBy(this::open).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "a/", "a//b", "../a", "a/../b", ".scratch/a", "a/.b", "a\\b", "a b", "ä", "a\n"})
    void refusesNamesThatLeaveTheStore(String name) {
        assertThatThrownBy(() -> new ObjectName(name)).isInstanceOf(IllegalArgumentException.class);
    }
}

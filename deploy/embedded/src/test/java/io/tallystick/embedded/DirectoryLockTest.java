// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {

    @TempDir
    private Path directory;

    @Test
    void secondHolderIsToldTheProcessThatHoldsIt() {
        // Given
        DirectoryLock held = DirectoryLock.acquire(directory, Duration.ZERO);

        // When
        try {
            assertThatThrownBy(() -> DirectoryLock.acquire(directory, Duration.ofMillis(60)))
                    // Then
                    .isInstanceOf(EmbeddedException.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
        } finally {
            held.close();
        }
    }

    @Test
    void canBeTakenAgainOnceItIsGivenFree() {
        // Given
        DirectoryLock.acquire(directory, Duration.ZERO).close();

        // When // Then
        DirectoryLock.acquire(directory, Duration.ZERO).close();
    }

    @Test
    void fileThatADeadHolderLeftIsNoObstacle() throws Exception {
        // Given
        Files.writeString(directory.resolve("lock"), "999999");

        // When // Then
        DirectoryLock.acquire(directory, Duration.ZERO).close();
    }

    @Test
    void makesTheDirectory() {
        // When // Then
        DirectoryLock.acquire(directory.resolve("a/b"), Duration.ZERO).close();
    }

    @Test
    void refusesWhatIsNotADirectory() throws Exception {
        // Given
        Path file = Files.writeString(directory.resolve("file"), "");

        // When // Then
        assertThatThrownBy(() -> DirectoryLock.acquire(file, Duration.ZERO))
                .isInstanceOf(EmbeddedException.class)
                .hasMessageContaining("choose another data directory");
    }
}

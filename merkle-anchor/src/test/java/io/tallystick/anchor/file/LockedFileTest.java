// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.anchor.client.LockHolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockedFileTest {
    @TempDir
    private Path directory;

    private Path path;

    @BeforeEach
    void name() {
        path = directory.resolve("file");
    }

    private LockedFile open(Path name) throws IOException {
        return LockedFile.open(name, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Test
    void itIsMadeIfThereIsNoneAndKeptIfThereIs() throws IOException {
        try (LockedFile file = open(path)) {
            assertThat(file.channel().write(ByteBuffer.wrap(new byte[] {7}))).isEqualTo(1);
        }

        try (LockedFile file = open(path)) {
            assertThat(file.channel().size()).isEqualTo(1);
        }
    }

    /** By whatever name: closing a second descriptor would give up the lock. */
    @Test
    void aSecondUserInThisProcessDoesNotTakeTheLockFromTheFirst() throws IOException {
        try (LockedFile file = open(path)) {
            Path link = Files.createSymbolicLink(directory.resolve("symbolic"), path);
            Path same = Files.createLink(directory.resolve("hard"), path);
            for (Path name : new Path[] {path, link, same, directory.resolve("./file")}) {
                assertThatExceptionOfType(FileInUseException.class)
                        .isThrownBy(() -> open(name))
                        .withMessageContaining("in use by this process");
            }

            assertThat(file.channel().isOpen()).isTrue();
            assertThat(LockHolder.isFree(path)).isFalse();
        }
        assertThat(LockHolder.isFree(path)).isTrue();
    }

    @Test
    void whatAnotherProcessHasLockedIsFreeWhenItHasEnded() throws IOException {
        open(path).close();
        try (LockHolder holder = LockHolder.start(path)) {
            assertThat(holder).isNotNull();
            assertThatExceptionOfType(FileInUseException.class)
                    .isThrownBy(() -> open(path))
                    .withMessageContaining("in use by another process");
        }

        open(path).close();
    }

    @Test
    void closedTwiceItGivesUpNothingOfTheNextUser() throws IOException {
        LockedFile first = open(path);
        first.close();
        try (LockedFile second = open(path)) {
            first.close();

            assertThatExceptionOfType(FileInUseException.class).isThrownBy(() -> open(path));
            assertThat(second.channel().isOpen()).isTrue();
        }
    }

    /** As an interrupt does. */
    @Test
    void aChannelThatWasClosedUnderneathDoesNotKeepTheFile() throws IOException {
        LockedFile file = open(path);
        file.channel().close();
        file.close();

        open(path).close();
    }

    @Test
    void whatCannotBeOpenedIsNotHeld() throws IOException {
        Files.createDirectory(path);
        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> open(path))
                    .isNotInstanceOf(FileInUseException.class);
        }
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> open(directory.resolve("no/such/directory")));
    }
}

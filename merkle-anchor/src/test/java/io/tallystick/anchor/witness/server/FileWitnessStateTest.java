// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.witness.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A head that cannot be told is never taken for none: the witness would cosign a second history. */
class FileWitnessStateTest {
    private static final String LOG = "ledger.example.com";
    private static final TreeHead HEAD = new TreeHead(7, Hash.sha256());

    @TempDir
    private Path temp;

    private Path directory;
    private FileWitnessState state;

    @BeforeEach
    void open() throws IOException {
        directory = temp.resolve("witness");
        state = FileWitnessState.open(directory);
    }

    @AfterEach
    void close() throws IOException {
        state.close();
    }

    private Path file() {
        return directory.resolve(Hash.sha256(LOG.getBytes(UTF_8)) + ".checkpoint");
    }

    @Test
    void aLogThatWasNeverCosignedIsEmpty() throws IOException {
        assertThat(state.head(LOG)).isEqualTo(TreeHead.EMPTY);
    }

    @Test
    void whatWasStoredIsThereForItsLogAlone() throws IOException {
        state.store(LOG, HEAD);

        assertThat(state.head(LOG)).isEqualTo(HEAD);
        assertThat(state.head("other.example.com")).isEqualTo(TreeHead.EMPTY);
    }

    /** The attributes of such a link cannot be had, so whether there is a file cannot be told. */
    @Test
    void aFileThatCannotBeLookedAtIsNotNone() throws IOException {
        Files.createSymbolicLink(file(), file());

        assertThatIOException().isThrownBy(() -> state.head(LOG));
    }

    @Test
    void whatIsNoFileIsNotNone() throws IOException {
        Files.createDirectory(file());

        assertThatIOException().isThrownBy(() -> state.head(LOG));
    }

    @Test
    void aDirectoryThatIsGoneHoldsNotNone() throws IOException {
        state.store(LOG, HEAD);
        Files.move(directory, temp.resolve("elsewhere"));
        assertThatIOException().isThrownBy(() -> state.head(LOG)).withMessageContaining("is its disk mounted");

        Files.createDirectory(directory);
        assertThatIOException().isThrownBy(() -> state.head(LOG)).withMessageContaining("is its disk mounted");
    }

    @Test
    void aFileThatWasNotStoredForTheLogIsRefused() throws IOException {
        state.store("other.example.com", HEAD);
        Path other = directory.resolve(Hash.sha256("other.example.com".getBytes(UTF_8)) + ".checkpoint");
        Files.move(other, file());
        assertThatIOException().isThrownBy(() -> state.head(LOG)).withMessageContaining("is not the checkpoint of");

        Files.writeString(file(), "torn");
        assertThatIOException().isThrownBy(() -> state.head(LOG)).withMessageContaining("is no checkpoint");
        Files.write(file(), new byte[5000]);
        assertThatIOException().isThrownBy(() -> state.head(LOG)).withMessageContaining("is not the checkpoint of");
    }
}

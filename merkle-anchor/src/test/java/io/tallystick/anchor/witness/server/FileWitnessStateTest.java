// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.witness.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.tallystick.note.Checkpoint;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
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
        directory = temp.resolve("witnesses/one");
        FileWitnessState.create(directory);
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

    private void isGone() {
        assertThatIOException().isThrownBy(() -> state.head(LOG)).withMessageContaining("is its disk mounted");
        assertThatIOException().isThrownBy(() -> state.store(LOG, HEAD)).withMessageContaining("is its disk mounted");
    }

    @Test
    void aDirectoryThatIsGoneHoldsNotNone() throws IOException {
        state.store(LOG, HEAD);
        Files.move(directory, temp.resolve("elsewhere"));
        isGone();

        Files.createDirectory(directory);
        isGone();
        assertThat(directory).isEmptyDirectory();
    }

    /** As a state that was begun below the place where the disk belongs. */
    @Test
    void anotherStateInTheDirectorysPlaceIsNotReadOrWritten() throws IOException {
        state.store(LOG, HEAD);
        Files.move(directory, temp.resolve("elsewhere"));
        FileWitnessState.create(directory);
        isGone();

        try (FileWitnessState other = FileWitnessState.open(directory)) {
            other.store(LOG, new TreeHead(3, Hash.sha256()));
        }
        isGone();
    }

    @Test
    void aStateThatWasNeverBegunIsNotOpenedAndNotMade() throws IOException {
        Path missing = temp.resolve("not/mounted");
        Path empty = Files.createDirectory(temp.resolve("empty"));

        for (Path none : List.of(missing, empty)) {
            assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> FileWitnessState.open(none));
            assertThat(FileWitnessState.isBegun(none)).isFalse();
        }
        assertThat(missing.getParent()).doesNotExist();
        assertThat(empty).isEmptyDirectory();
        assertThat(FileWitnessState.isBegun(directory)).isTrue();
    }

    @Test
    void whatIsThereOfAStateIsNotBegunAnew() throws IOException {
        state.store(LOG, HEAD);

        assertThatExceptionOfType(FileAlreadyExistsException.class)
                .isThrownBy(() -> FileWitnessState.create(directory));
        Files.delete(directory.resolve("lock"));
        assertThatExceptionOfType(FileAlreadyExistsException.class)
                .isThrownBy(() -> FileWitnessState.create(directory));
        assertThat(FileWitnessState.isBegun(directory)).isFalse();
    }

    @Test
    void aDirectoryThatIsThereMayBecomeAState() throws IOException {
        Path mounted = Files.createDirectory(temp.resolve("mounted"));
        Files.createDirectory(mounted.resolve("lost+found"));

        FileWitnessState.create(mounted);

        try (FileWitnessState begun = FileWitnessState.open(mounted)) {
            assertThat(begun.head(LOG)).isEqualTo(TreeHead.EMPTY);
        }
    }

    /** The state left by a crash before the rename, and by a disk that is full. */
    @Test
    void aHeadThatDidNotComeToItsPlaceDoesNotCount() throws IOException {
        TreeHead next = new TreeHead(8, Hash.sha256());
        state.store(LOG, HEAD);
        Path fresh = directory.resolve(file().getFileName() + ".new");
        Files.write(fresh, new Checkpoint(LOG, next).text());
        assertThat(state.head(LOG)).isEqualTo(HEAD);

        Files.delete(fresh);
        Files.createDirectory(fresh);
        assertThatIOException().isThrownBy(() -> state.store(LOG, next));
        assertThat(state.head(LOG)).isEqualTo(HEAD);

        Files.delete(fresh);
        state.store(LOG, next);
        assertThat(state.head(LOG)).isEqualTo(next);
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

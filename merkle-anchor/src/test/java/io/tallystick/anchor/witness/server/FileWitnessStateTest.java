// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.witness.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.tallystick.entry.Bytes;
import io.tallystick.note.Checkpoint;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A head that cannot be told is never taken for none: the witness would cosign a second history. */
class FileWitnessStateTest {
    private static final String LOG = "ledger.example.com";
    private static final TreeHead HEAD = new TreeHead(7, Hash.sha256());
    private static final TreeHead NEXT = new TreeHead(8, Hash.sha256());
    private static final TreeHead LAST = new TreeHead(9, Hash.sha256());

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

    private void refuses(String words) {
        assertThatExceptionOfType(WitnessStateException.class)
                .isThrownBy(() -> state.head(LOG))
                .withMessageContaining(words)
                .withMessageContaining("begin a new witness");
        assertThatExceptionOfType(WitnessStateException.class).isThrownBy(() -> state.store(LOG, HEAD));
    }

    private void reopen() throws IOException {
        state.close();
        state = FileWitnessState.open(directory);
    }

    @Test
    void aLogWhoseFileWasDeletedIsNotOneThatWasNeverCosigned() throws IOException {
        // Given
        state.store("other.example.com", HEAD);
        state.store(LOG, HEAD);
        byte[] kept = Files.readAllBytes(file());

        // When
        Files.delete(file());

        // Then
        refuses("is missing");
        reopen();
        refuses("is missing");
        assertThat(state.head("other.example.com")).isEqualTo(HEAD);

        Files.write(file(), kept);
        assertThat(state.head(LOG)).isEqualTo(HEAD);
    }

    @Test
    void anOlderCopyOfAFileIsNotTaken() throws IOException {
        // Given
        state.store(LOG, HEAD);
        byte[] older = Files.readAllBytes(file());
        state.store(LOG, NEXT);

        // When
        Files.write(file(), older);

        // Then
        refuses("is not what the witness wrote last");
        reopen();
        refuses("is not what the witness wrote last");
    }

    @Test
    void aFileThatTheWitnessNeverWroteIsNotTaken() throws IOException {
        Files.write(file(), new Checkpoint(LOG, HEAD).text());

        refuses("is nothing that the witness wrote");
    }

    private void cannotOpen(String words) {
        assertThatExceptionOfType(WitnessStateException.class)
                .isThrownBy(() -> FileWitnessState.open(directory))
                .withMessageContaining(words);
    }

    @Test
    void aStateWithoutItsIndexIsNotOpened() throws IOException {
        // Given
        state.store(LOG, HEAD);
        state.close();
        Path index = directory.resolve("index");
        String content = Files.readString(index);

        // Then
        for (String damaged : List.of("", "x", content.substring(0, content.length() - 2), content + "../lock - -\n")) {
            Files.writeString(index, damaged);
            cannotOpen("is no index");
        }
        Files.delete(index);
        Files.delete(file());
        cannotOpen("index is missing");
        assertThatExceptionOfType(FileAlreadyExistsException.class)
                .isThrownBy(() -> FileWitnessState.create(directory));
        cannotOpen("index is missing");
    }

    /** As versions without an index left it. */
    private void forgetIndex() throws IOException {
        state.close();
        Files.delete(directory.resolve("index"));
        Files.write(directory.resolve("lock"), new byte[0]);
    }

    @Test
    void aStateThatWasBegunWithoutAnIndexIsTakenOver() throws IOException {
        // Given
        state.store(LOG, HEAD);
        forgetIndex();

        // When
        state = FileWitnessState.open(directory);

        // Then
        assertThat(state.head(LOG)).isEqualTo(HEAD);
        Files.delete(file());
        refuses("is missing");
        state.close();
        Files.delete(directory.resolve("index"));
        cannotOpen("index is missing");
    }

    /** A disk that fails once, before or after the n-th file has come to its place: what a crash there would leave. */
    private record FailingDisk(AtomicInteger left, boolean done) implements Disk {
        FailingDisk(int write, boolean done) {
            this(new AtomicInteger(write), done);
        }

        @Override
        public void replace(Path file, byte[] content) throws IOException {
            boolean fails = left.decrementAndGet() == 0;
            if (!fails || done) {
                Disk.OWN.replace(file, content);
            }
            if (fails) {
                throw new IOException("the disk has failed");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1,false", "1,true", "2,false", "2,true", "3,false", "3,true"})
    void aCrashBetweenTwoWritesLeavesOneOfTheTwoHeadsAndNoDamage(int write, boolean done) throws IOException {
        for (TreeHead before : List.of(TreeHead.EMPTY, HEAD)) {
            // Given
            if (before.size() > 0) {
                state.store(LOG, before);
            }
            state.close();
            state = FileWitnessState.open(directory, new FailingDisk(write, done));

            // When
            assertThatIOException().isThrownBy(() -> state.store(LOG, NEXT)).withMessage("the disk has failed");

            // Then
            TreeHead left = write < 2 || (write == 2 && !done) ? before : NEXT;
            assertThat(state.head(LOG)).isEqualTo(left);
            reopen();
            assertThat(state.head(LOG)).isEqualTo(left);
            state.store(LOG, NEXT);
            state.store(LOG, LAST);
            assertThat(state.head(LOG)).isEqualTo(LAST);
            Files.write(file(), new Checkpoint(LOG, NEXT).text());
            refuses("is not what the witness wrote last");
            state.close();
            Files.delete(directory.resolve("index"));
            Files.delete(directory.resolve("lock"));
            Files.delete(file());
            FileWitnessState.create(directory);
            state = FileWitnessState.open(directory);
        }
    }

    /** What was about to be written, and was, is all that counts from then on. */
    @Test
    void afterACrashTheHeadBeforeItCountsNoMore() throws IOException {
        // Given
        state.store(LOG, HEAD);
        byte[] older = Files.readAllBytes(file());
        state.close();
        state = FileWitnessState.open(directory, new FailingDisk(3, false));
        assertThatIOException().isThrownBy(() -> state.store(LOG, NEXT));
        reopen();

        // When
        Files.write(file(), older);

        // Then
        refuses("is not what the witness wrote last");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCrashWhileAStateIsTakenOverForgetsNothing(boolean done) throws IOException {
        // Given
        state.store(LOG, HEAD);
        forgetIndex();
        assertThatIOException().isThrownBy(() -> FileWitnessState.open(directory, new FailingDisk(1, done)));

        // When
        state = FileWitnessState.open(directory);

        // Then
        assertThat(state.head(LOG)).isEqualTo(HEAD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwx---", "rwx---rwx"})
    void aDirectoryThatOthersCanWriteToIsNoState(String permissions) throws IOException {
        state.close();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(permissions));

        cannotOpen("is writable by group or others; chmod go-w it");
        Path other = Files.createDirectory(temp.resolve("other"));
        Files.setPosixFilePermissions(other, PosixFilePermissions.fromString(permissions));
        assertThatExceptionOfType(WitnessStateException.class).isThrownBy(() -> FileWitnessState.create(other));
        assertThat(other).isEmptyDirectory();
    }

    @Test
    void aDirectoryBelowOneThatOthersCanWriteToIsNoState() throws IOException {
        state.close();
        Files.setPosixFilePermissions(directory.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));

        cannotOpen("is writable by group or others; chmod go-w it");
    }

    private static Checkpoint forked(int n) {
        return new Checkpoint(LOG, new TreeHead(HEAD.size(), Hash.sha256(new byte[n + 1])));
    }

    @Test
    void ofOneLogOnlySoManyForksAreKept() throws IOException {
        // Given
        state.store(LOG, HEAD);
        for (int n = 0; n < ForkNotes.KEPT_MAX; n++) {
            assertThat(state.keepFork(forked(n), Bytes.utf8("note " + n), HEAD).contradicting())
                    .isPresent();
        }

        // Then
        assertThat(state.keepFork(forked(99), Bytes.utf8("one more"), HEAD).contradicting())
                .isEmpty();
        Path first = state.keepFork(forked(0), Bytes.utf8("again"), HEAD)
                .contradicting()
                .orElseThrow();
        assertThat(first).hasContent("note 0");
        Checkpoint other = new Checkpoint("other.example.com", forked(0).head());
        assertThat(state.keepFork(other, Bytes.utf8("other"), HEAD).contradicting())
                .isPresent();
    }

    /** As of a state that was begun before notes were kept, or where one was written whose head was not. */
    @Test
    void aNoteThatIsNotOfTheHeadCosignedIsNoHalfOfAProof() throws IOException {
        state.store(LOG, HEAD);
        assertThat(state.keepFork(forked(1), Bytes.utf8("note"), HEAD).cosigned())
                .isEmpty();

        for (String wrong : List.of("nonsense", LOG + "\n8\n" + "A".repeat(43) + "=\n\n\u2014 k AAAAAAAA\n")) {
            state.keepNote(new Checkpoint(LOG, NEXT), Bytes.utf8(wrong));
            assertThat(state.keepFork(forked(1), Bytes.utf8("note"), HEAD).cosigned())
                    .isEmpty();
        }
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
        assertThatIOException()
                .isThrownBy(() -> state.head(LOG))
                .withMessageContaining("is nothing that the witness wrote");

        for (String taken :
                List.of("torn", "x".repeat(5000), new String(new Checkpoint("other", HEAD).text(), UTF_8))) {
            Files.writeString(file(), taken);
            assertThatIOException().isThrownBy(() -> state.head(LOG));

            forgetIndex(); // what a state without an index holds is looked at, too
            state = FileWitnessState.open(directory);
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> state.head(LOG))
                    .withMessageMatching(".* is (no checkpoint: .*|not the checkpoint of .*)");
        }
    }
}

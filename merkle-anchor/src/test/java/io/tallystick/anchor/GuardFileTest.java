// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.anchor.client.LockHolder;
import io.tallystick.anchor.sign.Root;
import io.tallystick.anchor.sign.SigningGuard;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardFileTest {
    private static final String LEDGER = "ledger.example.com";
    private static final Root HEAD = new Root(LEDGER, new TreeHead(7, Hash.sha256()), true, Instant.EPOCH);

    @TempDir
    private Path directory;

    private Path path;

    @BeforeEach
    void create() throws IOException {
        path = directory.resolve("guard");
        GuardFile.create(path, LEDGER, new SigningGuard());
    }

    private static Root head(long size) {
        return new Root(LEDGER, new TreeHead(size, Hash.sha256()), true, Instant.EPOCH);
    }

    @Test
    void whatWasAdmittedIsThereAfterAnotherOpening() throws IOException {
        try (GuardFile file = GuardFile.open(path, LEDGER)) {
            file.admit(List.of(HEAD));
        }

        try (GuardFile file = GuardFile.open(path, LEDGER)) {
            assertThat(file.guard().last(LEDGER)).contains(HEAD.head());
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
    }

    private static final class NoDisk implements GuardFile.Disk {
        @Override
        public void write(Path fresh, byte[] content) throws IOException {
            throw new IOException("no writing here");
        }

        @Override
        public void rename(Path fresh, Path file) {
            throw new AssertionError("nothing was written");
        }

        @Override
        public void force(Path where) {
            throw new AssertionError("nothing was renamed");
        }
    }

    @Test
    void aRepetitionWritesNothing() {
        try (GuardFile first = GuardFile.open(path, LEDGER)) {
            first.admit(List.of(HEAD));
        }

        try (GuardFile file = GuardFile.open(path, LEDGER, new NoDisk())) {
            file.admit(List.of(HEAD));
            file.admit(List.of());
            assertThatExceptionOfType(KafkaException.class)
                    .isThrownBy(() -> file.admit(List.of(head(8))))
                    .withMessageContaining("cannot write");
            assertThat(file.guard().last(LEDGER)).contains(HEAD.head());
        }
    }

    @Test
    void aMissingFileIsNeverMade() throws IOException {
        Files.delete(path);

        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> GuardFile.open(path, LEDGER))
                .withMessageContainingAll("is missing", "mounted", "tally keys guard");
        assertThat(path).doesNotExist();
    }

    @Test
    void aMissingDirectoryIsRefusedLikewise() {
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> GuardFile.open(directory.resolve("not/mounted"), LEDGER))
                .withMessageContaining("is missing");
    }

    @Test
    void aDamagedFileAndThatOfAnotherLedgerAreRefused() throws IOException {
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> GuardFile.open(path, "another.example.com"))
                .withMessageContaining("first line");
        Files.writeString(path, "");
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> GuardFile.open(path, LEDGER))
                .withMessageContaining("not usable");
    }

    @Test
    void aFileIsOpenOnceAtATime() {
        try (GuardFile file = GuardFile.open(path, LEDGER)) {
            assertThatExceptionOfType(KafkaException.class)
                    .isThrownBy(() -> GuardFile.open(path, LEDGER))
                    .withMessageContaining("locked");
            file.admit(List.of(HEAD));
        }
        GuardFile.open(path, LEDGER).close();
    }

    @Test
    void whoIsRefusedItInThisProcessDoesNotUnlockIt() throws IOException {
        try (GuardFile file = GuardFile.open(path, LEDGER)) {
            assertThatExceptionOfType(KafkaException.class)
                    .isThrownBy(() -> GuardFile.open(path, LEDGER))
                    .withMessageContaining("locked");

            assertThat(LockHolder.isFree(directory.resolve("guard.lock"))).isFalse();
            file.admit(List.of(HEAD));
        }
    }

    /** An interrupt stands for a kill: it ends the writing amid the file. */
    @Test
    void aFileIsMadeAsAWholeOrNotAtAll() throws IOException {
        Path other = directory.resolve("other");
        Thread.currentThread().interrupt();

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> GuardFile.create(other, LEDGER, new SigningGuard()));

        assertThat(Thread.interrupted()).isTrue();
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(path);
        }
        GuardFile.create(other, LEDGER, new SigningGuard());
        GuardFile.open(other, LEDGER).close();
    }

    @Test
    void anExistingFileIsNotMadeAnew() throws IOException {
        try (GuardFile file = GuardFile.open(path, LEDGER)) {
            file.admit(List.of(HEAD));
        }
        byte[] before = Files.readAllBytes(path);

        assertThatExceptionOfType(FileAlreadyExistsException.class)
                .isThrownBy(() -> GuardFile.create(path, LEDGER, new SigningGuard()));

        assertThat(Files.readAllBytes(path)).isEqualTo(before);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactlyInAnyOrder(path, directory.resolve("guard.lock"));
        }
    }

    /** Two files take turns under the name, so after an even number of writes it may be the number of the first again. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void aFileThatSomebodyElseWroteSeveralTimesIsNotOverwritten(int times) throws IOException {
        Path foreign = Files.createDirectory(directory.resolve("elsewhere")).resolve("guard");
        GuardFile.create(foreign, LEDGER, new SigningGuard());
        try (GuardFile file = GuardFile.open(path, LEDGER);
                GuardFile other = GuardFile.open(foreign, LEDGER)) {
            for (int i = 1; i <= times; i++) {
                other.admit(List.of(head(7 + i)));
                Path copy = Files.copy(foreign, directory.resolve("guard.new"));
                Files.move(copy, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }

            assertThatExceptionOfType(KafkaException.class)
                    .isThrownBy(() -> file.admit(List.of(HEAD)))
                    .withMessageContaining("another writer");
        }
    }

    @Test
    void aFileThatSomebodyElseReplacedIsNotOverwritten() throws IOException {
        try (GuardFile file = GuardFile.open(path, LEDGER)) {
            Path copy = directory.resolve("copy");
            Files.copy(path, copy);
            Files.move(copy, path, StandardCopyOption.REPLACE_EXISTING);

            assertThatExceptionOfType(KafkaException.class)
                    .isThrownBy(() -> file.admit(List.of(HEAD)))
                    .withMessageContaining("another writer");
        }
    }

    /** As where a mounted disk is reached by another name: the file it leads to is replaced, not the link. */
    @Test
    void aSymbolicLinkIsFollowed() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), path);
        try (GuardFile file = GuardFile.open(link, LEDGER)) {
            file.admit(List.of(HEAD));
            file.admit(List.of(head(8)));
        }

        assertThat(link).isSymbolicLink();
        try (GuardFile file = GuardFile.open(path, LEDGER)) {
            assertThat(file.guard().last(LEDGER)).contains(head(8).head());
        }
    }

    @Test
    void aFileIsLockedUnderAllItsNames() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), path);
        try (GuardFile file = GuardFile.open(link, LEDGER)) {
            assertThatExceptionOfType(KafkaException.class)
                    .isThrownBy(() -> GuardFile.open(path, LEDGER))
                    .withMessageContaining("locked");
            assertThat(file.guard().last(LEDGER)).isEmpty();
        }
    }

    @Test
    void aLinkThatLeadsNowhereIsAMissingFile() throws IOException {
        Path target = directory.resolve("unmounted").resolve("guard");
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);

        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> GuardFile.open(link, LEDGER))
                .withMessageContaining("is missing");
        assertThat(target).doesNotExist();
    }

    @Test
    void aLinkIsNotMadeAnewAsAFile() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("elsewhere"));

        assertThatExceptionOfType(FileAlreadyExistsException.class)
                .isThrownBy(() -> GuardFile.create(link, LEDGER, new SigningGuard()));
        assertThat(directory.resolve("elsewhere")).doesNotExist();
    }

    @Test
    void aForkInABatchLeavesTheFileAsItWas() throws IOException {
        byte[] before = Files.readAllBytes(path);
        Root forked = new Root(LEDGER, new TreeHead(7, Hash.ZERO), true, Instant.EPOCH);
        try (GuardFile file = GuardFile.open(path, LEDGER)) {
            assertThatExceptionOfType(LedgerIntegrityException.class)
                    .isThrownBy(() -> file.admit(List.of(HEAD, forked)));
        }

        assertThat(Files.readAllBytes(path)).isEqualTo(before);
    }
}

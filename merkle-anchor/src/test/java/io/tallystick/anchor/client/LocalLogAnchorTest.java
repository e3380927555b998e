// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.Answer;
import io.tallystick.anchor.external.RegistryCheckpoint;
import io.tallystick.anchor.locallog.LocalLogAnchor;
import io.tallystick.entry.Bytes;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.receipt.AnchoredCheckpoint;
import io.tallystick.receipt.LocalLog;
import io.tallystick.receipt.LocalLogReceipt;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.TrustAnchors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalLogAnchorTest extends AnchorContract {
    private static final String ORIGIN = TestRegistry.ORIGIN + "/log";

    @TempDir
    private Path directory;

    private final List<Long> cuts = new ArrayList<>();

    @Override
    LocalLogAnchor anchor() {
        return anchor(KeyAlgorithm.ED25519);
    }

    private LocalLogAnchor anchor(KeyAlgorithm algorithm) {
        return new LocalLogAnchor("log", ORIGIN, file(), TestKeys.key(algorithm, "log"), cuts::add);
    }

    private Path file() {
        return directory.resolve("anchors.log");
    }

    private Path state() {
        return directory.resolve("anchors.log.state");
    }

    /** Its disk is not there. */
    @Override
    void goAway() throws IOException {
        Files.move(directory, elsewhere());
    }

    @Override
    void comeBack() throws IOException {
        Files.move(elsewhere(), directory);
    }

    private Path elsewhere() {
        return directory.resolveSibling(directory.getFileName() + "-elsewhere");
    }

    @Override
    void verify(Bytes receipt, RegistryCheckpoint checkpoint) throws Exception {
        LocalLog log = LocalLog.of(new TrustAnchors.Log(
                "log",
                LocalLog.KIND,
                ORIGIN,
                anchor().vkey(),
                new TrustAnchors.ValidFor(Instant.EPOCH, Instant.parse("9999-01-01T00:00:00Z"))));
        var unused = log.verify(
                receipt.toByteArray(),
                AnchoredCheckpoint.parse(checkpoint.note().toByteArray()),
                checkpoint.windowStart());
    }

    private LocalLogReceipt submit(int n) throws Exception {
        try (Anchor anchor = anchor()) {
            Bytes receipt = ((Answer.Confirmed) anchor.submit(registry.submission(n, 0))).receipt();
            verify(receipt, registry.checkpoint(n));
            return LocalLogReceipt.parse(receipt.toByteArray());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ED25519", "ECDSA_P256"})
    void bothKindsOfKeysSign(KeyAlgorithm algorithm) {
        try (Anchor anchor = anchor(algorithm)) {
            assertThat(anchor.submit(registry.submission(1, 0))).isInstanceOf(Answer.Confirmed.class);
        }
    }

    @Test
    void manyEntriesOverManyOpeningsAreOneTree() throws Exception {
        for (int n = 1; n <= 20; n++) {
            assertThat(submit(n).leafIndex()).isEqualTo(n - 1);
        }
        assertThat(Files.readAllLines(file())).hasSize(20);
    }

    @Test
    void whatWasLoggedLastIsNotLoggedTwiceAcrossAnOpening() throws Exception {
        submit(1);

        assertThat(submit(1).leafIndex()).isZero();
        assertThat(Files.readAllLines(file())).hasSize(1);
    }

    /** Wherever the write of a line was cut short. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 100, 300})
    void aTornLastLineIsCutOff(int kept) throws Exception {
        submit(1);
        byte[] one = Files.readAllBytes(file());
        Files.write(file(), Arrays.copyOf(one, kept), StandardOpenOption.APPEND);

        assertThat(submit(2).leafIndex()).isEqualTo(1);

        assertThat(cuts).containsExactly((long) kept);
        assertThat(Files.readAllLines(file())).hasSize(2);
    }

    @Test
    void aLineThatWasWrittenButNotSignedIsTakenIn() throws Exception {
        submit(1);
        byte[] state = Files.readAllBytes(state());
        submit(2);
        Files.write(state(), state);

        assertThat(submit(2).leafIndex()).isEqualTo(1);
        assertThat(submit(3).leafIndex()).isEqualTo(2);
    }

    @Test
    void aLogWithoutItsStateIsReadAsAWhole() throws Exception {
        submit(1);
        submit(2);
        Files.delete(state());

        assertThat(submit(3).leafIndex()).isEqualTo(2);
    }

    @Test
    void aShortenedLogIsNotWrittenTo() throws Exception {
        submit(1);
        byte[] one = Files.readAllBytes(file());
        submit(2);
        Files.write(file(), one);

        refuses();
        assertThat(Files.readAllBytes(file())).isEqualTo(one);
    }

    @Test
    void aLogWhoseLastLineIsAnotherIsNotWrittenTo() throws Exception {
        submit(1);
        submit(2);
        byte[] other = Files.readAllBytes(file());
        Files.delete(file());
        Files.delete(state());
        submit(1);
        submit(3);
        Files.write(file(), other);

        refuses();
    }

    @Test
    void aLogOfAnotherKeyIsNotWrittenTo() throws Exception {
        submit(1);
        try (Anchor anchor =
                new LocalLogAnchor("log", ORIGIN, file(), TestKeys.key(KeyAlgorithm.ED25519, "other"), cuts::add)) {
            assertThat(anchor.submit(registry.submission(2, 0))).isInstanceOf(Answer.Contradicted.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "not json"})
    void aStateThatCannotBeReadIsRefused(String content) throws Exception {
        submit(1);
        Files.writeString(state(), content);

        refuses();
    }

    @Test
    void aWholeLineThatIsNoEntryIsRefused() throws Exception {
        submit(1);
        Files.writeString(file(), "{}\n", StandardOpenOption.APPEND);

        refuses();
    }

    @Test
    void twoWritersAtOnceAreRefused() {
        try (Anchor second = anchor()) {
            try (Anchor first = anchor()) {
                first.submit(registry.submission(1, 0));

                assertThat(second.submit(registry.submission(2, 0)))
                        .isInstanceOfSatisfying(Answer.Failed.class, failed -> assertThat(failed.reason())
                                .contains("in use by this process"));
            }
            assertThat(second.submit(registry.submission(2, 0))).isInstanceOf(Answer.Confirmed.class);
        }
    }

    @Test
    void aSecondWriterOfThisProcessDoesNotUnlockTheLog() throws Exception {
        try (Anchor first = anchor();
                Anchor second = anchor()) {
            first.submit(registry.submission(1, 0));

            assertThat(second.submit(registry.submission(2, 0))).isInstanceOf(Answer.Failed.class);

            assertThat(LockHolder.isFree(file())).isFalse();
        }
    }

    /** What was signed last is not known, so nobody could tell another log from this one. */
    @Test
    void aLogThatConfirmedSomethingIsNotBegunAnewWithoutItsState() throws Exception {
        submit(1);
        submit(2);
        byte[] log = Files.readAllBytes(file());
        byte[] state = Files.readAllBytes(state());
        Files.delete(state());

        for (byte[] content : List.of(log, new byte[0])) {
            Files.write(file(), content);
            try (Anchor anchor = anchor()) {
                assertThat(anchor.submit(registry.submission(3, 2)))
                        .isInstanceOfSatisfying(Answer.Failed.class, failed -> assertThat(failed.reason())
                                .contains("anchors.log.state is missing", "not begun anew"));
            }
            assertThat(Files.readAllBytes(file())).isEqualTo(content);
            assertThat(state()).doesNotExist();
        }
        Files.write(file(), log);
        Files.write(state(), state);
        try (Anchor anchor = anchor()) {
            assertThat(anchor.submit(registry.submission(3, 2))).isInstanceOf(Answer.Confirmed.class);
        }
    }

    /** Restored from yesterday's backup: both files are right, and its key would sign a second tree of the sizes since. */
    @Test
    void aLogThatWasSetBackWithItsStateIsNotWrittenTo() throws Exception {
        // Given
        submit(1);
        byte[] log = Files.readAllBytes(file());
        byte[] state = Files.readAllBytes(state());
        submit(2);
        submit(3);
        byte[] newestLog = Files.readAllBytes(file());
        byte[] newestState = Files.readAllBytes(state());
        Files.write(file(), log);
        Files.write(state(), state);

        // When, then
        try (Anchor anchor = anchor()) {
            assertThat(anchor.submit(registry.submission(4, 3)))
                    .isInstanceOfSatisfying(Answer.Contradicted.class, stopped -> assertThat(stopped.reason())
                            .contains("was set back", "size 5,", "size 15 was logged", "Restore the newest copy"));
        }
        assertThat(Files.readAllBytes(file())).isEqualTo(log);
        assertThat(Files.readAllBytes(state())).isEqualTo(state);

        // When, then: it goes on where it was
        Files.write(file(), newestLog);
        Files.write(state(), newestState);
        try (Anchor anchor = anchor()) {
            assertThat(anchor.submit(registry.submission(4, 3))).isInstanceOf(Answer.Confirmed.class);
        }
    }

    /** As rsync, an editor or a restore does it. */
    @Test
    void aCopyThatTakesTheOpenLogsPlaceHasTheLinesThatFollow() throws Exception {
        try (Anchor anchor = anchor()) {
            for (int n = 1; n <= 3; n++) {
                assertThat(anchor.submit(registry.submission(n, 0))).isInstanceOf(Answer.Confirmed.class);
                Path copy = Files.copy(file(), directory.resolve("copy"));
                Files.move(copy, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        }

        assertThat(Files.readAllLines(file())).hasSize(3);
        assertThat(submit(4).leafIndex()).isEqualTo(3);
    }

    /** The process died between the log's disk and the record that says so. */
    @Test
    void aLogThatIsAheadOfWhatIsKnownToBeConfirmedGoesOn() throws Exception {
        submit(1);
        submit(2);

        try (Anchor anchor = anchor()) {
            assertThat(anchor.submit(registry.submission(3, 1))).isInstanceOf(Answer.Confirmed.class);
        }
    }

    @Test
    void aLogThatAnotherProcessHasLockedIsTriedAgainLater() throws Exception {
        submit(1);
        byte[] before = Files.readAllBytes(file());
        LockHolder holder = LockHolder.start(file());
        try (Anchor anchor = anchor()) {
            assertThat(anchor.submit(registry.submission(2, 0)))
                    .isInstanceOfSatisfying(Answer.Failed.class, failed -> assertThat(failed.reason())
                            .contains("in use by another process"));
            assertThat(Files.readAllBytes(file())).isEqualTo(before);

            holder.close();
            assertThat(anchor.submit(registry.submission(2, 0))).isInstanceOf(Answer.Confirmed.class);
        } finally {
            holder.close();
        }
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsAPassingFailure() throws IOException {
        Files.createDirectory(file());
        try (Anchor anchor = anchor()) {
            assertThat(anchor.submit(registry.submission(1, 0))).isInstanceOf(Answer.Failed.class);
        }
    }

    private void refuses() {
        try (Anchor anchor = anchor()) {
            assertThat(anchor.submit(registry.submission(9, 0))).isInstanceOf(Answer.Contradicted.class);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.Answer;
import io.tallystick.anchor.external.Submission;
import io.tallystick.anchor.witness.CosigningRule;
import io.tallystick.anchor.witness.WitnessAnchor;
import io.tallystick.anchor.witness.WitnessState;
import io.tallystick.anchor.witness.server.FileWitnessState;
import io.tallystick.anchor.witness.server.WitnessServer;
import io.tallystick.entry.Bytes;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.note.Checkpoint;
import io.tallystick.receipt.Cosigner;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyAlgorithm;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The witness's one write outside its process fails, or is done while nobody is told; then the ledger asks again. */
class WitnessCrashTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    private final TestRegistry registry = new TestRegistry("leaf");
    private final TestRegistry fork = new TestRegistry("fork");

    /** How the next write fails. */
    enum Failure {
        FAILED,
        FAILED_BUT_PERSISTED
    }

    @BeforeEach
    void begin() throws IOException {
        FileWitnessState.create(directory);
    }

    /** A disk that fails once, if armed. */
    private static final class FailingState implements WitnessState {
        private final WitnessState disk;
        private Failure armed;

        FailingState(WitnessState disk) {
            this.disk = disk;
        }

        @Override
        public TreeHead head(String origin) throws IOException {
            return disk.head(origin);
        }

        @Override
        public void keepNote(Checkpoint checkpoint, Bytes note) throws IOException {
            disk.keepNote(checkpoint, note);
        }

        @Override
        public Fork keepFork(Checkpoint checkpoint, Bytes note, TreeHead stands) throws IOException {
            return disk.keepFork(checkpoint, note, stands);
        }

        @Override
        public void store(String origin, TreeHead head) throws IOException {
            Failure failure = armed;
            armed = null;
            if (failure != Failure.FAILED) {
                disk.store(origin, head);
            }
            if (failure != null) {
                throw new IOException("the write has " + failure);
            }
        }
    }

    private static Cosigner cosigner() {
        return Cosigner.of("witness.example/w1", TestKeys.key(KeyAlgorithm.ED25519, "witness"));
    }

    private static WitnessServer serve(WitnessState state) throws IOException {
        WitnessServer server = new WitnessServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new CosigningRule(List.of(TestRegistry.verifier())),
                state,
                cosigner(),
                InstantSource.system());
        server.start();
        return server;
    }

    private static Answer submit(int port, Submission submission) {
        try (Anchor anchor = new WitnessAnchor(
                "w1",
                cosigner().witness(),
                URI.create("http://127.0.0.1:" + port),
                PATIENCE,
                TestRegistry.clockAt(TestRegistry.START.plus(Duration.ofDays(1))),
                (stands, cosigned) -> fail("set back"))) {
            return anchor.submit(submission);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHeadWhoseWriteFailedIsNotCosignedBeforeItIsAskedForAgain(Failure failure) throws Exception {
        try (FileWitnessState disk = FileWitnessState.open(directory)) {
            FailingState state = new FailingState(disk);
            try (WitnessServer server = serve(state)) {
                int port = server.address().getPort();
                assertThat(submit(port, registry.submission(1, 0))).isInstanceOf(Answer.Confirmed.class);
                state.armed = failure;

                assertThat(submit(port, registry.submission(2, 1)))
                        .isInstanceOfSatisfying(Answer.Failed.class, failed -> assertThat(failed.reason())
                                .contains("500", "cannot use its state"));

                assertThat(submit(port, fork.submission(2, 1))).isInstanceOf(Answer.Contradicted.class);
                assertThat(submit(port, registry.submission(2, 1))).isInstanceOf(Answer.Confirmed.class);
                assertThat(submit(port, registry.submission(3, 2))).isInstanceOf(Answer.Confirmed.class);
                assertThat(disk.head(TestRegistry.ORIGIN).size()).isEqualTo(TestRegistry.size(3));
            }
        }
    }

    @Test
    void aFirstHeadThatIsOnDiskBindsAlthoughItsWriteWasReportedFailed() throws Exception {
        try (FileWitnessState disk = FileWitnessState.open(directory)) {
            FailingState state = new FailingState(disk);
            try (WitnessServer server = serve(state)) {
                int port = server.address().getPort();
                state.armed = Failure.FAILED_BUT_PERSISTED;
                assertThat(submit(port, registry.submission(1, 0))).isInstanceOf(Answer.Failed.class);

                assertThat(submit(port, fork.submission(1, 0))).isInstanceOf(Answer.Contradicted.class);
                assertThat(submit(port, registry.submission(1, 0))).isInstanceOf(Answer.Confirmed.class);
            }
        }
    }

    /** A witness that says when a head is on disk, and goes no further. */
    public static void main(String... arguments) throws Exception {
        FileWitnessState disk = FileWitnessState.open(Path.of(arguments[0]));
        WitnessServer server = serve(new WitnessState() {
            @Override
            public TreeHead head(String origin) throws IOException {
                return disk.head(origin);
            }

            @Override
            public void keepNote(Checkpoint checkpoint, Bytes note) throws IOException {
                disk.keepNote(checkpoint, note);
            }

            @Override
            public Fork keepFork(Checkpoint checkpoint, Bytes note, TreeHead stands) throws IOException {
                return disk.keepFork(checkpoint, note, stands);
            }

            @Override
            public void store(String origin, TreeHead head) throws IOException {
                disk.store(origin, head);
                System.out.println("stored");
                try {
                    TimeUnit.DAYS.sleep(1);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        });
        System.out.println("port " + server.address().getPort());
    }

    /** What follows a word on a line of its own; log lines are passed over. */
    private static String said(BufferedReader out, String word) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(word)) {
                return line.substring(word.length()).strip();
            }
        }
        throw new IOException("the witness ended without saying " + word);
    }

    @Test
    @Timeout(600)
    void aWitnessKilledBetweenDiskAndAnswerStandsWhereItsDiskSays() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        WitnessCrashTest.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.US_ASCII)) {
            int port = Integer.parseInt(said(out, "port"));
            CompletableFuture<Answer> answer =
                    CompletableFuture.supplyAsync(() -> submit(port, registry.submission(1, 0)));
            assertThat(said(out, "stored")).isEmpty();

            process.destroyForcibly().waitFor();

            assertThat(answer.get()).isInstanceOf(Answer.Failed.class);
        } finally {
            process.destroyForcibly();
        }
        try (FileWitnessState state = FileWitnessState.open(directory);
                WitnessServer server = serve(state)) {
            int port = server.address().getPort();
            assertThat(submit(port, fork.submission(1, 0))).isInstanceOf(Answer.Contradicted.class);
            assertThat(submit(port, registry.submission(1, 0))).isInstanceOf(Answer.Confirmed.class);
            assertThat(submit(port, registry.submission(2, 1))).isInstanceOf(Answer.Confirmed.class);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.anchor.witness.AddCheckpoint;
import io.tallystick.entry.Bytes;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteSigners;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.note.SignedNote;
import io.tallystick.receipt.Witness;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeExtension;
import io.tallystick.trust.SigningKey;
import io.tallystick.verify.ExitCode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code tally witness} as an operator starts it, with kill -9 and a disk that is not there. */
@Timeout(600)
class WitnessCommandTest {
    private static final String LEDGER = "ledger.example.com";
    private static final Duration START_MAX = Duration.ofMinutes(3);

    private final SigningKey ledger = TestKeys.checkpointEd25519();
    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    private Path state;
    private Path log;
    private Process process;

    @BeforeEach
    void prepare() throws Exception {
        state = directory.resolve("disk/state");
        log = directory.resolve("witness.log");
        Path passphrase = Files.writeString(directory.resolve("passphrase"), "correct horse battery staple\n");
        Files.setPosixFilePermissions(passphrase, PosixFilePermissions.fromString("rw-------"));
    }

    @AfterEach
    void kill() throws Exception {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    private String[] arguments(String... more) {
        List<String> all = new ArrayList<>(List.of(
                "witness",
                "--name",
                "witness.example/w1",
                "--state",
                state.toString(),
                "--key-file",
                directory.resolve("witness.pem").toString(),
                "--passphrase-file",
                directory.resolve("passphrase").toString(),
                "--log",
                NoteVerifiers.vkey(LEDGER, ledger.algorithm(), ledger.spki()),
                "--listen",
                "127.0.0.1",
                "--port",
                "0"));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private void start(String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Tally.class.getName()));
        command.addAll(List.of(arguments(more)));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        await().atMost(START_MAX).until(() -> printed().contains("vkey  ") || !process.isAlive());
        assertThat(process.isAlive()).as(printed()).isTrue();
    }

    private void refused(String words, String... more) {
        TallyRun run = TallyRun.of(arguments(more));
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(words);
    }

    private String printed() throws Exception {
        return Files.readString(log);
    }

    /** What it printed after a word. */
    private String printed(String word) throws Exception {
        Matcher line = Pattern.compile(word + " +(\\S+)").matcher(printed());
        assertThat(line.find()).as(printed()).isTrue();
        return line.group(1);
    }

    private static TreeExtension tree(String name, int size) {
        return new TreeExtension(
                CompactRange.EMPTY,
                IntStream.range(0, size)
                        .mapToObj(i -> Rfc6962.leafHash((name + i).getBytes(StandardCharsets.UTF_8)))
                        .toList());
    }

    private Checkpoint checkpoint(String name, int size) {
        return new Checkpoint(LEDGER, tree(name, size).head());
    }

    private HttpResponse<String> ask(long old, List<Hash> proof, Checkpoint checkpoint) throws Exception {
        byte[] note = SignedNote.sign(checkpoint.text(), List.of(NoteSigners.of(LEDGER, ledger)))
                .encode();
        HttpRequest request = HttpRequest.newBuilder(URI.create(printed("submission prefix") + "/add-checkpoint"))
                .POST(HttpRequest.BodyPublishers.ofByteArray(new AddCheckpoint(old, proof, Bytes.wrap(note)).encode()))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String text(Checkpoint checkpoint) {
        return new String(checkpoint.text(), StandardCharsets.UTF_8);
    }

    private void cosigns(long old, Checkpoint checkpoint) throws Exception {
        HttpResponse<String> answer = ask(old, List.of(), checkpoint);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var unused = Witness.parse(printed("vkey")).verify(answer.body().getBytes(StandardCharsets.UTF_8), checkpoint);
    }

    @Test
    void aWitnessKeepsWhatItCosignedThroughAKill() throws Exception {
        // Given
        start("--new");
        String vkey = printed("vkey");
        cosigns(0, checkpoint("leaf", 1));

        // When
        kill();
        start();

        // Then
        assertThat(printed("vkey")).isEqualTo(vkey);
        assertThat(ask(0, List.of(), checkpoint("fork", 1)).statusCode()).isEqualTo(409);
        assertThat(ask(1, List.of(), checkpoint("fork", 1)).statusCode()).isEqualTo(409);
        assertThat(ask(1, tree("fork", 2).inclusionProof(0), checkpoint("fork", 2))
                        .statusCode())
                .isEqualTo(422);
        Matcher notes = Pattern.compile(
                        "the log has signed two roots for one size.* note=\"(.*?)\" cosignedNote=\"(.*?)\"")
                .matcher(printed());
        assertThat(notes.find()).as(printed()).isTrue();
        assertThat(Files.readString(Path.of(notes.group(1)))).startsWith(text(checkpoint("fork", 1)));
        assertThat(Files.readString(Path.of(notes.group(2)))).startsWith(text(checkpoint("leaf", 1)));
        assertThat(printed()).contains("a mistake of the sender, or another history. By itself this proves no fork");
        cosigns(1, checkpoint("leaf", 1));
    }

    @Test
    void aWitnessWhoseDiskIsNotMountedDoesNotStart() throws Exception {
        // Given
        start("--new");
        cosigns(0, checkpoint("leaf", 1));
        kill();

        // When
        Path mounted = directory.resolve("elsewhere");
        Files.move(state.getParent(), mounted);

        // Then
        refused("there is no state of a witness");
        assertThat(state.getParent()).doesNotExist();
        Files.createDirectories(state);
        refused("Is its disk mounted?");
        assertThat(state).isEmptyDirectory();

        Files.delete(state);
        Files.delete(state.getParent());
        Files.move(mounted, state.getParent());
        start();
        assertThat(ask(0, List.of(), checkpoint("fork", 1)).statusCode()).isEqualTo(409);
    }

    @Test
    void aWitnessWhoseStateIsDamagedSaysSoAndCosignsNothingForThatLog() throws Exception {
        // Given
        start("--new");
        cosigns(0, checkpoint("leaf", 1));
        kill();
        Files.delete(state.resolve(Hash.sha256(LEDGER.getBytes(StandardCharsets.UTF_8)) + ".checkpoint"));

        // When
        start();

        // Then
        assertThat(printed()).contains("the state of the witness is damaged").contains("origin=\"" + LEDGER);
        assertThat(ask(0, List.of(), checkpoint("fork", 1)).statusCode()).isEqualTo(500);
        kill();

        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxr-x"));
        refused("chmod go-w it");
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.delete(state.resolve("index"));
        refused("index is missing");
    }

    @Test
    void onlyANewWitnessMakesItsKeyAndState() throws Exception {
        refused("is missing");
        assertThat(state.getParent()).doesNotExist();
        assertThat(directory.resolve("witness.pem")).doesNotExist();

        start("--new");
        kill();
        refused("Start this witness without --new.", "--new");
        Files.delete(directory.resolve("witness.pem"));
        refused("is missing");
        refused("Start this witness without --new.", "--new");
        assertThat(directory.resolve("witness.pem")).doesNotExist();
    }

    @Test
    void aNewWitnessThatCannotSignHasNoStateYet() throws Exception {
        for (List<String> wrong : List.of(
                List.of("--port", "99999", "not a port"),
                List.of("--listen", "no.such.host.invalid", "cannot be resolved"),
                List.of("--name", "bad name", "the witness cannot sign"))) {
            List<String> arguments = new ArrayList<>(List.of(arguments("--new")));
            arguments.set(arguments.indexOf(wrong.get(0)) + 1, wrong.get(1));
            TallyRun run = TallyRun.of(arguments.toArray(String[]::new));
            assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
            assertThat(run.err()).contains(wrong.get(2));
        }
        assertThat(state.resolve("lock")).doesNotExist();

        start("--new");
    }

    @Test
    void aNewWitnessThatWasKilledAfterItsKeyIsBegunAgain() throws Exception {
        // Given
        start("--new");
        String vkey = printed("vkey");
        kill();
        Files.delete(state.resolve("lock"));

        // When
        start("--new");

        // Then
        assertThat(printed("vkey")).isEqualTo(vkey);
    }

    @Test
    void aDirectoryInUseIsRefused() throws Exception {
        start("--new");

        TallyRun second = TallyRun.of(arguments());

        assertThat(second.exitCode()).as(second.everything()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(second.err()).contains("in use by another witness");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.witness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.anchor.witness.server.FileWitnessState;
import io.tallystick.anchor.witness.server.WitnessServer;
import io.tallystick.anchor.witness.server.WitnessStateException;
import io.tallystick.entry.Bytes;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.note.SignedNote;
import io.tallystick.receipt.Cosigner;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.StrictBase64;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole witness, over HTTP, against the cases of an existing implementation. */
class WitnessServerTest {
    private static final Instant NOW = Instant.parse("2026-11-21T03:15:02Z");
    private static final JsonObject VECTORS = vectors();

    @TempDir
    private Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private Cosigner cosigner;
    private FileWitnessState state;
    private WitnessServer server;

    private static JsonObject vectors() {
        try (InputStream in = WitnessServerTest.class.getResourceAsStream("/vectors/witness/update.json")) {
            return JsonParser.parseObject(in.readAllBytes(), 10);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void begin() throws Exception {
        FileWitnessState.create(directory);
        start();
    }

    private void start() throws Exception {
        // A key file of Go's note package ends in base64 of 0x01 and the seed.
        String[] parts = VECTORS.string("witness_sk").split("\\+", 5);
        byte[] seed = StrictBase64.decode(parts[4]);
        cosigner = Cosigner.of("witness", TestKeys.ed25519(Arrays.copyOfRange(seed, 1, 33)));
        state = FileWitnessState.open(directory);
        server = new WitnessServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new CosigningRule(List.of(NoteVerifiers.parseVkey(VECTORS.string("log_vkey")))),
                state,
                cosigner,
                InstantSource.fixed(NOW));
        server.start();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        state.close();
    }

    private HttpResponse<String> post(byte[] body) throws IOException, InterruptedException {
        URI address = URI.create("http://127.0.0.1:" + server.address().getPort() + "/add-checkpoint");
        return client.send(
                HttpRequest.newBuilder(address)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static byte[] request(long old, List<String> proof, String note) {
        StringBuilder body = new StringBuilder("old " + old + "\n");
        proof.forEach(line -> body.append(line).append('\n'));
        return body.append('\n').append(note).toString().getBytes(UTF_8);
    }

    private static Checkpoint checkpoint(String note) throws Exception {
        return Checkpoint.parse(SignedNote.parse(note.getBytes(UTF_8)).text());
    }

    private void begin(String note) throws Exception {
        assertThat(post(request(0, List.of(), note)).statusCode()).isEqualTo(200);
    }

    static List<JsonObject> cases() throws Exception {
        return VECTORS.array("cases").objects();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void answersAsAnExistingWitness(JsonObject vector) throws Exception {
        String init = vector.string("init");
        String note = vector.string("new");
        begin(init);
        TreeHead before = state.head("monkeys");

        HttpResponse<String> answer =
                post(request(vector.longValue("old_size"), vector.array("proof").strings(), note));

        int expected =
                switch (vector.string("expect")) {
                    case "ok" -> 200;
                    case "stale (HTTP 409 with current size)", "root mismatch" -> 409;
                    case "old size invalid" -> 400;
                    default -> vector.string("desc").matches(".*(1-byte|garbage).*") ? 400 : 422;
                };
        assertThat(answer.statusCode()).as(vector.string("desc")).isEqualTo(expected);
        if (expected == 200) {
            assertThat(cosigner.witness()
                            .verify(answer.body().getBytes(UTF_8), checkpoint(note))
                            .existedBy())
                    .contains(NOW);
            assertThat(state.head("monkeys")).isEqualTo(checkpoint(note).head());
        } else {
            assertThat(state.head("monkeys")).isEqualTo(before);
        }
        if (vector.string("expect").startsWith("stale")) {
            assertThat(answer.headers().firstValue("Content-Type")).contains(WitnessAnchor.SIZE_TYPE);
            assertThat(answer.body()).isEqualTo(before.size() + "\n");
        }
    }

    @Test
    void whatWasCosignedIsKnownAfterARestart() throws Exception {
        JsonObject vector = cases().get(0);
        begin(vector.string("init"));
        stop();
        start();

        assertThat(post(request(0, List.of(), vector.string("new"))).statusCode())
                .isEqualTo(409);
        assertThat(post(request(5, vector.array("proof").strings(), vector.string("new")))
                        .statusCode())
                .isEqualTo(200);
    }

    private static JsonObject expecting(String expected) throws Exception {
        for (JsonObject vector : cases()) {
            if (vector.string("expect").equals(expected)) {
                return vector;
            }
        }
        throw new AssertionError("no case " + expected);
    }

    private List<String> kept(String prefix) throws IOException {
        Path forks = directory.resolve("forks/" + Hash.sha256("monkeys".getBytes(UTF_8)));
        if (!Files.exists(forks)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(forks)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .map(file -> {
                        try {
                            return Files.readString(file);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .toList();
        }
    }

    /** Whatever size the sender names, and however often it sends it. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1})
    void whatProvesAForkIsKept(long behind) throws Exception {
        // Given
        JsonObject vector = expecting("root mismatch");
        begin(vector.string("init"));
        long old = checkpoint(vector.string("init")).head().size() - behind;

        // When
        for (int time = 0; time < 2; time++) {
            assertThat(post(request(old, List.of(), vector.string("new"))).statusCode())
                    .isEqualTo(409);
        }

        // Then
        assertThat(kept("contradicting-")).containsExactly(vector.string("new"));
        assertThat(kept("cosigned-")).containsExactly(vector.string("init"));
        assertThat(state.head("monkeys"))
                .isEqualTo(checkpoint(vector.string("init")).head());
    }

    @Test
    void aProofThatDoesNotHoldIsNoFork() throws Exception {
        for (JsonObject vector : cases()) {
            if (!vector.string("expect").equals("root mismatch")) {
                stop();
                directory = Files.createDirectory(directory.resolve("next"));
                begin();
                begin(vector.string("init"));
                post(request(vector.longValue("old_size"), vector.array("proof").strings(), vector.string("new")));

                assertThat(directory.resolve("forks")).as(vector.string("desc")).doesNotExist();
            }
        }
    }

    @Test
    void anUnknownLogIsNotFound() throws Exception {
        String note = cases().get(0).string("init").replaceFirst("monkeys", "donkeys");

        assertThat(post(request(0, List.of(), note)).statusCode()).isEqualTo(404);
    }

    @Test
    void aCheckpointNotSignedByItsLogIsForbidden() throws Exception {
        String[] init = cases().get(0).string("init").split("\n", -1);
        init[1] = "6";

        assertThat(post(request(0, List.of(), String.join("\n", init))).statusCode())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "old 0",
                "old 0\n",
                "10 stuff\nabc=\ndef=\n\n",
                "10\nZ043\n423ed\n",
                "10\nabc=\ndef=\n",
                "old 05\n\n",
                "old -1\n\n",
                "old 0\n\n",
                "old 0\n\nnot a note\n",
                "old 99999999999999999999\n\n",
                "old 0\nAAAA\n\nx"
            })
    void whatIsNoRequestIsRefused(String body) throws Exception {
        assertThat(post(body.getBytes(UTF_8)).statusCode()).isEqualTo(400);
    }

    @Test
    void aBodyOverTheLimitIsRefused() throws Exception {
        assertThat(post(new byte[AddCheckpoint.BYTES_MAX + 1]).statusCode()).isEqualTo(400);
    }

    @Test
    void otherPathsAndMethodsAreRefused() throws Exception {
        String base = "http://127.0.0.1:" + server.address().getPort();
        for (String path : List.of("/", "/add-checkpoint/x", "/add-checkpoint")) {
            HttpRequest get = HttpRequest.newBuilder(URI.create(base + path)).build();
            assertThat(client.send(get, HttpResponse.BodyHandlers.discarding()).statusCode())
                    .isIn(404, 405);
        }
    }

    @Test
    void nothingIsCosignedWhileTheStateCannotBeRead() throws Exception {
        begin(cases().get(0).string("init"));
        Path file = directory.resolve(Hash.sha256("monkeys".getBytes(UTF_8)) + ".checkpoint");
        Files.writeString(file, "monkeys\n4\n");

        assertThat(post(request(4, List.of(), cases().get(0).string("init"))).statusCode())
                .isEqualTo(500);
    }

    @Test
    void aDirectoryIsForOneWitness() {
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> FileWitnessState.open(directory));
    }

    @Test
    void theStateOfOneLogIsNotTakenForAnothers() throws Exception {
        state.store("a", new TreeHead(1, Rfc6962.EMPTY_ROOT));
        Files.move(
                directory.resolve(Hash.sha256("a".getBytes(UTF_8)) + ".checkpoint"),
                directory.resolve(Hash.sha256("b".getBytes(UTF_8)) + ".checkpoint"));

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> state.head("b"));
        assertThatExceptionOfType(WitnessStateException.class).isThrownBy(() -> state.head("a"));
    }

    @Test
    void aRequestIsReadAsItWasWritten() {
        AddCheckpoint request = new AddCheckpoint(7, List.of(Hash.ZERO, Rfc6962.EMPTY_ROOT), Bytes.utf8("note\n"));

        assertThat(AddCheckpoint.parse(request.encode())).isEqualTo(request);
        assertThatIllegalArgumentException().isThrownBy(() -> new AddCheckpoint(-1, List.of(), Bytes.EMPTY));
    }

    @Test
    void aProofOfTooManyHashesIsRefused() {
        String line = StrictBase64.encode(Hash.ZERO.bytes()) + "\n";
        byte[] body = ("old 1\n" + line.repeat(64) + "\nnote").getBytes(UTF_8);

        assertThatIllegalArgumentException().isThrownBy(() -> AddCheckpoint.parse(body));
    }
}

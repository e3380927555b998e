// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.witness.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tallystick.anchor.witness.AddCheckpoint;
import io.tallystick.anchor.witness.CosigningRule;
import io.tallystick.anchor.witness.CosigningRule.Verdict;
import io.tallystick.anchor.witness.WitnessAnchor;
import io.tallystick.anchor.witness.WitnessState;
import io.tallystick.entry.Bytes;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteSignature;
import io.tallystick.receipt.Cosigner;
import io.tallystick.receipt.ReceiptException;
import io.tallystick.tree.TreeHead;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Serves {@code POST /add-checkpoint}. c2sp.org/tlog-witness. A head is durable before its cosignature leaves; requests are
 * decided one after the other.
 *
 * <p>Limits: bodies of {@link AddCheckpoint#BYTES_MAX}, {@value #THREADS} requests at a time. How long a client may take is
 * bound by the JDK's settings {@code sun.net.httpserver.maxReqTime} and {@code maxRspTime}, in seconds, which {@link #limitTimes}
 * sets; what stands in front (TLS, a rate for each client) is a proxy's work.
 */
public final class WitnessServer implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(WitnessServer.class);
    private static final int THREADS = 8;
    private static final int WAITING_MAX = 64;

    private final CosigningRule rule;
    private final WitnessState state;
    private final Cosigner cosigner;
    private final InstantSource clock;
    private final HttpServer server;
    private final ExecutorService threads;

    /** @param rule which logs it knows */
    public WitnessServer(
            InetSocketAddress address, CosigningRule rule, WitnessState state, Cosigner cosigner, InstantSource clock)
            throws IOException {
        this.rule = rule;
        this.state = state;
        this.cosigner = cosigner;
        this.clock = clock;
        this.threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                1,
                TimeUnit.MINUTES,
                new ArrayBlockingQueue<>(WAITING_MAX),
                Executors.defaultThreadFactory(),
                new ThreadPoolExecutor.CallerRunsPolicy());
        this.server = HttpServer.create(address, WAITING_MAX);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
    }

    /** Sets the JDK's limits on time; has an effect only before the first server of the process. */
    public static void limitTimes() {
        System.setProperty("sun.net.httpserver.maxReqTime", "20");
        System.setProperty("sun.net.httpserver.maxRspTime", "20");
        System.setProperty("sun.net.httpserver.idleInterval", "30");
    }

    /** Begins to serve. */
    public void start() {
        rule.origins().forEach(this::tellDamage);
        server.start();
        LOGGER.atInfo()
                .addKeyValue("address", server.getAddress())
                .addKeyValue("vkey", cosigner.vkey())
                .log("witness started");
    }

    /** Other logs are served all the same. */
    private void tellDamage(String origin) {
        try {
            var unused = state.head(origin);
        } catch (IOException e) {
            LOGGER.atError()
                    .addKeyValue("origin", origin)
                    .addKeyValue("error", e.getMessage())
                    .log("the state of the witness is damaged, nothing is cosigned for this log");
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private record Reply(int status, String type, String body) {
        static Reply plain(int status, String body) {
            return new Reply(status, "text/plain; charset=utf-8", body + "\n");
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Reply reply = reply(exchange);
            byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", reply.type());
            exchange.sendResponseHeaders(reply.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private Reply reply(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestURI().getPath().equals("/add-checkpoint")) {
            return Reply.plain(404, "no such resource");
        }
        if (!exchange.getRequestMethod().equals("POST")) {
            return Reply.plain(405, "POST it");
        }
        byte[] body = exchange.getRequestBody().readNBytes(AddCheckpoint.BYTES_MAX + 1);
        try {
            return decide(AddCheckpoint.parse(body));
        } catch (IllegalArgumentException e) {
            return Reply.plain(400, e.getMessage());
        } catch (IOException e) {
            LOGGER.atError().setCause(e).log("the witness cannot use its state, nothing is cosigned");
            return Reply.plain(500, "the witness cannot use its state");
        }
    }

    private Reply decide(AddCheckpoint request) throws IOException {
        CosigningRule.Opened opened = rule.open(request);
        if (opened instanceof CosigningRule.Genuine genuine) {
            return decide(request, genuine.checkpoint());
        }
        CosigningRule.Refuse refusal = ((CosigningRule.Ended) opened).refusal();
        return Reply.plain(refusal.status(), refusal.reason());
    }

    private synchronized Reply decide(AddCheckpoint request, Checkpoint checkpoint) throws IOException {
        TreeHead stands = state.head(checkpoint.origin());
        if (CosigningRule.isFork(checkpoint, stands)) {
            tellFork(checkpoint, request.note(), stands);
        }
        Verdict verdict = rule.decide(request, checkpoint, stands);
        if (verdict instanceof CosigningRule.Conflict conflict) {
            log(checkpoint, "not cosigned, the sender named another size than the last cosigned");
            return new Reply(409, WitnessAnchor.SIZE_TYPE, conflict.size() + "\n");
        }
        if (verdict instanceof CosigningRule.Refuse refuse) {
            LOGGER.atWarn()
                    .addKeyValue("origin", checkpoint.origin())
                    .addKeyValue("treeSize", checkpoint.head().size())
                    .addKeyValue("error", refuse.reason())
                    .log(
                            refuse.status() == 409
                                    ? "not cosigned, it contradicts what was cosigned before"
                                    : "not cosigned, its proof does not show that it extends what was cosigned before: a mistake"
                                            + " of the sender, or another history. By itself this proves no fork");
            return Reply.plain(refuse.status(), refuse.reason());
        }
        state.keepNote(checkpoint, request.note());
        state.store(checkpoint.origin(), checkpoint.head());
        log(checkpoint, "cosigned");
        return new Reply(200, "text/plain; charset=utf-8", cosignature(checkpoint));
    }

    /** Whatever becomes of the proof, nothing is cosigned. */
    private void tellFork(Checkpoint checkpoint, Bytes note, TreeHead stands) {
        LoggingEventBuilder event = LOGGER.atError()
                .addKeyValue("origin", checkpoint.origin())
                .addKeyValue("treeSize", stands.size())
                .addKeyValue("cosignedRoot", stands.root())
                .addKeyValue("root", checkpoint.head().root());
        try {
            WitnessState.Fork fork = state.keepFork(checkpoint, note, stands);
            event.addKeyValue(
                            "note",
                            fork.contradicting().map(Path::toString).orElse("not kept, enough others of this log are"))
                    .addKeyValue(
                            "cosignedNote",
                            fork.cosigned().map(Path::toString).orElse("not kept, ask the log's operator"))
                    .log(
                            "the log has signed two roots for one size: a fork. Both signed notes prove it; keep them, and show"
                                    + " them to whoever relies on this log");
        } catch (IOException e) {
            event.setCause(e)
                    .log(
                            "the log has signed two roots for one size: a fork. The note that proves it could not be kept");
        }
    }

    private String cosignature(Checkpoint checkpoint) throws IOException {
        NoteSignature line = cosigner.cosign(checkpoint, clock.instant());
        try {
            var unused = cosigner.witness().verify(line, checkpoint);
            return line.encode();
        } catch (ReceiptException e) {
            throw new IOException("a cosignature of our own does not verify", e);
        }
    }

    private static void log(Checkpoint checkpoint, String what) {
        LOGGER.atInfo()
                .addKeyValue("origin", checkpoint.origin())
                .addKeyValue("treeSize", checkpoint.head().size())
                .log(what);
    }

    @Override
    public void close() {
        server.stop(1);
        threads.shutdownNow();
    }
}

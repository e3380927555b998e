// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tallystick.entry.Bytes;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** An HTTP server with a party behind it, which can be made to misbehave. */
public final class TestParty implements AutoCloseable {
    /** How it behaves. */
    public enum Mood {
        GOOD,
        SILENT,
        DRIPPING,
        BROKEN,
        BUSY,
        VERBOSE,
        CONFUSED,
        HANGING_UP
    }

    /** What is behind it. */
    public interface Service {
        Reply answer(String path, byte[] body) throws Exception;
    }

    /** An answer. */
    public record Reply(int status, String type, Bytes body) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Mood mood = Mood.GOOD;

    public TestParty(Service service) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> handle(service, exchange));
        server.start();
    }

    public void setMood(Mood to) {
        mood = to;
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/party");
    }

    private void handle(Service service, HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            switch (mood) {
                case GOOD -> {
                    Reply reply = service.answer(exchange.getRequestURI().getPath(), body);
                    send(exchange, reply.status(), reply.type(), reply.body().array());
                }
                case SILENT -> closed.await();
                case DRIPPING -> drip(exchange);
                case BROKEN ->
                    send(exchange, 500, "text/plain", "internal error\n".getBytes(StandardCharsets.US_ASCII));
                case BUSY -> {
                    exchange.getResponseHeaders().set("Retry-After", "777");
                    send(exchange, 503, "text/plain", new byte[0]);
                }
                case VERBOSE -> send(exchange, 200, "text/plain", new byte[1024 * 1024]);
                case CONFUSED ->
                    send(exchange, 200, "text/plain", "<html>Welcome!</html>\n".getBytes(StandardCharsets.US_ASCII));
                case HANGING_UP -> {
                    exchange.sendResponseHeaders(200, 5000);
                    exchange.getResponseBody().write('x');
                }
            }
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    /** The headers at once, then a byte every 20 ms. */
    private void drip(HttpExchange exchange) throws IOException, InterruptedException {
        exchange.sendResponseHeaders(200, 10_000);
        OutputStream out = exchange.getResponseBody();
        while (!closed.await(20, TimeUnit.MILLISECONDS)) {
            out.write('x');
            out.flush();
        }
    }

    /** Its port is refused from then on. */
    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}

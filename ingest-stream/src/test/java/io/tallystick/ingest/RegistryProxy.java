// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between ingest and the registry, so that it can be away, or talk nonsense. */
final class RegistryProxy implements AutoCloseable {
    private static final int UNAVAILABLE = 503;

    /** How often each path was asked for. */
    final ConcurrentHashMap<String, Integer> asked = new ConcurrentHashMap<>();

    private final HttpServer front;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile boolean away;
    private volatile int nonsenseOf = -1;
    private final AtomicInteger missedOnce = new AtomicInteger(-1);

    RegistryProxy(String registryUrl) throws IOException {
        front = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        front.setExecutor(threads);
        front.createContext("/", exchange -> pass(exchange, registryUrl));
        front.start();
    }

    private void pass(HttpExchange exchange, String registryUrl) throws IOException {
        String path = exchange.getRequestURI().toString();
        asked.merge(path, 1, Integer::sum);
        HttpURLConnection to =
                (HttpURLConnection) URI.create(registryUrl + path).toURL().openConnection();
        to.setRequestMethod(exchange.getRequestMethod());
        to.setRequestProperty("Content-Type", "application/vnd.schemaregistry.v1+json");
        byte[] request = exchange.getRequestBody().readAllBytes();
        if (request.length > 0) {
            to.setDoOutput(true);
            to.getOutputStream().write(request);
        }
        int status = away ? UNAVAILABLE : to.getResponseCode();
        InputStream in = away || status >= 400 ? to.getErrorStream() : to.getInputStream();
        byte[] answer = in == null || away ? new byte[0] : in.readAllBytes();
        if (path.split("\\?", 2)[0].equals("/schemas/ids/" + nonsenseOf)) {
            answer = "null".getBytes(UTF_8);
            status = 200;
        }
        int missed = missedOnce.get();
        if (path.split("\\?", 2)[0].equals("/schemas/ids/" + missed) && missedOnce.compareAndSet(missed, -1)) {
            answer = "{\"error_code\":40403,\"message\":\"Schema not found\"}".getBytes(UTF_8);
            status = 404;
        }
        exchange.getResponseHeaders().set("Content-Type", "application/vnd.schemaregistry.v1+json");
        exchange.sendResponseHeaders(status, answer.length == 0 ? -1 : answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    String url() {
        return "http://127.0.0.1:" + front.getAddress().getPort();
    }

    /** Whether every request is refused. */
    void away(boolean is) {
        away = is;
    }

    /** The schema of this id is not there when it is asked for next, as in a follower that lags. */
    void missOnce(int id) {
        missedOnce.set(id);
    }

    /** The schema of this id is answered with what is none; -1 for no id. */
    void nonsenseOf(int id) {
        nonsenseOf = id;
    }

    @Override
    public void close() {
        front.stop(0);
        threads.shutdownNow();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.StoreWatch;
import io.tallystick.tree.Hash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * As much of S3 as the store here uses, over HTTP in this process, with faults by script. It refuses a PUT without a
 * SHA-256, one whose bytes have another, and one of a taken name under a condition.
 */
final class S3Double implements AutoCloseable {
    static final String BUCKET = "evidence";

    /** How it differs from what it should be. */
    enum Trait {
        /** Stores over what is there, as a new version. */
        IGNORES_CONDITION,
        /** Shows locks and lets everything be deleted. */
        PRETENDS,
        /** Takes the lock of an upload in parts and forgets it. */
        FORGETS_LOCKS_OF_PARTS
    }

    /** What happens to a request instead. */
    enum Fault {
        CONFLICT(409, "ConditionalRequestConflict"),
        SLOW_DOWN(503, "SlowDown"),
        FORBIDDEN(403, "AccessDenied"),
        EXPIRED(400, "ExpiredToken"),
        INCOMPLETE(400, "IncompleteBody"),
        INTERNAL(500, "InternalError"),
        NO_BUCKET(404, "NoSuchBucket"),
        /** It has its effect, but nobody is told. */
        LOST(0, ""),
        /** Only half of the body is kept, and the answer is that all is well. */
        TRUNCATED(0, ""),
        /** All of the answer is announced and half of it comes. */
        CUT(0, "");

        private final int status;
        private final String code;

        Fault(int status, String code) {
            this.status = status;
            this.code = code;
        }
    }

    /** A request, as tests look at it. */
    record Seen(String method, String key, Map<String, String> query, Map<String, String> headers) {
        boolean isPut() {
            return method.equals("PUT") && query.keySet().stream().allMatch("x-id"::equals);
        }

        boolean completes() {
            return method.equals("POST") && query.containsKey("uploadId");
        }
    }

    /** What it answers. */
    record Reply(int status, Map<String, String> headers, ByteArrayOutputStream body) {
        static Reply of(int status, Map<String, String> headers, byte[] bytes) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            body.writeBytes(bytes);
            return new Reply(status, headers, body);
        }

        static Reply xml(String text) {
            return of(200, Map.of("Content-Type", "application/xml"), text.getBytes(UTF_8));
        }

        static Reply error(int status, String code) {
            return of(status, Map.of(), ("<Error><Code>" + code + "</Code></Error>").getBytes(UTF_8));
        }
    }

    private record Interrupted(Predicate<Seen> when, Runnable action) {}

    private record Scripted(Predicate<Seen> when, Fault fault) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final LockedBucket bucket;
    private final S3DoubleRoutes routes;
    private final Deque<Interrupted> interruptions = new ArrayDeque<>();
    private final Deque<Scripted> script = new ArrayDeque<>();
    private Predicate<Seen> chance = seen -> false;
    private Supplier<Fault> chosen = () -> Fault.INTERNAL;
    private final List<Seen> seen = new ArrayList<>();
    private final List<Duration> pauses = new ArrayList<>();

    S3Double(Trait... traits) throws IOException {
        Set<Trait> all = Set.of(traits);
        this.bucket = new LockedBucket(all.contains(Trait.PRETENDS));
        this.routes = new S3DoubleRoutes(bucket, all);
        System.setProperty("aws.accessKeyId", "double");
        System.setProperty("aws.secretAccessKey", "double");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Settings for it, locks in mode compliance. */
    S3Settings settings(S3Settings.Condition condition) {
        return settings(condition, LockMode.COMPLIANCE);
    }

    S3Settings settings(S3Settings.Condition condition, LockMode mode) {
        return new S3Settings(
                BUCKET,
                "",
                Optional.of(endpoint()),
                Optional.of("us-east-1"),
                true,
                mode,
                Optional.empty(),
                condition,
                S3Settings.PART_BYTES_MIN);
    }

    /** Opens a store on it that does not wait between attempts. */
    S3ObjectStore open(S3Settings settings, StoreWatch watch) {
        return new S3ObjectStore(S3Clients.open(settings, Duration.ofSeconds(20)), settings, watch, pauses::add);
    }

    /** The first matching request from now on meets this fault; of several scripted ones each meets one. */
    synchronized void script(Predicate<Seen> when, Fault... faults) {
        Arrays.stream(faults).forEach(fault -> script.add(new Scripted(when, fault)));
    }

    /** Every matching request from now on meets a fault. */
    synchronized void always(Predicate<Seen> when, Supplier<Fault> which) {
        chance = when;
        chosen = which;
    }

    synchronized void eachVersion(Consumer<LockedBucket.Version> change) {
        bucket.keys().forEach(key -> bucket.all(key).forEach(change));
    }

    /** Something happens just before the first matching request from now on. */
    synchronized void beforeNext(Predicate<Seen> when, Runnable action) {
        interruptions.add(new Interrupted(when, action));
    }

    synchronized List<Seen> seen() {
        return List.copyOf(seen);
    }

    /** How long the store wanted to wait, in order. */
    List<Duration> pauses() {
        return pauses;
    }

    /** The bytes of each version of an object, the oldest first. */
    synchronized List<String> texts(String key) {
        return bucket.all(key).stream().map(v -> new String(v.bytes, UTF_8)).toList();
    }

    synchronized Map<String, Hash> oldestDigests() {
        Map<String, Hash> digests = new TreeMap<>();
        bucket.keys()
                .forEach(key -> digests.put(key, Hash.sha256(bucket.all(key).get(0).bytes)));
        return digests;
    }

    synchronized int versionCount() {
        return bucket.keys().stream().mapToInt(key -> bucket.all(key).size()).sum();
    }

    /** Somebody else stores an object. */
    synchronized void putBehind(String key, String text) {
        bucket.put(key, text.getBytes(UTF_8), Map.of());
    }

    synchronized void putBehind(String key, byte[] bytes) {
        bucket.put(key, bytes, Map.of());
    }

    /** Somebody else removes every version of an object, locked or not. */
    synchronized void removeBehind(String key) {
        bucket.remove(key);
    }

    /** Somebody else deletes an object, as far as that goes. */
    synchronized void hideBehind(String key) {
        bucket.hide(key);
    }

    /** Lists so many versions a page. */
    synchronized void pageMax(int versions) {
        routes.pageMax(versions);
    }

    synchronized int openUploads() {
        return routes.openUploads();
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        Seen request = parse(exchange);
        Reply reply;
        Optional<Fault> fault;
        synchronized (this) {
            seen.add(request);
            if (!interruptions.isEmpty() && interruptions.peek().when().test(request)) {
                interruptions.remove().action().run();
            }
            fault = next(request);
            reply = reply(request, body, fault);
        }
        if (fault.filter(Fault.LOST::equals).isPresent()) {
            exchange.close();
            return;
        }
        reply.headers().forEach(exchange.getResponseHeaders()::set);
        boolean head = request.method().equals("HEAD");
        if (head) {
            exchange.getResponseHeaders()
                    .set("Content-Length", Integer.toString(reply.body().size()));
        }
        exchange.sendResponseHeaders(
                reply.status(),
                head || reply.body().size() == 0 ? -1 : reply.body().size());
        if (fault.filter(Fault.CUT::equals).isPresent()) {
            exchange.getResponseBody()
                    .write(reply.body().toByteArray(), 0, reply.body().size() / 2);
            exchange.getResponseBody().flush();
        } else if (!head) {
            reply.body().writeTo(exchange.getResponseBody());
        }
        exchange.close();
    }

    private Reply reply(Seen request, byte[] body, Optional<Fault> fault) {
        if (fault.isPresent() && fault.get().status > 0) {
            return Reply.error(fault.get().status, fault.get().code);
        }
        if (fault.filter(Fault.TRUNCATED::equals).isPresent()) {
            return routes.truncated(request, Arrays.copyOf(body, body.length / 2));
        }
        return routes.answer(request, body);
    }

    private Optional<Fault> next(Seen request) {
        if (chance.test(request)) {
            return Optional.of(chosen.get());
        }
        for (Scripted scripted : script) {
            if (scripted.when().test(request)) {
                script.remove(scripted);
                return Optional.of(scripted.fault());
            }
        }
        return Optional.empty();
    }

    private static Seen parse(HttpExchange exchange) {
        Map<String, String> query = new TreeMap<>();
        String raw = exchange.getRequestURI().getRawQuery();
        for (String pair : raw == null ? new String[0] : raw.split("&")) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            query.put(name, equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), UTF_8));
        }
        Map<String, String> headers = new TreeMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
        String path = exchange.getRequestURI().getPath();
        String key = path.length() > BUCKET.length() + 2 ? path.substring(BUCKET.length() + 2) : "";
        return new Seen(exchange.getRequestMethod(), key, query, headers);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}

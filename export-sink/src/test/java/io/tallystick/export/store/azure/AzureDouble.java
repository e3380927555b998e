// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.azure;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.StoreWatch;
import io.tallystick.tree.Hash;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.SecretFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
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

/**
 * Azure Blob Storage on a port of this machine, with one container and a script of what goes wrong. Signatures are not
 * checked.
 */
final class AzureDouble implements AutoCloseable {
    static final String CONTAINER = "evidence";
    private static final String ACCOUNT = "double";
    private static final DateTimeFormatter TIME = DateTimeFormatter.RFC_1123_DATE_TIME;

    /** What a store may be like. */
    enum Trait {
        /** It shows policies and deletes all the same. */
        PRETENDS,
        /** It keeps no versions and knows no policies, as Azurite. */
        PLAIN
    }

    /** What happens to a request instead. */
    enum Fault {
        CONFLICT(409, "OperationNotAllowedInCurrentState"),
        BUSY(503, "ServerBusy"),
        FORBIDDEN(403, "AuthorizationPermissionMismatch"),
        EXPIRED(401, "InvalidAuthenticationInfo"),
        DAMAGED(400, "Md5Mismatch"),
        COMMITTED_BETWEEN(400, "InvalidBlockList"),
        INTERNAL(500, "InternalError"),
        NO_CONTAINER(404, "ContainerNotFound"),
        /** It has its effect, but nobody is told. */
        LOST(0, ""),
        /** Only half of the body is kept, and the answer is that all is well. */
        TRUNCATED(0, "");

        private final int status;
        private final String code;

        Fault(int status, String code) {
            this.status = status;
            this.code = code;
        }
    }

    /** A request, as tests look at it. */
    record Seen(String method, String key, Map<String, String> query, Map<String, String> headers) {
        String comp() {
            return query.getOrDefault("comp", "");
        }

        boolean isPut() {
            return method.equals("PUT") && comp().isEmpty();
        }

        boolean isBlock() {
            return method.equals("PUT") && comp().equals("block");
        }

        boolean isCommit() {
            return method.equals("PUT") && comp().equals("blocklist");
        }
    }

    /** What it answers. */
    static final class Reply {
        private final int status;
        private final Map<String, String> headers;
        private final byte[] body;

        Reply(int status, Map<String, String> headers, byte[] body) {
            this.status = status;
            this.headers = headers;
            this.body = body;
        }

        static Reply empty(int status, Map<String, String> headers) {
            return new Reply(status, headers, new byte[0]);
        }

        static Reply error(int status, String code) {
            String xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>" + code
                    + "</Code><Message>scripted</Message></Error>";
            return new Reply(
                    status, Map.of("x-ms-error-code", code, "Content-Type", "application/xml"), xml.getBytes(UTF_8));
        }
    }

    private record Scripted(Predicate<Seen> when, Optional<Fault> fault, Runnable action) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Container container;
    private final AzureDoubleRoutes routes;
    private final Deque<Scripted> script = new ArrayDeque<>();
    private final List<Seen> seen = new ArrayList<>();
    private final List<Duration> pauses = new ArrayList<>();
    private final Path secret;

    /** @param directory for the file with the connection string */
    AzureDouble(Path directory, Trait... traits) throws IOException, KeyException {
        Set<Trait> all = Set.of(traits);
        this.container = new Container(all.contains(Trait.PRETENDS));
        this.routes = new AzureDoubleRoutes(container, all.contains(Trait.PLAIN));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
        this.secret = directory.resolve("connection-" + server.getAddress().getPort());
        SecretFile.write(
                secret,
                ("DefaultEndpointsProtocol=http;AccountName=" + ACCOUNT + ";AccountKey=ZG91YmxlLWtleQ==;BlobEndpoint="
                                + "http://127.0.0.1:" + server.getAddress().getPort() + "/" + ACCOUNT + ";\n")
                        .getBytes(UTF_8));
    }

    static Instant time(String text) {
        return ZonedDateTime.parse(text, TIME).toInstant();
    }

    static String text(Instant time) {
        return TIME.format(time.atOffset(ZoneOffset.UTC));
    }

    /** Settings for it, locks in mode compliance. */
    AzureSettings settings() {
        return settings(LockMode.COMPLIANCE);
    }

    AzureSettings settings(LockMode mode) {
        return new AzureSettings(
                CONTAINER, "", new AzureSettings.ConnectionString(secret), mode, AzureSettings.BLOCK_BYTES_MIN);
    }

    /** Opens a store on it that does not wait between attempts. */
    AzureObjectStore open(AzureSettings settings, StoreWatch watch) throws IOException {
        return new AzureObjectStore(AzureClients.open(settings, Duration.ofSeconds(20)), settings, watch, pauses::add);
    }

    /** The first matching request from now on meets this fault; of several scripted ones each meets one. */
    synchronized void script(Predicate<Seen> when, Fault... faults) {
        Arrays.stream(faults).forEach(fault -> script.add(new Scripted(when, Optional.of(fault), () -> {})));
    }

    /** Something happens just before the first matching request from now on. */
    synchronized void beforeNext(Predicate<Seen> when, Runnable action) {
        script.add(new Scripted(when, Optional.empty(), action));
    }

    synchronized void eachVersion(Consumer<Container.Version> change) {
        container.keys().forEach(key -> container.all(key).forEach(change));
    }

    synchronized List<Seen> seen() {
        return List.copyOf(seen);
    }

    /** How long the store wanted to wait, in order. */
    List<Duration> pauses() {
        return pauses;
    }

    /** The bytes of each version of a blob, the oldest first. */
    synchronized List<String> texts(String key) {
        return container.all(key).stream()
                .map(version -> new String(version.bytes, UTF_8))
                .toList();
    }

    synchronized Map<String, Hash> oldestDigests() {
        Map<String, Hash> digests = new TreeMap<>();
        container
                .keys()
                .forEach(key -> digests.put(key, Hash.sha256(container.all(key).get(0).bytes)));
        return digests;
    }

    /** Somebody else stores a blob. */
    synchronized void putBehind(String key, String text) {
        container.put(key, text.getBytes(UTF_8), Map.of());
    }

    /** Somebody else deletes a blob, as far as that goes. */
    synchronized void hideBehind(String key) {
        container.hide(key);
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        Seen request = parse(exchange);
        Reply reply;
        Optional<Fault> fault;
        synchronized (this) {
            seen.add(request);
            fault = next(request);
            reply = reply(request, body, fault);
        }
        if (fault.filter(Fault.LOST::equals).isPresent()) {
            exchange.close();
            return;
        }
        reply.headers.forEach(exchange.getResponseHeaders()::set);
        boolean head = request.method().equals("HEAD");
        exchange.sendResponseHeaders(reply.status, head || reply.body.length == 0 ? -1 : reply.body.length);
        if (!head) {
            exchange.getResponseBody().write(reply.body);
        }
        exchange.close();
    }

    private Reply reply(Seen request, byte[] body, Optional<Fault> fault) {
        if (fault.isPresent() && fault.get().status > 0) {
            return Reply.error(fault.get().status, fault.get().code);
        }
        boolean truncated = fault.filter(Fault.TRUNCATED::equals).isPresent();
        return routes.answer(request, truncated ? Arrays.copyOf(body, body.length / 2) : body, truncated);
    }

    private Optional<Fault> next(Seen request) {
        for (Scripted scripted : script) {
            if (scripted.when().test(request)) {
                script.remove(scripted);
                scripted.action().run();
                return scripted.fault();
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
        int begin = ACCOUNT.length() + CONTAINER.length() + 3;
        return new Seen(
                exchange.getRequestMethod(), path.length() > begin ? path.substring(begin) : "", query, headers);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A schema registry with Confluent's REST API in this JVM: register, look up, by id, subjects, versions, compatibility,
 * config, mode. Avro only; nothing is deleted.
 *
 * <p>Its directory holds {@code registrations.log}, {@code ports.properties} and {@code lock}. A registration is on the
 * disk before it is answered, and has the same id and version after a restart. Open to whoever reaches the port: keep it
 * on the loopback address, or behind something that checks callers.
 *
 * <p>Limits, checked before anything is parsed: body 1 MiB, address 2,048 bytes. Nothing of a body is logged.
 */
public final class EmbeddedRegistry implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(EmbeddedRegistry.class);
    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final Set<String> ACCEPTED_TYPES =
            Set.of(CONTENT_TYPE, "application/vnd.schemaregistry+json", "application/json", "application/octet-stream");
    private static final int BODY_BYTES_MAX = 1024 * 1024;
    private static final int ADDRESS_LENGTH_MAX = 2_048;
    private static final int THREADS = 8;
    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final DirectoryLock lock;
    private final SchemaRegister register;
    private final RegistryFront front;
    private final HttpServer server;
    private final ExecutorService threads;
    private final URI url;
    private final AtomicBoolean closed = new AtomicBoolean();

    private EmbeddedRegistry(DirectoryLock lock, SchemaRegister register, HttpServer server, URI url) {
        this.lock = lock;
        this.register = register;
        this.front = new RegistryFront(register);
        this.server = server;
        this.url = url;
        AtomicInteger count = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "registry-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Starts a registry and returns when it takes requests.
     *
     * @param directory the registry's own; made if it is not there
     * @throws EmbeddedException if the directory is in use, what is in it is damaged, or a given port is in use
     */
    public static EmbeddedRegistry start(Path directory, EmbeddedOptions options) {
        Path home = directory.toAbsolutePath();
        DirectoryLock lock = DirectoryLock.acquire(home, LOCK_PATIENCE);
        try {
            int port = new KeptPorts(home).choose("registry", options.bindHost(), options.registryPort());
            SchemaRegister register = new SchemaRegister(home.resolve("registrations.log"));
            try {
                HttpServer server =
                        HttpServer.create(new InetSocketAddress(InetAddress.getByName(options.bindHost()), port), 0);
                URI url = URI.create("http://" + options.advertisedHost() + ":" + port);
                EmbeddedRegistry registry = new EmbeddedRegistry(lock, register, server, url);
                registry.listen();
                return registry;
            } catch (IOException e) {
                register.close();
                throw new EmbeddedException(
                        "The registry cannot listen on " + options.bindHost() + ":" + port + ": " + e
                                + ". Choose another address or port.",
                        e);
            }
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private void listen() {
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** {@code http://host:port}, for {@code schema.registry.url}. */
    public String url() {
        return url.toString();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            int status = 200;
            byte[] answer;
            try {
                answer = JSON.writeValueAsBytes(front.answer(read(exchange)));
            } catch (RegistryFault e) {
                status = e.status();
                answer = error(e.code(), e.getMessage());
            } catch (RuntimeException e) {
                LOGGER.atError()
                        .addKeyValue("method", exchange.getRequestMethod())
                        .addKeyValue("error", e.getClass().getName())
                        .log("registry request failed");
                status = 500;
                answer = error(50001, "Error in the backend data store");
            }
            exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
            boolean noBody = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(status, noBody ? -1 : answer.length);
            if (!noBody) {
                exchange.getResponseBody().write(answer);
            }
        }
    }

    private static RegistryRequest read(HttpExchange exchange) throws IOException, RegistryFault {
        URI address = exchange.getRequestURI();
        String path = Optional.ofNullable(address.getRawPath()).orElse("");
        Optional<String> query = Optional.ofNullable(address.getRawQuery());
        if (path.length() + query.orElse("").length() > ADDRESS_LENGTH_MAX) {
            throw RegistryFault.http(414, "The address is longer than " + ADDRESS_LENGTH_MAX + " bytes");
        }
        byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX + 1);
        if (body.length > BODY_BYTES_MAX) {
            throw RegistryFault.http(413, "The request body is longer than " + BODY_BYTES_MAX + " bytes");
        }
        if (body.length > 0 && !ACCEPTED_TYPES.contains(contentType(exchange))) {
            throw RegistryFault.http(415, "The content type must be " + CONTENT_TYPE + " or application/json");
        }
        return RegistryRequest.parse(exchange.getRequestMethod(), path, query, body);
    }

    /** Without this check a web page could register schemas through a visitor's browser. */
    private static String contentType(HttpExchange exchange) {
        String header = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Content-Type"))
                .orElse("");
        return header.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
    }

    private static byte[] error(int code, String message) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("error_code", code)
                .put("message", message)
                .toString()
                .getBytes(UTF_8);
    }

    /** Ends the registry after the requests under way, at most a second. Repeated calls do nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            server.stop(1);
            threads.shutdown();
            register.close();
            lock.close();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The repackaged client finds its credential providers, which it looks up through service files. */
class RegistryCredentialsIT {

    private final LinkedBlockingQueue<String> authorizations = new LinkedBlockingQueue<>();
    private HttpServer server;
    private String url;

    @BeforeEach
    void startServerThatNotesCredentials() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            byte[] answer = "[]".getBytes(UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        url = "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void sendsUserAndPassword() throws Exception {
        // Given
        Map<String, String> settings =
                Map.of("basic.auth.credentials.source", "USER_INFO", "basic.auth.user.info", "ada:secret");

        // When
        new CachedSchemaRegistryClient(url, 10, settings).getAllSubjects();

        // Then
        assertThat(authorizations.poll(10, TimeUnit.SECONDS))
                .isEqualTo("Basic " + Base64.getEncoder().encodeToString("ada:secret".getBytes(UTF_8)));
    }

    @Test
    void sendsABearerToken() throws Exception {
        // Given
        Map<String, String> settings =
                Map.of("bearer.auth.credentials.source", "STATIC_TOKEN", "bearer.auth.token", "token-1");

        // When
        new CachedSchemaRegistryClient(url, 10, settings).getAllSubjects();

        // Then
        assertThat(authorizations.poll(10, TimeUnit.SECONDS)).isEqualTo("Bearer token-1");
    }
}

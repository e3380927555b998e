// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the registry says to plain HTTP, above all to requests that are wrong. */
class RegistryHttpIT {

    private static final String TYPE = "application/vnd.schemaregistry.v1+json";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private static Path directory;

    private static EmbeddedRegistry registry;

    @BeforeAll
    static void start() throws Exception {
        registry = EmbeddedRegistry.start(directory, EmbeddedOptions.defaults());
        assertThat(send("POST", "/subjects/known/versions", TYPE, "{\"schema\":\"\\\"string\\\"\"}")
                        .body())
                .isEqualTo("{\"id\":1}");
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "/ | {}",
                "/subjects | [\"known\"]",
                "/subjects?subjectPrefix=un | []",
                "/subjects/known/versions | [1]",
                "/subjects/known/versions/1 | {\"subject\":\"known\",\"version\":1,\"id\":1,\"schema\":\"\\\"string\\\"\"}",
                "/subjects/known/versions/latest | {\"subject\":\"known\",\"version\":1,\"id\":1,\"schema\":\"\\\"string\\\"\"}",
                "/subjects/known/versions/1/schema | \"string\"",
                "/schemas/types | [\"AVRO\"]",
                "/schemas/ids/1 | {\"schema\":\"\\\"string\\\"\"}",
                "/schemas/ids/1?subject=known&fetchMaxId=false | {\"schema\":\"\\\"string\\\"\"}",
                "/schemas/ids/1/schema | \"string\"",
                "/schemas/ids/1/subjects | [\"known\"]",
                "/schemas/ids/1/versions | [{\"subject\":\"known\",\"version\":1}]",
                "/config | {\"compatibilityLevel\":\"BACKWARD\"}",
                "/config/known?defaultToGlobal=true | {\"compatibilityLevel\":\"BACKWARD\"}",
                "/mode | {\"mode\":\"READWRITE\"}",
                "/mode/known?defaultToGlobal=true | {\"mode\":\"READWRITE\"}",
            })
    void answersReads(String address, String body) throws Exception {
        // When
        HttpResponse<String> response = send("GET", address, TYPE, "");

        // Then
        assertThat(response.body()).isEqualTo(body);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue(TYPE);
    }

    @ParameterizedTest(name = "{0} {1} is {2}")
    @CsvSource({
        "GET, /nothing, 404, 404",
        "GET, /schemas, 404, 404",
        "GET, /schemas/ids, 404, 404",
        "GET, /schemas/ids/x, 404, 404",
        "GET, /schemas/ids/-1, 404, 404",
        "GET, /schemas/ids/1/nothing, 404, 404",
        "GET, /schemas/ids/1/schema/more, 404, 404",
        "GET, /schemas/ids/2, 404, 40403",
        "GET, /schemas/ids/0, 404, 40403",
        "GET, /schemas/ids/2/subjects, 404, 40403",
        "GET, /schemas/ids/2/versions, 404, 40403",
        "GET, /schemas/ids/99999999999, 404, 404",
        "GET, /subjects/unknown/versions, 404, 40401",
        "GET, /subjects/unknown/versions/1, 404, 40401",
        "GET, /subjects/unknown/versions/latest, 404, 40401",
        "GET, /subjects/known/versions/2, 404, 40402",
        "GET, /subjects/known/versions/0, 422, 42202",
        "GET, /subjects/known/versions/-2, 422, 42202",
        "GET, /subjects/known/versions/newest, 422, 42202",
        "GET, /subjects/known/versions/2147483648, 422, 42202",
        "GET, /subjects/known/nothing, 404, 404",
        "GET, /subjects/known/versions/1/nothing, 404, 404",
        "GET, /subjects/known, 405, 405",
        "GET, /config/known, 404, 40408",
        "GET, /mode/known, 404, 40409",
        "GET, /config/known/more, 404, 404",
        "GET, /compatibility/subjects/known/versions/1, 405, 405",
        "GET, /compatibility/subjects/known, 404, 404",
        "PUT, /subjects/known/versions, 405, 405",
        "POST, /subjects, 405, 405",
        "POST, /, 405, 405",
        "POST, /config, 405, 405",
        "PUT, /mode, 405, 405",
        "DELETE, /subjects/known, 405, 405",
        "DELETE, /subjects/known/versions/1, 405, 405",
        "DELETE, /config, 405, 405",
        "PATCH, /schemas/ids/1, 405, 405",
        "GET, /subjects/:.ctx:known/versions, 422, 42208",
        "GET, /subjects/kno%0Awn/versions, 422, 42208",
    })
    void refusesReadsOfWhatIsNotThere(String method, String address, int status, int code) throws Exception {
        // When
        HttpResponse<String> response = send(method, address, TYPE, "");

        // Then
        assertRefused(response, status, code);
    }

    @ParameterizedTest(name = "{0} {1} {2} is {3}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "POST | /subjects/new/versions | {\"schema\": | 400 | 400",
                "POST | /subjects/new/versions | [] | 400 | 400",
                "POST | /subjects/new/versions | {} {} | 400 | 400",
                "POST | /subjects/new/versions | {\"schema\":\"1\",\"schema\":\"2\"} | 400 | 400",
                "POST | /subjects/new/versions | {} | 422 | 42201",
                "POST | /subjects/new/versions | {\"schema\":\"\"} | 422 | 42201",
                "POST | /subjects/new/versions | {\"schema\":5} | 422 | 42201",
                "POST | /subjects/new/versions | {\"schema\":\"{\"} | 422 | 42201",
                "POST | /subjects/new/versions | {\"schema\":\"\\\"parcel\\\"\"} | 422 | 42201",
                "POST | /subjects/new/versions | {\"schema\":\"{}\",\"schemaType\":\"JSON\"} | 422 | 42201",
                "POST | /subjects/new/versions | {\"schema\":\"\\\"int\\\"\",\"metadata\":{\"tags\":{}}} | 422 | 42201",
                "POST | /subjects/new/versions | {\"schema\":\"\\\"int\\\"\",\"id\":7,\"version\":1} | 422 | 42205",
                "POST | /subjects/new/versions | {\"schema\":\"\\\"int\\\"\",\"references\":[{\"name\":\"a\",\"subject\":\"b\",\"version\":1}]} | 422 | 42201",
                "POST | /subjects/known/versions | {\"schema\":\"\\\"int\\\"\"} | 409 | 409",
                "POST | /subjects/unknown | {\"schema\":\"\\\"int\\\"\"} | 404 | 40401",
                "POST | /subjects/known | {\"schema\":\"\\\"int\\\"\"} | 404 | 40403",
                "POST | /compatibility/subjects/known/versions/2 | {\"schema\":\"\\\"int\\\"\"} | 404 | 40402",
                "POST | /compatibility/subjects/known/versions/x | {\"schema\":\"\\\"int\\\"\"} | 422 | 42202",
                "POST | /compatibility/subjects/known/versions | {\"schema\":\"{\"} | 422 | 42201",
                "PUT | /config | {\"compatibility\":\"SIDEWAYS\"} | 422 | 42203",
                "PUT | /config/known | {} | 422 | 42203",
            })
    void refusesWritesThatAreWrongAndKeepsNothing(String method, String address, String body, int status, int code)
            throws Exception {
        // Given
        String before = Files.readString(directory.resolve("registrations.log"));

        // When
        HttpResponse<String> response = send(method, address, TYPE, body);

        // Then
        assertRefused(response, status, code);
        assertThat(directory.resolve("registrations.log")).hasContent(before);
    }

    @ParameterizedTest(name = "{0} {1} is {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "/compatibility/subjects/known/versions/latest | \"string\" | {\"is_compatible\":true}",
                "/compatibility/subjects/known/versions/1 | \"int\" | {\"is_compatible\":false}",
                "/compatibility/subjects/unknown/versions/latest | \"int\" | {\"is_compatible\":true}",
                "/compatibility/subjects/unknown/versions | \"int\" | {\"is_compatible\":true}",
                "/compatibility/subjects/known/versions?verbose=true | \"string\" | {\"is_compatible\":true,\"messages\":[]}",
            })
    void answersWhetherASchemaWouldBeAccepted(String address, String schema, String answer) throws Exception {
        // Given
        String body = "{\"schema\":\"" + schema.replace("\"", "\\\"") + "\"}";

        // When // Then
        assertThat(send("POST", address, TYPE, body).body()).isEqualTo(answer);
    }

    @Test
    void takesABodyOfTheLimitAndRefusesOneByteMore() throws Exception {
        // Given
        String start = "{\"schema\":\"";
        String padding = "x".repeat((1 << 20) - start.length() - 2);

        // When // Then
        assertRefused(send("POST", "/subjects/new/versions", TYPE, start + padding + "\"}"), 422, 42201);
        assertRefused(send("POST", "/subjects/new/versions", TYPE, start + padding + "x\"}"), 413, 413);
    }

    @Test
    void refusesAnAddressThatIsTooLong() throws Exception {
        // When // Then
        assertRefused(send("GET", "/subjects/" + "s".repeat(2_048), TYPE, ""), 414, 414);
    }

    @Test
    void refusesABodyInAnotherContentTypeAsAWebPageWouldSendIt() throws Exception {
        // Given
        String body = "{\"schema\":\"\\\"int\\\"\"}";

        // When // Then
        assertRefused(send("POST", "/subjects/new/versions", "text/plain", body), 415, 415);
        assertRefused(send("POST", "/subjects/new/versions", "", body), 415, 415);
    }

    @Test
    void answersJsonNestedTooDeepWithAFaultNotWithSilence() throws Exception {
        // Given
        String body = "{\"schema\":" + "[".repeat(100_000);

        // When // Then
        assertRefused(send("POST", "/subjects/new/versions", TYPE, body), 400, 400);
    }

    @Test
    void answersASchemaNestedTooDeepWithAFaultNotWithSilence() throws Exception {
        // Given
        String schema =
                "{\\\"type\\\":\\\"array\\\",\\\"items\\\":".repeat(20_000) + "\\\"int\\\"" + "}".repeat(20_000);

        // When // Then
        assertRefused(send("POST", "/subjects/new/versions", TYPE, "{\"schema\":\"" + schema + "\"}"), 422, 42201);
    }

    @Test
    void brokenRequestLineGetsAnAnswerAndTheNextRequestIsServed() throws Exception {
        // Given
        URI url = URI.create(registry.url());

        // When
        String answer;
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write("GET /subjects/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes(UTF_8));
            out.flush();
            InputStream in = socket.getInputStream();
            answer = new String(in.readAllBytes(), UTF_8);
        }

        // Then
        assertThat(answer).startsWith("HTTP/1.1 400");
        assertThat(send("GET", "/subjects", TYPE, "").statusCode()).isEqualTo(200);
    }

    private static HttpResponse<String> send(String method, String address, String type, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(registry.url() + address))
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (!type.isEmpty()) {
            request.header("Content-Type", type);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static void assertRefused(HttpResponse<String> response, int status, int code) {
        assertThat(response.body()).startsWith("{\"error_code\":" + code + ",\"message\":\"");
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue(TYPE);
    }
}

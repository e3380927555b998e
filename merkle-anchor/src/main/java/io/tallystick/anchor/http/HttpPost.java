// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.http;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * POSTs to one address. The whole exchange, to the last byte of the answer, is bound in time and the answer in size;
 * redirects are not followed. May be used by several threads.
 */
public final class HttpPost {
    private final URI address;
    private final Duration timeout;
    private final int answerBytesMax;
    private final HttpClient client;

    /**
     * @param address {@code http} or {@code https}
     * @param timeout of a whole exchange
     * @param answerBytesMax largest body accepted
     */
    public HttpPost(URI address, Duration timeout, int answerBytesMax) {
        this.address = address;
        this.timeout = timeout;
        this.answerBytesMax = answerBytesMax;
        // HTTP/1.1: the offer to upgrade a plain connection confuses small servers.
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeout)
                .build();
    }

    /**
     * Sends and waits.
     *
     * @throws HttpFailure if no whole answer of any status arrived in time and size, or the thread was interrupted, which it
     *     then still is
     */
    public HttpAnswer send(String contentType, byte[] body) throws HttpFailure {
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(timeout)
                .header("Content-Type", contentType)
                .header("User-Agent", "tallystick")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        CompletableFuture<HttpResponse<byte[]>> exchange =
                client.sendAsync(request, answer -> new BoundedBody(answerBytesMax));
        try {
            // The request's own timeout ends with the headers; this one does not.
            return answer(exchange.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            throw new HttpFailure(address + " did not answer within " + timeout, e);
        } catch (ExecutionException e) {
            throw new HttpFailure(address + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HttpFailure("interrupted while waiting for " + address, e);
        } finally {
            exchange.cancel(true);
        }
    }

    private static HttpAnswer answer(HttpResponse<byte[]> response) {
        HttpHeaders headers = response.headers();
        String type =
                headers.firstValue("Content-Type").orElse("").split(";", 2)[0].strip();
        return new HttpAnswer(
                response.statusCode(),
                type.toLowerCase(Locale.ROOT),
                headers.firstValue("Retry-After").flatMap(text -> retryAfter(text, headers)),
                new HttpAnswer.Body(response.body()));
    }

    /** RFC 9110 section 10.2.3: seconds, or a date, which counts from the answer's own. */
    private static Optional<Duration> retryAfter(String text, HttpHeaders headers) {
        if (text.matches("[0-9]{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            Instant until = httpDate(text);
            Duration wait = Duration.between(httpDate(headers.firstValue("Date").orElse("")), until);
            return wait.isNegative() ? Optional.empty() : Optional.of(wait);
        } catch (DateTimeException e) {
            return Optional.empty(); // only a wish, and not one that can be read
        }
    }

    private static Instant httpDate(String text) {
        return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text));
    }
}

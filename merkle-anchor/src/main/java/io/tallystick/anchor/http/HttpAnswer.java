// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.http;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * An answer.
 *
 * @param status HTTP status
 * @param contentType media type as sent, lower case, without parameters; empty if there is none
 * @param retryAfter how long to stay away, if it says so
 * @param body the whole body; the caller's own
 */
public record HttpAnswer(int status, String contentType, Optional<Duration> retryAfter, Body body) {
    private static final int EXCERPT = 200;

    public HttpAnswer {
        Objects.requireNonNull(contentType);
        Objects.requireNonNull(retryAfter);
        Objects.requireNonNull(body);
    }

    /** A body, whole. */
    public static final class Body {
        private final byte[] bytes;

        Body(byte[] bytes) {
            this.bytes = bytes;
        }

        /** A copy. */
        public byte[] bytes() {
            return bytes.clone();
        }

        /** As text, whatever it is. */
        public String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            return bytes.length + " bytes";
        }
    }

    /** Status and the beginning of the body, for a message. */
    public String excerpt() {
        String text = body.text();
        return "HTTP " + status + ": " + (text.length() <= EXCERPT ? text : text.substring(0, EXCERPT));
    }
}

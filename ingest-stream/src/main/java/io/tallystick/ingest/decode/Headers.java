// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.entry.Bytes;
import io.tallystick.entry.ContextHeader;
import java.util.List;
import java.util.Optional;

/** The headers of one record. Names are compared as they are: the Kafka binding writes them in lower case. */
final class Headers {
    static final int COUNT_MAX = 64;
    static final int BYTES_MAX = 16 * 1024;
    static final String CONTENT_TYPE = "content-type";
    static final String TENANT = "ce_ledgertenant";

    private final List<ContextHeader> headers;

    Headers(List<ContextHeader> headers) {
        this.headers = headers;
    }

    List<ContextHeader> named(String name) {
        return headers.stream().filter(header -> header.name().equals(name)).toList();
    }

    /** The last header of this name that has a value, as Kafka's own {@code lastHeader} would choose. */
    Optional<Bytes> last(String name) {
        List<ContextHeader> found = named(name);
        return found.isEmpty() ? Optional.empty() : found.get(found.size() - 1).value();
    }

    boolean has(String name) {
        return headers.stream().anyMatch(header -> header.name().equals(name));
    }

    /** Whether key, names and values together, or the number of headers, pass the limits of DESIGN.md section 5. */
    static boolean tooLarge(Optional<Bytes> key, List<ContextHeader> headers) {
        if (headers.size() > COUNT_MAX) {
            return true;
        }
        long bytes = key.map(Bytes::length).orElse(0);
        for (ContextHeader header : headers) {
            bytes += header.name().getBytes(UTF_8).length;
            bytes += header.value().map(Bytes::length).orElse(0);
        }
        return bytes > BYTES_MAX;
    }
}

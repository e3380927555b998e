// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import io.tallystick.entry.Bytes;
import io.tallystick.entry.Context;
import io.tallystick.entry.ContextHeader;
import java.util.List;
import java.util.Optional;

/** The headers of one record. Names are compared as they are: the Kafka binding writes them in lower case. */
final class Headers {
    static final int COUNT_MAX = Context.HEADERS_MAX;
    static final int BYTES_MAX = Context.BYTES_MAX;
    static final String CONTENT_TYPE = "content-type";
    static final String TENANT = "ce_ledgertenant";

    private final List<ContextHeader> headers;

    Headers(List<ContextHeader> headers) {
        this.headers = headers;
    }

    int count(String name) {
        int count = 0;
        for (ContextHeader header : headers) {
            if (header.name().equals(name)) {
                count++;
            }
        }
        return count;
    }

    boolean has(String name) {
        return indexOf(name) >= 0;
    }

    /** Where the first header of this name stands; -1 if there is none. */
    int indexOf(String name) {
        for (int i = 0; i < headers.size(); i++) {
            if (headers.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /** Where the last header of this name stands; -1 if there is none. */
    int lastIndexOf(String name) {
        for (int i = headers.size() - 1; i >= 0; i--) {
            if (headers.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    Optional<Bytes> value(int index) {
        return headers.get(index).value();
    }

    /** The last header of this name, if it has a value, as Kafka's own {@code lastHeader} would choose. */
    Optional<Bytes> last(String name) {
        int at = lastIndexOf(name);
        return at < 0 ? Optional.empty() : value(at);
    }

    /** Whether a header names a tenant, or nobody, instead of this one. */
    boolean nameOtherThan(String tenant) {
        for (ContextHeader header : headers) {
            if (header.name().equals(TENANT) && !header.value().equals(Optional.of(Bytes.utf8(tenant)))) {
                return true;
            }
        }
        return false;
    }

    /** Whether key, names and values together, or the number of headers, pass the limits of DESIGN.md section 5. */
    static boolean tooLarge(Optional<Bytes> key, List<ContextHeader> headers) {
        return headers.size() > COUNT_MAX || !Context.fits(key, headers);
    }

    /** Bytes of key, names and values together. */
    static long bytes(Optional<Bytes> key, List<ContextHeader> headers) {
        long bytes = key.isPresent() ? key.get().length() : 0;
        for (ContextHeader header : headers) {
            bytes += header.length();
        }
        return bytes;
    }
}

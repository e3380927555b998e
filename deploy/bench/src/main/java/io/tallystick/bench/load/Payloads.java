// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.fixtures.SamplePayloads;
import java.util.List;

/** Payloads made of the real events of the fixtures. */
final class Payloads {
    private static final String OPEN = "{\"event\":\"";
    private static final String CLOSE = "\"}";

    private final List<byte[]> events = SamplePayloads.realEvents();

    /** A real event, as published; they come round and round. */
    byte[] real(int number) {
        return events.get(number % events.size());
    }

    /** Bytes of {@code count} real events on average. */
    long realBytes(int count) {
        long bytes = 0;
        for (int number = 0; number < count; number++) {
            bytes += real(number).length;
        }
        return bytes;
    }

    /**
     * JSON of exactly this many bytes: the text of a real event, cut or repeated, as the value of one member; different for each
     * number.
     *
     * @param size at least 40
     */
    byte[] sized(int number, int size) {
        String text = number + " " + new String(real(number), UTF_8).replaceAll("[^ -~]|[\"\\\\]", ".");
        StringBuilder payload = new StringBuilder(OPEN);
        while (payload.length() < size - CLOSE.length()) {
            payload.append(text);
        }
        payload.setLength(size - CLOSE.length());
        return payload.append(CLOSE).toString().getBytes(US_ASCII);
    }
}

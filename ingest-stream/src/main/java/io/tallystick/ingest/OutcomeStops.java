// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.entry.ChainId;
import io.tallystick.topic.LedgerIntegrityException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The metadata of a committed offset: where tenants stopped that could not be written to.
 *
 * <pre>
 * metadata = "" | "stalled" 1*( SP tenant ":" offset )     tenants in ascending order, offsets in decimal, at most 4,096 bytes
 * </pre>
 */
final class OutcomeStops {
    /** Brokers refuse more, unless {@code offset.metadata.max.bytes} says otherwise. */
    static final int BYTES_MAX = 4096;

    private static final String HEAD = "stalled ";

    private OutcomeStops() {}

    /**
     * @param stops offset by tenant
     * @return empty if it would be too long
     */
    static Optional<String> encode(Map<String, Long> stops) {
        if (stops.isEmpty()) {
            return Optional.of("");
        }
        // Tenant ids and digits are ASCII: a character is a byte.
        String text = new TreeMap<>(stops)
                .entrySet().stream()
                        .map(stop -> stop.getKey() + ":" + stop.getValue())
                        .collect(Collectors.joining(" ", HEAD, ""));
        return text.length() <= BYTES_MAX ? Optional.of(text) : Optional.empty();
    }

    /**
     * Metadata of others, such as of an operator's tool that set the offset, name no stops.
     *
     * @throws LedgerIntegrityException if it begins as ours and does not go on so: to ignore it would lose outcomes
     */
    static Map<String, Long> decode(String metadata) {
        Map<String, Long> stops = new HashMap<>();
        if (!metadata.startsWith(HEAD)) {
            return stops;
        }
        for (String stop : metadata.substring(HEAD.length()).split(" ", -1)) {
            int colon = stop.indexOf(':');
            if (colon < 0 || !ChainId.isTenant(stop.substring(0, colon)) || !isOffset(stop.substring(colon + 1))) {
                throw new LedgerIntegrityException(
                        "the metadata of the outcomes' committed offset cannot be read: " + stop);
            }
            stops.put(stop.substring(0, colon), Long.parseLong(stop.substring(colon + 1)));
        }
        return stops;
    }

    private static boolean isOffset(String text) {
        return !text.isEmpty() && text.length() <= 18 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.anchor.AnchorConfig;
import io.tallystick.avro.AnchorKind;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The anchors that a configuration names.
 *
 * @param kinds kind by id; empty if the configuration says nothing of anchors, so that what the topics tell must do
 */
record ConfiguredAnchors(Optional<Map<String, AnchorKind>> kinds) {
    private static final String PREFIX = "ledger.anchor.";

    static ConfiguredAnchors of(Map<String, String> properties) {
        return new ConfiguredAnchors(
                Optional.ofNullable(properties.get(AnchorConfig.ANCHORS)).map(ids -> kinds(ids, properties)));
    }

    private static Map<String, AnchorKind> kinds(String ids, Map<String, String> properties) {
        Map<String, AnchorKind> kinds = new TreeMap<>();
        for (String id : names(ids)) {
            kinds.put(id, kind(properties.getOrDefault(PREFIX + id + ".type", "")));
        }
        return kinds;
    }

    /** The ids that {@code ledger.anchors} names; none without it. */
    static List<String> ids(Map<String, String> properties) {
        return names(properties.getOrDefault(AnchorConfig.ANCHORS, ""));
    }

    private static List<String> names(String ids) {
        return Arrays.stream(ids.split(","))
                .map(String::strip)
                .filter(id -> !id.isEmpty())
                .toList();
    }

    /** What {@code run anchor} would refuse passes here for a log: this only draws a table. */
    private static AnchorKind kind(String type) {
        return switch (type.strip().toLowerCase(Locale.ROOT)) {
            case "witness" -> AnchorKind.WITNESS;
            case "tsa" -> AnchorKind.TSA;
            case "rekor" -> AnchorKind.REKOR;
            default -> AnchorKind.LOCAL_LOG;
        };
    }

    /** Settings {@code ledger.anchor.<id>.} of anchors that {@code ledger.anchors} does not name. */
    static List<String> leftOver(Map<String, String> properties) {
        List<String> ids = ids(properties);
        return properties.keySet().stream()
                .filter(key -> key.startsWith(PREFIX))
                .filter(key -> ids.stream().noneMatch(id -> key.startsWith(PREFIX + id + ".")))
                .sorted()
                .toList();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * How many outside parties of each kind must vouch for a registry checkpoint.
 *
 * @param witnesses different witnesses
 * @param tsa time-stamping authorities
 * @param logs transparency logs
 */
public record AnchorRequirement(int witnesses, int tsa, int logs) {
    /** None. */
    public static final AnchorRequirement NONE = new AnchorRequirement(0, 0, 0);

    private static final int COUNT_MAX = 999;

    public AnchorRequirement {
        if (witnesses < 0 || tsa < 0 || logs < 0) {
            throw new IllegalArgumentException("a negative number of anchors");
        }
    }

    /**
     * Reads {@code witness:2,tsa,log}: kinds, each once, with how many of it, 1 if not said.
     *
     * @throws IllegalArgumentException naming what cannot be read
     */
    public static AnchorRequirement parse(String text) {
        AnchorRequirement required = NONE;
        Set<String> seen = new TreeSet<>();
        for (String part : text.split(",", -1)) {
            String[] pair = part.split(":", -1);
            boolean counted = pair.length == 2 && pair[1].matches("[1-9][0-9]{0,2}");
            if (pair.length > 2 || (pair.length == 2 && !counted) || !seen.add(pair[0])) {
                throw new IllegalArgumentException("not a requirement of anchors: '" + part + "'");
            }
            int count = counted ? Integer.parseInt(pair[1]) : 1;
            required = required.and(
                    switch (pair[0]) {
                        case "witness" -> new AnchorRequirement(count, 0, 0);
                        case "tsa" -> new AnchorRequirement(0, count, 0);
                        case "log" -> new AnchorRequirement(0, 0, count);
                        default ->
                            throw new IllegalArgumentException(
                                    "not a kind of anchor (witness, tsa, log): '" + pair[0] + "'");
                    });
        }
        return required;
    }

    static AnchorRequirement of(TrustPolicy policy) {
        int witness = policy.requireAnchors().contains(TrustAnchors.Kind.WITNESSES) ? 1 : 0;
        return new AnchorRequirement(
                Math.min(COUNT_MAX, Math.max(witness, policy.witnessQuorum())),
                policy.requireAnchors().contains(TrustAnchors.Kind.TSA) ? 1 : 0,
                policy.requireAnchors().contains(TrustAnchors.Kind.LOGS) ? 1 : 0);
    }

    /** How many of this kind. */
    int of(TrustAnchors.Kind kind) {
        return switch (kind) {
            case WITNESSES -> witnesses;
            case TSA -> tsa;
            case LOGS -> logs;
        };
    }

    /** What satisfies both. */
    AnchorRequirement and(AnchorRequirement other) {
        return new AnchorRequirement(
                Math.max(witnesses, other.witnesses), Math.max(tsa, other.tsa), Math.max(logs, other.logs));
    }

    boolean isNone() {
        return equals(NONE);
    }

    /** What is missing of it, in words; empty if it is met. */
    List<String> missing(AnchorRequirement found) {
        List<String> missing = new ArrayList<>();
        missing(missing, "cosignatures of witnesses", witnesses, found.witnesses);
        missing(missing, "time-stamps of authorities", tsa, found.tsa);
        missing(missing, "entries in transparency logs", logs, found.logs);
        return missing;
    }

    private static void missing(List<String> missing, String what, int needed, int found) {
        if (found < needed) {
            missing.add(what + ": " + found + " of " + needed);
        }
    }
}

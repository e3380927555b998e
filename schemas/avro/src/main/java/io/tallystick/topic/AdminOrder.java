// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static java.util.Objects.requireNonNull;

import io.tallystick.json.JsonObject;
import java.util.Optional;

/**
 * Who orders a change, and why: becomes part of the ledger's own chain.
 *
 * @param by who orders it, 1 to 256 characters
 * @param reason why, 1 to 1,024 characters
 * @param dryRun whether only to find out what would be done
 */
public record AdminOrder(String by, Optional<String> reason, boolean dryRun) {
    private static final int BY_LENGTH_MAX = 256;
    private static final int REASON_LENGTH_MAX = 1024;

    /** @throws IllegalArgumentException if a text is empty or too long */
    public AdminOrder {
        requireNonNull(reason, "reason");
        if (by.isBlank() || by.length() > BY_LENGTH_MAX) {
            throw new IllegalArgumentException("who orders a change takes 1 to " + BY_LENGTH_MAX + " characters");
        }
        reason.filter(text -> text.isBlank() || text.length() > REASON_LENGTH_MAX)
                .ifPresent(text -> {
                    throw new IllegalArgumentException("a reason takes 1 to " + REASON_LENGTH_MAX + " characters");
                });
    }

    /** Ordered by a program, for no reason but its purpose. */
    public static AdminOrder by(String who) {
        return new AdminOrder(who, Optional.empty(), false);
    }

    void describe(JsonObject.Builder json) {
        json.put("by", by);
        reason.ifPresent(text -> json.put("reason", text));
    }
}

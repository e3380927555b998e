// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static java.util.Objects.requireNonNull;

import io.tallystick.json.Jcs;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.tree.Hash;
import java.time.Duration;

/**
 * What the sequencer does to a tenant's events beyond ordering them. DESIGN.md section 6, duplicates and conflicts.
 *
 * @param duplicates policy {@code ledger.duplicates}: what becomes of an event whose identity was seen before
 * @param window {@code ledger.duplicates.window.ms}: how far back in ledger time identities are remembered; 0 to 30 days, 0
 *     remembers none
 * @param entriesMax {@code ledger.duplicates.window.entries}: how many identities are remembered for each chain; the oldest go
 *     first
 */
public record TenantPolicies(Duplicates duplicates, Duration window, long entriesMax) {
    private static final Duration WINDOW_MAX = Duration.ofDays(30);
    private static final long ENTRIES_MAX = 100_000_000;

    /** Mark duplicates within 24 hours, at most 100,000 identities a chain. */
    public static final TenantPolicies DEFAULT = new TenantPolicies(Duplicates.MARK, Duration.ofHours(24), 100_000);

    /** Policy {@code ledger.duplicates}. */
    public enum Duplicates {
        /** The event is kept and names the first one. */
        MARK("mark"),
        /** The event becomes a rejected entry that names the first one. */
        REJECT("reject");

        private final String text;

        Duplicates(String text) {
            this.text = text;
        }

        /** The word in JSON. */
        public String text() {
            return text;
        }

        /** @throws IllegalArgumentException if no policy has this name */
        public static Duplicates of(String text) {
            for (Duplicates policy : values()) {
                if (policy.text().equals(text)) {
                    return policy;
                }
            }
            throw new IllegalArgumentException("duplicates policy must be mark or reject, got: " + text);
        }
    }

    /** @throws IllegalArgumentException if a number is out of its range */
    public TenantPolicies {
        requireNonNull(duplicates, "duplicates");
        if (window.isNegative() || window.compareTo(WINDOW_MAX) > 0) {
            throw new IllegalArgumentException("duplicates window must be 0 to 30 days, got " + window);
        }
        if (entriesMax < 1 || entriesMax > ENTRIES_MAX) {
            throw new IllegalArgumentException(
                    "duplicates window must hold 1 to " + ENTRIES_MAX + " identities, got " + entriesMax);
        }
    }

    /** SHA-256 of the JCS form. */
    public Hash digest() {
        return Hash.sha256(Jcs.encode(json()));
    }

    JsonObject json() {
        return JsonObject.builder()
                .put("duplicates", duplicates.text())
                .put("duplicatesWindowEntries", entriesMax)
                .put("duplicatesWindowMs", window.toMillis())
                .build();
    }

    /**
     * Reads policies.
     *
     * @throws JsonException if a member is missing, unknown or has another form
     * @throws IllegalArgumentException if a value is out of its range
     */
    static TenantPolicies of(JsonObject object) throws JsonException {
        object.requireOnly("duplicates", "duplicatesWindowEntries", "duplicatesWindowMs");
        return new TenantPolicies(
                Duplicates.of(object.string("duplicates")),
                Duration.ofMillis(object.longValue("duplicatesWindowMs")),
                object.longValue("duplicatesWindowEntries"));
    }
}

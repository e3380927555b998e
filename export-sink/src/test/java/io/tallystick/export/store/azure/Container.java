// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.azure;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What {@link AzureDouble} keeps: versions of blobs, with policies that hold, or only seem to. Not safe for several threads. */
final class Container {
    private final Map<String, List<Version>> blobs = new TreeMap<>();
    private final boolean pretends;
    private int ids;

    /** A version of a blob. */
    static final class Version {
        final String id;
        final byte[] bytes;
        final Map<String, String> headers;
        boolean current = true;
        private boolean held;
        Optional<String> mode;
        Instant until;

        private Version(String id, byte[] bytes, Map<String, String> headers) {
            this.id = id;
            this.bytes = bytes;
            this.headers = headers;
            this.held = "true".equals(headers.get("x-ms-legal-hold"));
            retain(headers);
        }

        private void retain(Map<String, String> from) {
            mode = Optional.ofNullable(from.get("x-ms-immutability-policy-mode"))
                    .map(text -> text.toLowerCase(Locale.ROOT));
            until = Optional.ofNullable(from.get("x-ms-immutability-policy-until-date"))
                    .map(AzureDouble::time)
                    .orElse(Instant.EPOCH);
        }

        boolean isHeld() {
            return held;
        }

        void hold(boolean on) {
            held = on;
        }

        private boolean isProtected() {
            return isHeld() || (mode.isPresent() && until.isAfter(Instant.now()));
        }
    }

    /** @param pretends whether policies are shown but not enforced */
    Container(boolean pretends) {
        this.pretends = pretends;
    }

    Version put(String key, byte[] bytes, Map<String, String> headers) {
        hide(key);
        Version version = new Version(String.format(Locale.ROOT, "2026-11-21T00:00:00.%07dZ", ++ids), bytes, headers);
        blobs.computeIfAbsent(key, k -> new ArrayList<>()).add(version);
        return version;
    }

    Optional<Version> current(String key) {
        return all(key).stream().filter(version -> version.current).findFirst();
    }

    Optional<Version> find(String key, Optional<String> id) {
        return id.isEmpty()
                ? current(key)
                : all(key).stream()
                        .filter(version -> version.id.equals(id.get()))
                        .findFirst();
    }

    /** All versions, the oldest first. */
    List<Version> all(String key) {
        return blobs.getOrDefault(key, List.of());
    }

    List<String> keys() {
        return List.copyOf(blobs.keySet());
    }

    /** What deleting without naming a version does. */
    void hide(String key) {
        all(key).forEach(version -> version.current = false);
    }

    /** @return false if a policy or hold forbids it */
    boolean delete(String key, Version version) {
        if (version.isProtected() && !pretends) {
            return false;
        }
        blobs.get(key).remove(version);
        return true;
    }

    /** @return false if the policy in force forbids it */
    boolean retain(Version version, Map<String, String> headers) {
        boolean locked = version.mode.filter("locked"::equals).isPresent();
        Optional<String> until = Optional.ofNullable(headers.get("x-ms-immutability-policy-until-date"));
        boolean longer = until.isPresent()
                && !AzureDouble.time(until.get()).isBefore(version.until)
                && "locked".equalsIgnoreCase(headers.get("x-ms-immutability-policy-mode"));
        if (locked && !longer && !pretends) {
            return false;
        }
        version.retain(headers);
        return true;
    }
}
